from __future__ import annotations

import socket

import pytest

from projector_cli.ports import AddressProblem, check_address, free_port, is_loopback, reachable_host


def test_an_occupied_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]

        with pytest.raises(AddressProblem, match=rf"Port {port} on 127\.0\.0\.1 is occupied .* with --port"):
            check_address("127.0.0.1", port, option="--port")


def test_a_free_port_passes() -> None:
    check_address("127.0.0.1", free_port(), option="--port")


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(AddressProblem, match=r"HOST 192\.0\.2\.1 is no address of this machine"):
        check_address("192.0.2.1", 8080, option="--port")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("box", False)],
)
def test_loopback_addresses(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("listening", "reachable"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("box", "box")],
)
def test_reachable_host(listening: str, reachable: str) -> None:
    assert reachable_host(listening) == reachable
