"""A worker's sign of life, in Redis and in a file."""

from __future__ import annotations

import threading
from pathlib import Path

import redis
import structlog

from projector_contracts import names

_LOG = structlog.get_logger(__name__)
_LIVES_BEATS = 3


class Heartbeat:
    """Renews one key from a thread until it is ended; the key expires three beats after the last.

    Args:
        file: touched with each beat that Redis took; looking at its age is the cheapest health check.
    """

    def __init__(self, client: redis.Redis, key: str, file: Path | None = None) -> None:
        self._client = client
        self._key = key
        self._file = file
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Take key and file away: this worker takes no more work."""
        self._ended.set()
        self._thread.join()
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        try:
            self._client.delete(self._key)
        except redis.RedisError:
            _LOG.warning("the heartbeat could not be taken back; it will expire")

    def _beat(self) -> None:
        while True:
            try:
                self._client.set(self._key, b"ready", ex=_LIVES_BEATS * names.WORKER_HEARTBEAT_SECONDS)
                if self._file is not None:
                    self._file.touch()
            except redis.RedisError as error:
                _LOG.warning("no heartbeat: Redis does not answer", error=str(error))
            if self._ended.wait(names.WORKER_HEARTBEAT_SECONDS):
                return
