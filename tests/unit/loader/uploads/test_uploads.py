"""What becomes of files that have arrived: a run like any other, or nothing."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image
from unit.loader.uploads.conftest import MAX_METADATA_BYTES, Bench, npy, open_bench

from projector_chassis.errors import Conflict, InvalidArgument, NotFound
from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.model import Severity, UploadHeader, UploadRole
from projector_loader.reader_process import ReaderProcess, ReaderProcesses
from projector_loader.run_draft import RunDraft

METADATA, SPRITE = UploadRole.METADATA, UploadRole.SPRITE


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


class Bomb:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._trace),)


def test_an_upload_is_a_run_with_its_metadata_and_its_sprite(bench: Bench) -> None:
    bench.write("words.npy", npy(6, 3))
    bench.write("labels.tsv", b"word\tn\n" + b"".join(b"w%d\t%d\n" % (i, i) for i in range(6)), METADATA)
    bench.write("faces.png", png(24, 16), SPRITE)

    run = bench.finish("My words", thumbnail_px=(8, 8))

    assert (run.name, run.is_upload, run.problems) == ("Uploads/My words", True, ())
    assert bench.catalog.list_runs().runs == (run,)
    (summary,) = run.embeddings
    assert (summary.display_name, summary.n_points, summary.n_dims) == ("words.npy", 6, 3)
    embedding = bench.embeddings.describe(summary.id)
    assert [column.name for column in embedding.columns] == ["word", "n"]
    assert embedding.sprite is not None
    assert embedding.sprite.thumbnail_width_px == 8
    assert embedding.problems == ()
    rows = b"".join(bench.embeddings.read_tensor(summary.id).blocks)
    assert np.frombuffer(rows, "<f4").tolist() == list(range(18))
    assert bench.files() == {
        f"My words/{name}" for name in ("tensor.npy", "metadata.tsv", "sprite.png", "projector_config.pbtxt")
    }


def test_raw_numbers_need_their_shape(bench: Bench) -> None:
    content = np.arange(12, dtype="<f4").tobytes()
    bench.write("words.bytes", content)
    assert bench.finish(shape=(4, 3)).embeddings[0].n_points == 4

    bench.write("words.bytes", content)
    with pytest.raises(InvalidArgument, match=r"words\.bytes has 48 bytes, but tensor_shape 5 x 3"):
        bench.finish("Again", shape=(5, 3))
    assert bench.listed() == ["Uploads/Words"]


def test_a_sprite_without_a_size_is_a_grid_of_as_many_columns_as_rows(bench: Bench) -> None:
    bench.write("words.npy", npy(6))
    bench.write("faces.png", png(30, 30), SPRITE)
    embedding = bench.embeddings.describe(bench.finish().embeddings[0].id)
    assert embedding.sprite is not None
    assert (embedding.sprite.thumbnail_width_px, embedding.sprite.n_columns) == (10, 3)


def test_all_tensors_of_a_file_are_shown_under_their_own_names(bench: Bench) -> None:
    file = io.BytesIO()
    np.savez(file, a=np.ones((3, 2), np.float32), b=np.ones((4, 2), np.float32))
    bench.write("words.npz", file.getvalue())
    assert sorted(each.display_name for each in bench.finish().embeddings) == ["a (tensor.npz)", "b (tensor.npz)"]


@pytest.mark.parametrize(
    ("file_name", "content", "reason"),
    [
        ("words.npy", b"not an array", "words.npy"),
        ("words.npy", npy(6)[:-4], "words.npy"),
        ("words.npy", npy(6, 3, "complex64"), "complex numbers"),
        ("words.tsv", b"some\tprose\nand\tmore\n", "words.tsv"),
        ("words.bin", pickle.dumps([1, 2]), "is a pickle"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason_and_deleted(
    bench: Bench, file_name: str, content: bytes, reason: str
) -> None:
    bench.write(file_name, content)
    with pytest.raises(InvalidArgument) as caught:
        bench.finish()
    assert reason in caught.value.message
    assert str(bench.folder) not in caught.value.message
    assert "projector_config" not in caught.value.message
    assert list(bench.folder.glob("[!.]*")) == []
    assert bench.files() == set()
    assert bench.listed() == []


def test_a_file_whose_library_does_not_start_is_refused_with_that_reason(root: DataRoot, tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    arrays = ReaderProcess(patience_seconds=0.0)
    bench = open_bench(root, tmp_path / "uploads", arrays)
    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written["x"] = np.eye(4, 3)
    bench.write("words.h5", file.getvalue())
    with pytest.raises(InvalidArgument, match=r"The library that reads words\.h5 is starting"):
        bench.finish()
    arrays.close()


def test_nothing_is_unpickled_whatever_a_file_is_called(bench: Bench, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    objects = io.BytesIO()
    np.save(objects, np.array([[Bomb(trace)]], object), allow_pickle=True)
    for file_name, content in (("a.npy", objects.getvalue()), ("a.bin", pickle.dumps(Bomb(trace)))):
        bench.write(file_name, content)
        with pytest.raises(InvalidArgument):
            bench.finish()
    bench.write("a.bytes", pickle.dumps(Bomb(trace)).ljust(400, b"\0"))
    bench.finish(shape=(10, 10))
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no image", r"faces\.png is damaged, cut off or no image"),
        (png(8, 8), r"faces\.png is 8 x 8 px and holds 1 x 1 thumbnails of .*; set the thumbnail size to width and"),
    ],
)
def test_a_sprite_that_does_not_fit_is_refused(bench: Bench, content: bytes, reason: str) -> None:
    bench.write("words.npy", npy())
    bench.write("faces.png", content, SPRITE)
    with pytest.raises(InvalidArgument, match=reason) as caught:
        bench.finish(thumbnail_px=(8, 8))
    assert "single_image_dim" not in caught.value.message
    assert bench.files() == set()


def test_metadata_that_is_too_large_to_read_is_refused(bench: Bench) -> None:
    bench.write("words.npy", npy())
    bench.write("labels.tsv", b"x\n" * (MAX_METADATA_BYTES // 2 + 1), METADATA)
    with pytest.raises(InvalidArgument, match=r"labels\.tsv is larger than"):
        bench.finish()


def test_metadata_of_another_length_is_shown_with_a_warning(bench: Bench) -> None:
    bench.write("words.npy", npy(6))
    bench.write("labels.tsv", b"a\nb\n", METADATA)
    embedding = bench.embeddings.describe(bench.finish().embeddings[0].id)
    assert [problem.severity for problem in embedding.problems] == [Severity.WARNING]


def test_a_file_that_is_sent_again_takes_the_place_of_the_first(bench: Bench) -> None:
    bench.write("words.tsv", b"1\t2\n")
    bench.write("words.npy", npy(5))
    assert bench.finish().embeddings[0].n_points == 5
    assert bench.files() == {"Words/tensor.npy", "Words/projector_config.pbtxt"}


def test_a_name_that_is_taken_gets_a_number(bench: Bench) -> None:
    assert [bench.upload("Words").name for _ in range(3)] == [
        "Uploads/Words",
        "Uploads/Words (2)",
        "Uploads/Words (3)",
    ]


def test_a_name_leads_nowhere_else(bench: Bench) -> None:
    run = bench.upload("../../outside")
    assert run.name == "Uploads/_.._outside"
    assert bench.listed() == [run.name]


def test_a_folder_of_the_data_root_that_is_called_like_an_upload_is_another_run(bench: Bench, write: Any) -> None:
    write("Uploads/Words/tensor.npy", npy())
    write("Uploads/Words/projector_config.pbtxt", 'embeddings { tensor_name: "words.npy" tensor_path: "tensor.npy" }')
    uploaded = bench.upload("Words")
    own, other = bench.catalog.list_runs().runs
    assert (own.name, own.is_upload, other) == ("Uploads/Words", False, uploaded)
    assert own.id != other.id
    assert own.embeddings[0].id != other.embeddings[0].id
    bench.uploads.delete(uploaded.id)
    assert bench.catalog.list_runs().runs == (own,)


def test_an_upload_needs_a_tensor(bench: Bench) -> None:
    with pytest.raises(NotFound, match="No tensor file has arrived"):
        bench.finish()
    bench.write("labels.tsv", b"a\nb\n", METADATA)
    with pytest.raises(NotFound, match="No tensor file has arrived"):
        bench.finish()
    bench.write("words.npy", npy())
    assert bench.finish().name == "Uploads/Words"


def test_a_wrong_name_costs_no_file(bench: Bench) -> None:
    bench.write("words.npy", npy())
    with pytest.raises(InvalidArgument, match="name is"):
        bench.finish("...")
    assert bench.finish("Words").name == "Uploads/Words"


def test_a_deleted_upload_is_gone_and_its_id_unknown(bench: Bench) -> None:
    kept, deleted = bench.upload("Kept"), bench.upload("Deleted")
    bench.uploads.delete(deleted.id)
    assert bench.listed() == [kept.name]
    assert {file.split("/")[0] for file in bench.files()} == {"Kept"}
    with pytest.raises(NotFound):
        bench.uploads.delete(deleted.id)
    with pytest.raises(NotFound):
        bench.embeddings.describe(deleted.embeddings[0].id)


def test_an_upload_that_is_not_finished_is_deleted_by_its_own_id(bench: Bench) -> None:
    bench.write("words.npy", npy())
    bench.uploads.delete(bench.upload_id)
    assert bench.files() == set()
    with pytest.raises(NotFound, match="No tensor file has arrived"):
        bench.finish()


def test_nothing_but_uploads_can_be_deleted(bench: Bench, write: Any, tmp_path: Path) -> None:
    file = write("run/words.npy", npy())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (bench.folder / "link").symlink_to(elsewhere)
    (run,) = bench.catalog.list_runs().runs
    link = RunDraft("Uploads/link", is_upload=True).run_id
    for id_ in (run.id, link, "../root", ".", "", "x" * 20):
        with pytest.raises((NotFound, InvalidArgument)):
            bench.uploads.delete(id_)
    assert file.absolute.exists()
    assert elsewhere.exists()


def test_uploads_below_the_data_root_are_listed_once(root: DataRoot) -> None:
    folder = root.top.absolute / "uploads"
    (folder / "Words").mkdir(parents=True)
    (folder / "Words" / "words.npy").write_bytes(npy())
    catalog = Catalog(
        root, DataRoot(folder, name="Uploads", holds_uploads=True), processes=ReaderProcesses(), max_folders=10
    )
    assert [(run.name, run.is_upload) for run in catalog.list_runs().runs] == [("Uploads/Words", True)]


def test_a_draft_that_is_being_written_is_not_finished(bench: Bench) -> None:
    bench.write("words.npy", npy())

    def parts() -> Any:
        yield b"a"
        with pytest.raises(Conflict, match="still arriving"):
            bench.finish()
        yield b"b"

    bench.uploads.write(UploadHeader(bench.upload_id, METADATA, "labels.tsv"), parts())
    assert bench.finish().name == "Uploads/Words"
