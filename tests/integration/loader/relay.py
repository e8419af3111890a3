"""A TCP relay that counts what a server sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Relay:
    """One connection to a server.

    Attributes:
        port: where it listens.
        n_bytes: what has come from the server.
    """

    port: int
    n_bytes: int = 0


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    """Pass on one connection to a port of this machine until both sides have closed it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay(listener.getsockname()[1])
        thread = threading.Thread(target=_pass_on, args=(listener, port, relay))
        thread.start()
        yield relay
        thread.join(10)
        assert not thread.is_alive()


def _pass_on(listener: socket.socket, port: int, relay: Relay) -> None:
    client, _ = listener.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        upwards = threading.Thread(target=_pump, args=(client, server))
        upwards.start()
        while part := server.recv(2**16):
            relay.n_bytes += len(part)
            client.sendall(part)
        upwards.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    while part := source.recv(2**16):
        target.sendall(part)
    target.shutdown(socket.SHUT_WR)
