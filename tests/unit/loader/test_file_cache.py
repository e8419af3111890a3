from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import pytest

from projector_chassis.errors import Conflict
from projector_loader import file_cache
from projector_loader.file_cache import FileCache, GaveUp


def test_value_is_computed_once() -> None:
    cache: FileCache[list[int]] = FileCache(10)
    assert cache.get("a", lambda: [1]) is cache.get("a", lambda: [2])


def test_least_recently_used_goes_first_when_the_cost_is_reached() -> None:
    cache: FileCache[str] = FileCache(10, len)
    for key in ("aaaa", "bbbb"):
        cache.get(key, lambda key=key: key)  # type: ignore[misc]  # a default argument binds the loop's value
    cache.get("aaaa", lambda: "not called")
    cache.get("cccc", lambda: "cccc")
    assert cache.get("aaaa", lambda: "again") == "aaaa"
    assert cache.get("bbbb", lambda: "again") == "again"


def test_value_larger_than_the_cache_is_given_but_not_kept() -> None:
    cache: FileCache[str] = FileCache(3, len)
    assert cache.get("a", lambda: "12345") == "12345"
    assert cache.get("a", lambda: "x") == "x"


def test_error_reaches_the_caller_and_is_not_kept() -> None:
    cache: FileCache[int] = FileCache(10)

    def fail() -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        cache.get("a", fail)
    assert cache.get("a", lambda: 5) == 5


def test_threads_that_ask_at_the_same_time_wait_for_one_computation() -> None:
    cache: FileCache[int] = FileCache(10)
    started, release, calls = threading.Event(), threading.Event(), []

    def compute() -> int:
        calls.append(1)
        started.set()
        assert release.wait(10)
        return 7

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(cache.get, "a", compute)
        assert started.wait(10)
        others = [pool.submit(cache.get, "a", compute) for _ in range(3)]
        release.set()
        assert [first.result(10), *(other.result(10) for other in others)] == [7] * 4
    assert len(calls) == 1


def test_failure_is_remembered_for_a_while_and_longer_when_it_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(file_cache, "time", SimpleNamespace(monotonic=lambda: now))
    cache: FileCache[int] = FileCache(10, failure_seconds=60)
    tried: list[str] = []

    def read(error: Conflict) -> int:
        tried.append(error.message)
        raise error

    def ask() -> None:
        for error in (Conflict("damaged"), GaveUp("hangs")):
            with pytest.raises(Conflict, match=error.message):
                cache.get(error.message, partial(read, error))

    ask()
    ask()
    assert tried == ["damaged", "hangs"]
    now = 61
    ask()
    assert tried == ["damaged", "hangs", "damaged"]
    now = 601
    ask()
    assert tried[3:] == ["damaged", "hangs"]
    assert cache.get("the file after it was changed", lambda: 1) == 1
