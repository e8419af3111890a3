"""A worker's sign of life."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from fixtures.deadline import wait_until
from projector_cli.ports import free_port
from projector_compute.adapters.heartbeat import Heartbeat

pytestmark = pytest.mark.integration

KEY = "worker:batch:here"


def test_key_and_file_are_there_as_long_as_the_worker_is_ready(redis_url: str, tmp_path: Path) -> None:
    file = tmp_path / "ready"
    with redis.Redis.from_url(redis_url) as client:
        heartbeat = Heartbeat(client, KEY, file)
        heartbeat.start()
        wait_until(file.exists, seconds=10, what="the file")
        assert 0 < client.ttl(KEY) <= 15

        heartbeat.end()

        assert not file.exists()
        assert not client.exists(KEY)


def test_a_worker_without_redis_shows_no_sign_of_life(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "ready"
    with redis.Redis(port=free_port()) as client:
        heartbeat = Heartbeat(client, KEY, file)
        heartbeat.start()
        wait_until(lambda: "no heartbeat" in caplog.text, seconds=20, what="the first beat")

        assert not file.exists()

        heartbeat.end()
