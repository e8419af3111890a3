"""Children that crash, hang, idle or are in the way."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from fixtures.deadline import wait_until
from projector_chassis.errors import Conflict, Unavailable
from projector_loader.asset_paths import AssetPath, DataRoot, stamp
from projector_loader.catalog import Catalog
from projector_loader.model import Severity
from projector_loader.reader_process import ReaderProcess, ReaderProcesses

BROKEN_READER = """
import os, time
from projector_loader.foreign_file import ForeignTensor

def open_foreign(file, opened):
    return Broken(file)

class Broken:
    def __init__(self, file):
        self.deed = file.absolute.read_text()
    def tensors(self):
        if self.deed == "crash":
            os.abort()
        if self.deed == "hang":
            time.sleep(60)
        if self.deed == "slow":
            time.sleep(1)
        if self.deed == "fail":
            raise ValueError("secret of " + __file__)
        if self.deed == "allocate":
            bytearray(2**31)
        return [ForeignTensor("whole", (1, 1), "float32")]
    def close(self):
        pass
"""

SLOW_IMPORT = """
import importlib.abc, time
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "projector_loader.readers.parquet":
            time.sleep(0.5)
sys.meta_path.insert(0, Slow())
"""


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReaderProcess]:
    """A child whose HDF5 reader does what the file says."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, types\n"
        f"module = types.ModuleType('projector_loader.readers.hdf5', None); module.__file__ = '/srv/hdf5.py'\n"
        f"exec({BROKEN_READER!r}, module.__dict__)\n"
        "sys.modules['projector_loader.readers.hdf5'] = module\n"
        f"{SLOW_IMPORT}"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = ReaderProcess(deadline_seconds=0.5, start_seconds=30.0, idle_seconds=30.0, memory_bytes=2**30)
    yield process
    process.close()


def names(process: ReaderProcess, file: AssetPath) -> list[str]:
    return [tensor["name"] for tensor in process.ask("hdf5", "tensors", file, stamp(file)).value]


def test_child_that_crashes_over_a_file_takes_no_other_along(process: ReaderProcess, write: Any) -> None:
    whole, crash = write("whole.h5", "whole"), write("run/crash.h5", "crash")
    assert names(process, whole) == ["whole"]
    with pytest.raises(Conflict, match=r"^run/crash\.h5 cannot be read: the library for such files failed over it"):
        names(process, crash)
    assert names(process, whole) == ["whole"]


def test_child_that_hangs_is_ended_in_time(process: ReaderProcess, write: Any) -> None:
    whole, hang = write("whole.h5", "whole"), write("hang.h5", "hang")
    assert names(process, whole) == ["whole"]
    started = time.monotonic()
    with pytest.raises(Conflict, match=r"^hang\.h5 takes longer than 0.5 seconds to read"):
        names(process, hang)
    assert time.monotonic() - started < 10
    assert names(process, whole) == ["whole"]


@pytest.mark.parametrize("deed", ["fail", "allocate"])
def test_error_of_the_library_is_typed_and_its_text_stays_in_the_log(
    process: ReaderProcess, write: Any, deed: str
) -> None:
    with pytest.raises(Conflict, match=r"^x\.h5 is damaged or holds something that is not read") as caught:
        names(process, write("x.h5", deed))
    assert "/srv" not in caught.value.message


def test_child_that_ended_when_idle_is_started_again(process: ReaderProcess, write: Any) -> None:
    process.idle_seconds = 0.05
    whole = write("whole.h5", "whole")
    for _ in range(2):
        assert names(process, whole) == ["whole"]
        assert process._child is not None
        assert process._child.process.wait(10) == 0


def test_child_ends_with_its_parent(process: ReaderProcess, write: Any) -> None:
    assert names(process, write("whole.h5", "whole")) == ["whole"]
    child = process._child
    assert child is not None
    process.close()
    assert child.process.poll() == 0


def test_library_that_is_long_in_starting_keeps_nobody_waiting_and_starts_all_the_same(
    process: ReaderProcess, write: Any
) -> None:
    whole, table = write("whole.h5", "whole"), write("x.parquet", "no table")
    assert names(process, whole) == ["whole"]
    process.patience_seconds = 0.01
    with pytest.raises(Unavailable, match=r"^The library that reads x\.parquet is starting"):
        process.ask("parquet", "tensors", table, stamp(table))
    with pytest.raises(Unavailable, match=r"^The library that reads x\.parquet is starting"):
        process.ask("parquet", "tensors", table, stamp(table))
    process.patience_seconds = 30.0
    assert names(process, whole) == ["whole"]
    with pytest.raises(Conflict, match=r"^x\.parquet is damaged or holds something"):
        process.ask("parquet", "tensors", table, stamp(table))
    assert names(process, whole) == ["whole"]


