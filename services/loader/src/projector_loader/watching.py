"""Tells watchers when the runs below the data root have changed: new runs, checkpoints, assets, or changed files."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from projector_loader.model import Listing


class RunWatcher:
    """Looks again and again while somebody watches. Any number of watchers cost one look an interval.

    Looking is cheap, since what was worked out from unchanged files is remembered; it works on every file system,
    network ones included, where notifications of the kernel do not arrive.

    Args:
        list_runs: takes the look.
        interval_seconds: between two looks.
    """

    def __init__(self, list_runs: Callable[[], Listing], *, interval_seconds: float) -> None:
        self._list_runs = list_runs
        self._interval_seconds = interval_seconds
        self._looking = threading.Lock()
        self._listing: Listing | None = None
        self._looked_at_seconds = 0.0
        self._watchers: set[threading.Event] = set()
        self._is_closed = False

    def watch(self, left: threading.Event) -> Iterator[Listing]:
        """The listing at once, then each one that differs from the one before, until the watcher has ``left``."""
        self._watchers.add(left)
        try:
            shown: Listing | None = None
            while not (self._is_closed or left.is_set()):
                listing = self._look()
                if listing != shown:
                    shown = listing
                    yield listing
                left.wait(self._interval_seconds)
        finally:
            self._watchers.discard(left)

    def close(self) -> None:
        """Let all watchers go, so that a server that stops does not wait for them."""
        self._is_closed = True
        for left in tuple(self._watchers):
            left.set()

    def _look(self) -> Listing:
        with self._looking:
            now = time.monotonic()
            if self._listing is None or now - self._looked_at_seconds >= self._interval_seconds:
                self._listing = self._list_runs()
                self._looked_at_seconds = now
            return self._listing
