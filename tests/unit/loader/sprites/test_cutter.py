"""An atlas is cut in a process of its own, and whatever happens there is told."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from unit.loader.sprites.atlases import atlas, file_of, flat, reader, sprite, thumbnails

from fixtures.deadline import wait_until
from projector_chassis.errors import Conflict, NotFound, PublicError, Unavailable
from projector_loader.asset_paths import AssetPath
from projector_loader.file_cache import GaveUp
from projector_loader.sprites.cut_job import CutJob, cut_atlas
from projector_loader.sprites.cutter import Cutter, memory_for

MEMORY_BYTES = memory_for(2**24)


def job(file: AssetPath) -> CutJob:
    """Twelve thumbnails of 10 x 10 px in four columns."""
    return CutJob(file, (10, 10), 4, 12)


def test_a_child_writes_the_same_cells(tmp_path: Path, write: Any) -> None:
    file = write("sprite.png", file_of(atlas(flat(12, 10, 10), 4)))
    Cutter(MEMORY_BYTES)(job(file), tmp_path / "child")
    cut_atlas(job(file), tmp_path / "here")
    assert (tmp_path / "child").read_bytes() == (tmp_path / "here").read_bytes()


def test_a_reader_shows_what_a_child_has_cut(tmp_path: Path, write: Any) -> None:
    cells = flat(12, 10, 10)
    file = sprite(write("sprite.png", file_of(atlas(cells, 4))), (10, 10))
    made = reader(tmp_path / "cache", cut=Cutter(MEMORY_BYTES))
    found = thumbnails(made, file, 12, 0)
    assert all((cell == expected).all() for cell, expected in zip(found, cells, strict=True))


def test_a_damaged_file_is_told_as_if_it_were_cut_here(tmp_path: Path, write: Any, place: Any) -> None:
    whole = file_of(atlas(flat(12, 10, 10), 4), "BMP")
    with pytest.raises(Conflict, match=r"^The sprite run/sprite\.bmp is damaged, cut off"):
        Cutter(MEMORY_BYTES)(job(write("run/sprite.bmp", whole[: len(whole) // 2])), tmp_path / "out")
    with pytest.raises(NotFound, match=r"^run/gone\.png does not exist"):
        Cutter(MEMORY_BYTES)(job(place("run/gone.png")), tmp_path / "out")


def test_cells_that_cannot_be_written_are_the_caches_error(tmp_path: Path, write: Any) -> None:
    file = write("sprite.png", file_of(atlas(flat(12, 10, 10), 4)))
    with pytest.raises(FileNotFoundError):
        Cutter(MEMORY_BYTES)(job(file), tmp_path / "no such folder" / "out")


@pytest.fixture
def large(write: Any) -> CutJob:
    """One thumbnail of 64 million pixels: half a second of work."""
    file = write("sprite.png", file_of(Image.new("L", (8000, 8000), 7), compress_level=1))
    return CutJob(file, (8000, 8000), 1, 1)


def test_an_image_that_takes_more_memory_than_it_may_ends_there(tmp_path: Path, large: CutJob) -> None:
    with pytest.raises(GaveUp, match=r"^The sprite sprite\.png cannot be decoded"):
        Cutter(memory_bytes=2**25)(large, tmp_path / "out")


def test_an_image_that_takes_too_long_ends_there(tmp_path: Path, large: CutJob) -> None:
    with pytest.raises(GaveUp, match=r"^The sprite sprite\.png cannot be decoded"):
        Cutter(MEMORY_BYTES, seconds=0.01)(large, tmp_path / "out")


def test_closing_ends_what_is_under_way_and_begins_nothing_more(tmp_path: Path, large: CutJob) -> None:
    cutter = Cutter(MEMORY_BYTES)
    raised: list[PublicError] = []

    def work() -> None:
        try:
            cutter(large, tmp_path / "out")
        except PublicError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: bool(children()), seconds=10, what="a child")
    cutter.close()
    thread.join(10)

    assert [type(error) for error in raised] == [GaveUp]
    assert children() == []
    with pytest.raises(Unavailable):
        cutter(large, tmp_path / "out")


def children() -> list[int]:
    """Cutting processes that this one has started and that still run; other tests' servers are children too."""
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    started = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return [pid for pid in started if _is_cutting(pid)]


def _is_cutting(pid: int) -> bool:
    try:
        return b"cut_child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended meanwhile