def look(process: ReaderProcess, file: AssetPath) -> list[str]:
    reply = process.ask("hdf5", "tensors", file, stamp(file), may_come_later=True)
    return [tensor["name"] for tensor in reply.value]


def test_answer_that_takes_long_comes_later_and_holds_up_no_other(process: ReaderProcess, write: Any) -> None:
    whole, slow = write("whole.h5", "whole"), write("slow.h5", "slow")
    assert names(process, whole) == ["whole"]
    process.deadline_seconds, process.look_seconds = 30.0, 0.1
    with pytest.raises(Unavailable, match=r"^slow\.h5 is still being examined"):
        look(process, slow)
    assert names(process, whole) == ["whole"]
    found: list[str] = []

    def is_there() -> bool:
        with contextlib.suppress(Unavailable):
            found.extend(look(process, slow))
        return bool(found)

    wait_until(is_there, seconds=20, what="the late answer")
    assert found == ["whole"]


@pytest.mark.parametrize(("deed", "cause"), [("hang", "takes longer than 0.5 seconds"), ("crash", "failed over it")])
def test_late_answer_that_never_comes_is_given_up(process: ReaderProcess, write: Any, deed: str, cause: str) -> None:
    assert names(process, write("whole.h5", "whole")) == ["whole"]
    process.look_seconds = 0.001
    file = write("x.h5", deed)
    errors: list[str] = []

    def is_given_up() -> bool:
        try:
            look(process, file)
        except Unavailable:
            return False
        except Conflict as error:
            errors.append(error.message)
        return True

    wait_until(is_given_up, seconds=20, what="the end of it")
    assert cause in errors[0]
    assert names(process, write("whole.h5", "whole")) == ["whole"]


def test_only_one_answer_at_a_time_comes_later(process: ReaderProcess, write: Any) -> None:
    assert names(process, write("whole.h5", "whole")) == ["whole"]
    process.deadline_seconds, process.look_seconds = 30.0, 0.1
    with pytest.raises(Unavailable, match="still being examined"):
        look(process, write("hang.h5", "hang"))
    assert look(process, write("slow.h5", "slow")) == ["whole"]


def test_listing_does_not_wait_for_a_file_that_hangs_and_an_upload_does(
    process: ReaderProcess, root: DataRoot, write: Any
) -> None:
    assert names(process, write("run/whole.h5", "whole")) == ["whole"]
    process.deadline_seconds, process.look_seconds = 30.0, 0.1
    processes = ReaderProcesses(arrays=process)
    write("run/slow.h5", "slow")
    catalog = Catalog(root, processes=processes, max_folders=10)

    (run,) = catalog.list_runs().runs
    assert [each.display_name for each in run.embeddings] == ["whole (whole.h5)"]
    (problem,) = run.problems
    assert (problem.severity, problem.subject) == (Severity.NOTICE, "run/slow.h5")

    write("other/slow.h5", "slow")
    (other,) = catalog.reader_of(root).at(root).read(root.child(root.top, "other")).run.embeddings
    assert other.display_name == "whole (slow.h5)"
    wait_until(lambda: len(catalog.list_runs().runs[1].embeddings) == 2, seconds=20, what="the file in the listing")


def test_who_waits_too_long_for_the_child_is_told_so(process: ReaderProcess, write: Any) -> None:
    whole, hang = write("whole.h5", "whole"), write("hang.h5", "hang")
    assert names(process, whole) == ["whole"]
    process.deadline_seconds = 1.5
    errors: list[Exception] = []

    def ask() -> None:
        try:
            names(process, hang)
        except Conflict as error:
            errors.append(error)

    first = threading.Thread(target=ask)
    first.start()
    while not process._lock.locked():
        time.sleep(0.01)
    process.deadline_seconds = 0.1
    with pytest.raises(Unavailable, match="try again in a moment"):
        names(process, whole)
    first.join(30)
    assert len(errors) == 1


def test_no_library_is_imported_before_a_file_needs_it(root: DataRoot, catalog: Any, write: Any) -> None:
    np.save(root.top.absolute / "x.npy", np.zeros((2, 2)))
    reader = ReaderProcess()
    assert reader._child is None
    with h5py.File(root.top.absolute / "x.h5", "w") as file:
        file["x"] = np.zeros((2, 2))
    assert {summary.display_name for run in catalog.list_runs().runs for summary in run.embeddings} == {
        "x (x.h5)",
        "x.npy",
    }
