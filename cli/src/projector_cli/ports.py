"""TCP ports: is one free, and which one is."""

from __future__ import annotations

import errno
import ipaddress
import socket


class AddressProblem(Exception):
    """An address that cannot be listened on; the text says why and what to do."""


def check_address(host: str, port: int, *, option: str) -> None:
    """Try to listen on an address for a moment.

    Args:
        option: how a user changes the port, for the message.

    Raises:
        AddressProblem: the port is occupied, not allowed, or the host is none of this machine's.
    """
    try:
        with _listening(host, port):
            return
    except socket.gaierror as error:
        raise AddressProblem(f"HOST {host!r} is not a name or an address of this machine.") from error
    except OSError as error:
        raise AddressProblem(_cause(error, host, port, option)) from error


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free at this moment; the operating system chooses."""
    with _listening(host, 0) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a listening address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_wildcard(host: str) -> bool:
    """Whether an address means all of the machine's addresses."""
    return host in {"0.0.0.0", "::"}


def reachable_host(host: str) -> str:
    """The host to connect to for a listening address, written as in a URL."""
    if is_wildcard(host):
        return "127.0.0.1" if host == "0.0.0.0" else "[::1]"
    return f"[{host}]" if ":" in host else host


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket, with the options that a server sets on its own."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _cause(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is occupied by another program. Stop it, or choose another port with {option}."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user. Choose one above 1023 with {option}."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST {host} is no address of this machine. Use 127.0.0.1, or one of its own addresses."
    return f"Port {port} on {host} cannot be opened: {error.strerror}."
