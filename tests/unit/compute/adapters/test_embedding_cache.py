from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from fixtures.deadline import wait_until
from projector_chassis.errors import InvalidArgument, NotFound, TooLarge, Unavailable
from projector_compute.adapters.embedding_cache import EmbeddingCache
from projector_compute.adapters.loader import Loader
from projector_compute.session import Interrupted, Request
from projector_compute.specs import EmbeddingRef, Float32Array

ROWS = np.arange(600, dtype=np.float32).reshape(100, 6)
N_CHUNKS = 10
_WAIT_SECONDS = 20.0


def ignore(done: float) -> None:
    """Progress that nobody watches."""


class ArrayRows(Loader):
    """A loader that has its rows at hand.

    Attributes:
        n_reads: how often one was asked for its rows.
        before_chunk: called before each chunk of a read, with its number; may raise.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, Float32Array] = {}
        self._count = threading.Lock()
        self.n_reads = 0
        self.before_chunk: Callable[[int], None] = lambda number: None

    def add(self, array: Float32Array, embedding_id: str = "words") -> EmbeddingRef:
        ref = EmbeddingRef(embedding_id, hashlib.sha256(array.tobytes()).hexdigest(), *array.shape)
        self._arrays[ref.digest] = array
        return ref

    def read_tensor(self, ref: EmbeddingRef) -> Iterator[bytes]:
        with self._count:
            self.n_reads += 1
        for number, rows in enumerate(np.array_split(self._arrays[ref.digest], N_CHUNKS)):
            self.before_chunk(number)
            yield rows.tobytes()


@pytest.fixture
def loader() -> ArrayRows:
    return ArrayRows()


@pytest.fixture
def ref(loader: ArrayRows) -> EmbeddingRef:
    return loader.add(ROWS)


def cache_of(
    folder: Path, loader: Loader, *, limit_bytes: int = 2**20, patience_seconds: float = 0.0
) -> EmbeddingCache:
    return EmbeddingCache(folder, loader, limit_bytes=limit_bytes, patience_seconds=patience_seconds)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@contextlib.contextmanager
def being_written(folder: Path, ref: EmbeddingRef) -> Iterator[BinaryIO]:
    """What another process does that is fetching an embedding."""
    with (folder / f"{ref.digest}.part").open("ab") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        yield part


def test_an_embedding_is_fetched_once_and_mapped_read_only(
    tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef
) -> None:
    cache = cache_of(tmp_path, loader)
    told: list[float] = []
    for progress in (told.append, ignore):
        with cache.open(ref, progress) as embedding:
            np.testing.assert_array_equal(embedding, ROWS)
            assert embedding.dtype == np.float32
            assert not embedding.flags.writeable
    assert loader.n_reads == 1
    assert told == pytest.approx(np.linspace(0.1, 1.0, N_CHUNKS))
    assert files(tmp_path) == {f"{ref.digest}.f32"}


@pytest.mark.parametrize("digest", ["", "../outside", "a/b"])
def test_a_digest_that_is_none_names_no_file(tmp_path: Path, loader: ArrayRows, digest: str) -> None:
    with (
        pytest.raises(InvalidArgument, match="no digest"),
        cache_of(tmp_path, loader).open(EmbeddingRef("words", digest, 100, 6), ignore),
    ):
        pass
    assert files(tmp_path) == set()


def test_an_embedding_beyond_the_limit_is_refused(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    cache = cache_of(tmp_path, loader, limit_bytes=ROWS.nbytes - 1)
    with pytest.raises(TooLarge, match="PROJECTOR_EMBEDDING_CACHE_BYTES"), cache.open(ref, ignore):
        pass
    assert loader.n_reads == 0


def test_what_was_used_longest_ago_makes_room(tmp_path: Path, loader: ArrayRows) -> None:
    first, second, third = (loader.add(ROWS + k) for k in range(3))
    cache = cache_of(tmp_path, loader, limit_bytes=2 * ROWS.nbytes)
    for age_seconds, ref in ((300, first), (200, second)):
        with cache.open(ref, ignore):
            pass
        last_used = (tmp_path / f"{ref.digest}.f32").stat().st_mtime - age_seconds
        os.utime(tmp_path / f"{ref.digest}.f32", (last_used, last_used))
    with cache.open(first, ignore):  # now the second is the one
        pass
    with cache.open(third, ignore):
        assert files(tmp_path) == {f"{first.digest}.f32", f"{third.digest}.f32"}


def test_what_is_in_use_is_not_removed(tmp_path: Path, loader: ArrayRows) -> None:
    first, second, third = (loader.add(ROWS + k) for k in range(3))
    cache = cache_of(tmp_path, loader, limit_bytes=ROWS.nbytes)
    with cache.open(first, ignore) as embedding, cache.open(second, ignore):
        assert files(tmp_path) == {f"{first.digest}.f32", f"{second.digest}.f32"}
        np.testing.assert_array_equal(embedding, ROWS)
    del embedding  # while it lives the file stays mapped
    with cache.open(third, ignore):
        assert files(tmp_path) == {f"{third.digest}.f32"}


def test_a_loader_that_is_away_for_a_moment_is_asked_again(
    tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef
) -> None:
    def break_off(number: int) -> None:
        if number == 5 and loader.n_reads == 1:
            raise Unavailable("It cannot be reached.")

    loader.before_chunk = break_off
    with cache_of(tmp_path, loader, patience_seconds=30.0).open(ref, ignore) as embedding:
        np.testing.assert_array_equal(embedding, ROWS)
    assert loader.n_reads == 2


def test_a_loader_that_stays_away_is_given_up(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    def refuse(number: int) -> None:
        raise Unavailable("It cannot be reached.")

    loader.before_chunk = refuse
    with pytest.raises(Unavailable), cache_of(tmp_path, loader, patience_seconds=0.2).open(ref, ignore):
        pass
    assert loader.n_reads > 1
    assert files(tmp_path) == set()


@pytest.mark.parametrize("error", [NotFound("There is no embedding."), OSError("No space left on device")])
def test_a_read_that_breaks_off_leaves_nothing(
    tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef, error: Exception
) -> None:
    def fail(number: int) -> None:
        if number == 5:
            raise error

    loader.before_chunk = fail
    with pytest.raises(type(error)), cache_of(tmp_path, loader, patience_seconds=9.0).open(ref, ignore):
        pass
    assert files(tmp_path) == set()


def test_who_abandons_a_fetch_leaves_nothing(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    def stop(done: float) -> None:
        if done > 0.5:
            raise Interrupted(Request.STOP)

    with pytest.raises(Interrupted), cache_of(tmp_path, loader).open(ref, stop):
        pass
    assert files(tmp_path) == set()


def test_a_half_written_file_of_a_dead_process_is_written_anew(
    tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef
) -> None:
    (tmp_path / f"{ref.digest}.part").write_bytes(b"\xff" * (ROWS.nbytes + 100))
    with cache_of(tmp_path, loader).open(ref, ignore) as embedding:
        np.testing.assert_array_equal(embedding, ROWS)
    assert files(tmp_path) == {f"{ref.digest}.f32"}


@pytest.mark.parametrize("n_bytes", [0, 17, 4000])
def test_a_complete_file_of_the_wrong_size_is_fetched_again(
    tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef, n_bytes: int
) -> None:
    (tmp_path / f"{ref.digest}.f32").write_bytes(b"\xff" * n_bytes)
    with cache_of(tmp_path, loader).open(ref, ignore) as embedding:
        np.testing.assert_array_equal(embedding, ROWS)


def test_files_that_dead_processes_left_make_room(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    other = loader.add(ROWS + 1)
    (tmp_path / "dead.part").write_bytes(bytes(1000))
    with being_written(tmp_path, other), cache_of(tmp_path, loader).open(ref, ignore):
        assert files(tmp_path) == {f"{ref.digest}.f32", f"{other.digest}.part"}


def test_a_file_that_goes_while_the_folder_is_read_does_no_harm(
    tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef
) -> None:
    (tmp_path / "gone.f32").symlink_to(tmp_path / "nowhere")  # listed, and not found when it is looked at
    with cache_of(tmp_path, loader).open(ref, ignore) as embedding:
        np.testing.assert_array_equal(embedding, ROWS)


def test_who_finds_a_fetch_under_way_waits_for_it(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    waits = threading.Event()

    def open_it() -> Float32Array:
        with cache_of(tmp_path, loader).open(ref, lambda done: waits.set()) as embedding:
            return embedding.copy()

    with ThreadPoolExecutor(1) as threads:
        with being_written(tmp_path, ref) as part:
            waiting = threads.submit(open_it)
            assert waits.wait(_WAIT_SECONDS)
            part.write(ROWS.tobytes())
            part.flush()
            (tmp_path / f"{ref.digest}.part").rename(tmp_path / f"{ref.digest}.f32")
        np.testing.assert_array_equal(waiting.result(_WAIT_SECONDS), ROWS)
    assert loader.n_reads == 0


def test_who_waits_for_a_process_that_dies_fetches_itself(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    waits = threading.Event()

    def open_it() -> Float32Array:
        with cache_of(tmp_path, loader).open(ref, lambda done: waits.set()) as embedding:
            return embedding.copy()

    with ThreadPoolExecutor(1) as threads:
        with being_written(tmp_path, ref) as part:
            waiting = threads.submit(open_it)
            assert waits.wait(_WAIT_SECONDS)
            part.write(b"half of it")
        np.testing.assert_array_equal(waiting.result(_WAIT_SECONDS), ROWS)
    assert loader.n_reads == 1


def test_who_waits_for_a_fetch_can_be_told_to_end(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    def stop(done: float) -> None:
        raise Interrupted(Request.STOP)

    with being_written(tmp_path, ref):
        with pytest.raises(Interrupted), cache_of(tmp_path, loader).open(ref, stop):
            pass
        assert files(tmp_path) == {f"{ref.digest}.part"}


def test_many_who_want_an_embedding_at_once_fetch_it_once(tmp_path: Path, loader: ArrayRows, ref: EmbeddingRef) -> None:
    n_threads = 6
    arrived: list[int] = []

    def open_it() -> Float32Array:
        arrived.append(threading.get_ident())
        with cache_of(tmp_path, loader).open(ref, ignore) as embedding:
            return embedding.copy()

    def wait_for_all(number: int) -> None:
        if number == N_CHUNKS // 2:
            wait_until(lambda: len(arrived) == n_threads, seconds=_WAIT_SECONDS, what="all to be there")

    loader.before_chunk = wait_for_all
    with ThreadPoolExecutor(n_threads) as threads:
        opened = [threads.submit(open_it) for _ in range(n_threads)]
        for one in opened:
            np.testing.assert_array_equal(one.result(_WAIT_SECONDS), ROWS)
    assert loader.n_reads == 1
    assert files(tmp_path) == {f"{ref.digest}.f32"}
