"""What was once worked out from a file, kept while the file does not change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from projector_chassis.errors import Conflict

T = TypeVar("T")

_MAX_FAILURES = 1024
_GAVE_UP_FACTOR = 10
FAILURE_SECONDS = 60.0
"""How long a damaged file that did not change is usually left alone."""


class GaveUp(Conflict):
    """Reading a file took too long or ended the process that read it: not to be tried again soon."""


class FileCache(Generic[T]):
    """A bounded cache whose keys hold path, size and modification time, so that a changed file is a new key.

    Threads that ask for the same key at the same time wait for one computation.

    Args:
        capacity: the summed cost of what is kept; the least recently used goes first.
        cost: the cost of one value, 1 unless told.
        failure_seconds: for how long it is remembered that a file is damaged: finding the fault may take as long as
            reading the file. Other errors are not kept.
    """

    def __init__(self, capacity: int, cost: Callable[[T], int] = lambda _: 1, *, failure_seconds: float = 0.0) -> None:
        self._capacity = capacity
        self._cost = cost
        self._failure_seconds = failure_seconds
        self._failures: OrderedDict[Hashable, tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._total = 0
        self._pending: dict[Hashable, Future[T]] = {}

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value of ``key``, computed if it is not kept. Raises what ``compute`` raises."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            failure, until = self._failures.get(key, ("", 0.0))
            if time.monotonic() < until:
                raise Conflict(failure)
            pending = self._pending.get(key)
            if pending is None:
                mine = self._pending[key] = Future()
        if pending is not None:
            return pending.result()
        try:
            value = compute()
        except BaseException as error:
            if isinstance(error, Conflict):
                self._remember(key, error)
            self._settle(key)
            mine.set_exception(error)
            raise
        self._settle(key, value)
        mine.set_result(value)
        return value

    def _remember(self, key: Hashable, error: Conflict) -> None:
        with self._lock:
            seconds = self._failure_seconds * (_GAVE_UP_FACTOR if isinstance(error, GaveUp) else 1)
            self._failures[key] = (error.message, time.monotonic() + seconds)
            self._failures.move_to_end(key)
            while len(self._failures) > _MAX_FAILURES:
                self._failures.popitem(last=False)

    def _settle(self, key: Hashable, *values: T) -> None:
        """End the computation of ``key`` and keep its value where there is one."""
        costs = [(value, self._cost(value)) for value in values]
        with self._lock:
            del self._pending[key]
            for value, cost in costs:
                self._kept[key] = (value, cost)
                self._total += cost
            while self._total > self._capacity and self._kept:
                _, (_, freed) = self._kept.popitem(last=False)
                self._total -= freed
