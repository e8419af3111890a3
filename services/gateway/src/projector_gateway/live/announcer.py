"""Follows the loader's runs and wakes every open page when they have changed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from projector_chassis.errors import PublicError
from projector_gateway.clients.loader import Loader
from projector_gateway.ending import end

_RETRY_SECONDS = 2.0

_log = structlog.get_logger(__name__)


class RunsAnnouncer:
    """One stream from the loader for any number of pages, open from ``start`` to ``aclose``.

    ``version`` counts the changes that were seen; a page remembers the one that it was told.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._listeners: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None
        self._runs = b""
        self.version = 0

    @property
    def n_listeners(self) -> int:
        """Pages that are open."""
        return len(self._listeners)

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow(), name="changes of runs")

    async def aclose(self) -> None:
        if self._task is not None:
            await end(self._task)

    @contextmanager
    def waking(self, event: asyncio.Event) -> Iterator[None]:
        """Set ``event`` after every change while the block runs."""
        self._listeners.add(event)
        try:
            yield
        finally:
            self._listeners.discard(event)

    async def _follow(self) -> None:
        while True:
            try:
                async for runs in self._loader.watch_runs():
                    self._compare(hashlib.sha256(runs).digest())
            except PublicError as error:
                _log.debug("runs_not_followed", code=error.code)
            except Exception:  # whatever it was, pages wait for what comes after it
                _log.exception("runs_not_followed")
            await asyncio.sleep(_RETRY_SECONDS)

    def _compare(self, runs: bytes) -> None:
        """Announce runs that differ from the last ones, be it that the loader was away in between."""
        if runs == self._runs:
            return
        self._runs = runs
        self.version += 1
        for event in self._listeners:
            event.set()
