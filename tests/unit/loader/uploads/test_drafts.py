"""How files arrive: within limits, whole or not at all, and given up when nobody finishes them."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from unit.loader.uploads.conftest import MAX_BYTES, MAX_FILE_BYTES, Bench, in_parts, npy, open_bench

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, TooLarge
from projector_loader.asset_paths import DataRoot
from projector_loader.model import UploadHeader, UploadId, UploadRole
from projector_loader.upload_drafts import STALE_SECONDS

OTHER = UploadId("another-0123456789")


class PeerLeft(Exception):
    """What the network says when it does."""


def breaking_off(content: bytes) -> Iterator[bytes]:
    yield from in_parts(content)
    raise PeerLeft


def test_a_file_that_breaks_off_leaves_nothing(bench: Bench) -> None:
    header = UploadHeader(bench.upload_id, UploadRole.TENSOR, "words.npy")
    with pytest.raises(PeerLeft):
        bench.uploads.write(header, breaking_off(bytes(20_000)))
    assert list(bench.folder.rglob("*")) == [bench.folder / ".drafts"]


def test_a_file_that_breaks_off_leaves_what_has_arrived_before_it(bench: Bench) -> None:
    bench.write("words.npy", npy(5))
    with pytest.raises(PeerLeft):
        bench.uploads.write(UploadHeader(bench.upload_id, UploadRole.TENSOR, "words.npy"), breaking_off(npy(6)[:-1]))
    assert bench.finish().embeddings[0].n_points == 5


@pytest.mark.parametrize("announced", [0, MAX_FILE_BYTES + 1])
def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(bench: Bench, announced: int) -> None:
    read: list[bytes] = []

    def parts() -> Iterator[bytes]:
        for part in in_parts(bytes(10 * MAX_FILE_BYTES)):
            read.append(part)
            yield part

    header = UploadHeader(bench.upload_id, UploadRole.TENSOR, "words.npy", announced)
    with pytest.raises(TooLarge, match="100,000 bytes at most"):
        bench.uploads.write(header, parts())
    assert bench.files() == set()
    assert sum(map(len, read)) <= (MAX_FILE_BYTES + 7000 if announced == 0 else 0)


def test_all_uploads_together_have_a_limit(bench: Bench) -> None:
    large = npy(90_000 // 4, 1)
    for _ in range(2):
        bench.upload("Large", large)
    free = bench.uploads.rules().free_bytes
    assert 0 < free < MAX_BYTES - 2 * 90_000
    with pytest.raises(TooLarge, match="uploads may take 250,000 bytes in all"):
        bench.upload("Large", large)
    assert len(bench.listed()) == 2
    bench.uploads.delete(bench.catalog.list_runs().runs[0].id)
    assert bench.upload("Large", large).name == "Uploads/Large"


def test_uploads_that_arrive_together_share_the_limit(bench: Bench) -> None:
    def interrupted() -> Iterator[bytes]:
        yield from in_parts(bytes(90_000))
        second = replace(bench, upload_id=OTHER)
        second.write("words.npy", bytes(90_000))
        with pytest.raises(TooLarge, match="in all"):
            second.write("labels.tsv", bytes(90_000), UploadRole.METADATA)

    bench.uploads.write(UploadHeader(bench.upload_id, UploadRole.TENSOR, "words.npy"), interrupted())


@pytest.mark.parametrize(("announced", "sent"), [(1000, 999), (1000, 1001), (0, 0)])
def test_a_file_of_another_length_than_announced_is_refused(bench: Bench, announced: int, sent: int) -> None:
    with pytest.raises(InvalidArgument, match=r"words\.npy (was announced|is empty)"):
        bench.write("words.npy", bytes(sent), n_bytes=announced)
    assert bench.files() == set()


def test_a_full_disk_is_said_and_leaves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TooLarge, match="disk that holds uploads is full"):
        bench.write("words.npy", npy())
    assert bench.files() == set()


def test_one_file_of_an_upload_arrives_at_a_time(bench: Bench) -> None:
    def interrupted() -> Iterator[bytes]:
        with pytest.raises(Conflict, match="still arriving"):
            bench.write("labels.tsv", b"a\n", UploadRole.METADATA)
        with pytest.raises(Conflict, match="still arriving"):
            bench.uploads.delete(bench.upload_id)
        yield npy()

    bench.uploads.write(UploadHeader(bench.upload_id, UploadRole.TENSOR, "words.npy"), interrupted())
    bench.write("labels.tsv", b"a\n", UploadRole.METADATA)
    assert bench.finish().name == "Uploads/Words"


def test_drafts_that_nobody_finished_are_swept_when_the_next_upload_begins(bench: Bench) -> None:
    young, old = replace(bench, upload_id=OTHER), bench
    young.write("words.npy", npy())
    old.write("words.npy", npy())
    long_ago = time.time() - STALE_SECONDS - 1
    for path in (bench.folder / ".drafts" / old.upload_id).rglob("*"):
        os.utime(path, (long_ago, long_ago))
    os.utime(bench.folder / ".drafts" / old.upload_id, (long_ago, long_ago))

    replace(bench, upload_id=UploadId("the-next-0123456789")).write("words.npy", npy())

    with pytest.raises(NotFound):
        old.finish()
    assert young.finish().name == "Uploads/Words"


def test_a_draft_that_is_still_arriving_is_not_swept_however_slowly_it_comes(bench: Bench) -> None:
    def slow() -> Iterator[bytes]:
        content = npy()
        yield content[:9]
        long_ago = time.time() - STALE_SECONDS - 1
        folder = bench.folder / ".drafts" / bench.upload_id
        for path in (folder, *folder.iterdir()):
            os.utime(path, (long_ago, long_ago))
        replace(bench, upload_id=OTHER).write("words.npy", npy())
        yield content[9:]

    bench.uploads.write(UploadHeader(bench.upload_id, UploadRole.TENSOR, "words.npy"), slow())
    assert bench.finish().name == "Uploads/Words"


def test_uploads_outlive_the_loader_even_those_that_are_not_finished(bench: Bench, root: DataRoot) -> None:
    kept = bench.upload("Kept")
    bench.write("words.npy", npy())
    restarted = open_bench(root, bench.folder)
    assert restarted.catalog.list_runs().runs == (kept,)
    assert restarted.finish("Later").embeddings[0].display_name == "words.npy"
