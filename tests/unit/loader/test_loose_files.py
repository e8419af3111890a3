"""Files of embeddings that need no config."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image
from unit.loader.reading import assert_reads_as

from projector_loader import run_draft, run_reader
from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.formats import list_tensors
from projector_loader.metadata import MetadataReader
from projector_loader.model import Run, Severity
from projector_loader.reader_process import ReaderProcesses
from projector_loader.sprites.reader import SpriteReader


@pytest.fixture
def save(write: Any) -> Any:
    """Writes an array as an .npy file below the data root."""

    def save_array(name: str, array: Any) -> Any:
        stream = io.BytesIO()
        np.save(stream, array)
        return write(name, stream.getvalue())

    return save_array


def runs(catalog: Catalog) -> dict[str, list[str]]:
    return {run.name: [summary.display_name for summary in run.embeddings] for run in catalog.list_runs().runs}


def only_run(catalog: Catalog) -> Run:
    (run,) = catalog.list_runs().runs
    return run


def test_folder_that_holds_a_file_of_embeddings_is_a_run(catalog: Catalog, save: Any, matrix: Any) -> None:
    save("a/b/words.npy", matrix)
    run = only_run(catalog)
    (summary,) = run.embeddings
    assert (run.name, summary.tensor_name, summary.display_name) == ("a/b", "words.npy", "words.npy")
    assert_reads_as(catalog.find(summary.id).source, matrix)


def test_files_lie_beside_checkpoints(catalog: Catalog, root: DataRoot, save: Any, save_checkpoint: Any) -> None:
    save_checkpoint(root.top.absolute / "run/model-3", {"weights": np.zeros((4, 2), np.float32)})
    save("run/words.npy", np.zeros((3, 2)))
    assert runs(catalog) == {"run": ["weights", "words.npy"]}


def test_config_names_a_file_by_its_path_or_its_tensor(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/a.npy", np.zeros((2, 2)))
    save("run/b.npy", np.zeros((2, 2)))
    save("run/c.npy", np.zeros((2, 2)))
    write("run/labels.tsv", "x\ny\n")
    write(
        "run/projector_config.pbtxt",
        'embeddings { tensor_path: "a.npy" tensor_name: "first" } embeddings { tensor_name: "b.npy"'
        ' metadata_path: "labels.tsv" }',
    )
    run = only_run(catalog)
    assert [summary.display_name for summary in run.embeddings] == ["b.npy", "first", "c.npy"]
    assert catalog.find(run.embeddings[0].id).assets.metadata is not None
    assert run.problems == ()


def test_file_that_a_config_above_names_is_no_run_of_its_own(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/files/words.npy", np.zeros((2, 2)))
    write("run/projector_config.pbtxt", 'embeddings { tensor_path: "files/words.npy" }')
    assert runs(catalog) == {"run": ["words.npy"]}
    save("run/files/other.npy", np.zeros((2, 2)))
    assert runs(catalog) == {"run": ["words.npy"], "run/files": ["other.npy"]}


def test_what_cannot_be_shown_is_listed_with_its_reason(catalog: Catalog, save: Any) -> None:
    save("run/bias.npy", np.zeros(3))
    (rejected,) = only_run(catalog).rejected
    assert (rejected.tensor_name, rejected.shape) == ("bias.npy", (3,))
    assert rejected.reason.startswith("It has 1 dimensions")


def test_damaged_file_is_a_problem_and_others_still_shown(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/whole.npy", np.zeros((2, 2)))
    write("run/broken.npy", "no array")
    run = only_run(catalog)
    assert [summary.display_name for summary in run.embeddings] == ["whole.npy"]
    assert [(problem.severity, problem.subject) for problem in run.problems] == [(Severity.ERROR, "run/broken.npy")]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("model.pt", "torch.load(path, weights_only=True)"),
        ("model.pth", "safetensors.torch.save_file"),
        ("words.pkl", "numpy.save(path, array)"),
        ("words.joblib", "joblib.load(path)"),
    ],
)
def test_pickles_are_listed_and_never_opened(catalog: Catalog, write: Any, name: str, advice: str) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.abort, ()

    import pickle

    write(f"run/{name}", pickle.dumps(Trap()))
    (rejected,) = only_run(catalog).rejected
    assert rejected.tensor_name == name
    assert rejected.reason.startswith(f"run/{name} is a pickle")
    assert advice in rejected.reason


def test_link_out_of_the_root_is_not_read(catalog: Catalog, root: DataRoot, save: Any, tmp_path: Any) -> None:
    save("run/here.npy", np.zeros((2, 2)))
    np.save(tmp_path / "outside.npy", np.zeros((2, 2)))
    (root.top.absolute / "run/link.npy").symlink_to(tmp_path / "outside.npy")
    run = only_run(catalog)
    assert [summary.display_name for summary in run.embeddings] == ["here.npy"]
    assert run.problems[0].message.startswith('"link.npy" leads out of the data root')


def test_pipes_are_passed_over(catalog: Catalog, root: DataRoot, save: Any) -> None:
    save("run/here.npy", np.zeros((2, 2)))
    os.mkfifo(root.top.absolute / "run/pipe.npy")
    run = only_run(catalog)
    assert ([summary.display_name for summary in run.embeddings], run.problems) == (["here.npy"], ())


def test_folder_of_very_many_files_shows_the_first(catalog: Catalog, save: Any) -> None:
    for i in range(300):
        save(f"run/{i:03d}.npy", np.zeros((1, 1)))
    run = only_run(catalog)
    assert len(run.embeddings) == 256
    assert run.embeddings[-1].display_name == "255.npy"
    assert "more files of embeddings than the 256 that are shown" in run.problems[0].message


def test_text_that_is_no_tensor_makes_no_run(catalog: Catalog, write: Any) -> None:
    write("a/notes.txt", "Dear reader,\nthis is prose.\n")
    write("a/labels.tsv", "x\ny\n")
    write("b/results.csv", "epoch,loss\n1,0.5\n2,0.4\n")
    assert runs(catalog) == {}


def test_raw_file_asks_for_its_shape(catalog: Catalog, write: Any, matrix: Any) -> None:
    write("run/words.bytes", matrix.tobytes())
    (problem,) = only_run(catalog).problems
    assert problem.message.startswith("run/words.bytes holds raw float32 numbers, so the config has to give its shape")


def sprite_of(n_columns: int, thumbnail: tuple[int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (n_columns * thumbnail[0], n_columns * thumbnail[1])).save(stream, "PNG")
    return stream.getvalue()


def write_step(write: Any, folder: str, n_points: int) -> None:
    """The files of ``SummaryWriter.add_embedding``, which makes a square grid of thumbnails."""
    write(f"{folder}/tensors.tsv", "1\t2\t3\n" * n_points)
    write(f"{folder}/metadata.tsv", "".join(f"p{i}\n" for i in range(n_points)))
    write(f"{folder}/sprite.png", sprite_of(4, (10, 8)))


def test_steps_of_add_embedding_are_found_without_their_config(
    catalog: Catalog, sprites: SpriteReader, write: Any
) -> None:
    for step in ("00000", "00020"):
        for tag in ("default", "a%2fb"):
            write_step(write, f"logs/{step}/{tag}", 10)
    run = only_run(catalog)
    assert run.name == "logs"
    assert [(each.display_name, each.tensor_name, each.step) for each in run.embeddings] == [
        ("a/b", "a/b:00020", 20),
        ("a/b", "a/b:00000", 0),
        ("default", "default:00020", 20),
        ("default", "default:00000", 0),
    ]
    embeddings = Embeddings(catalog, MetadataReader(cache_bytes=2**20, max_file_bytes=2**20), sprites)
    described = embeddings.describe(run.embeddings[0].id)
    assert [column.name for column in described.columns] == ["label"]
    assert described.sprite is not None
    assert (described.sprite.thumbnail_width_px, described.sprite.thumbnail_height_px) == (10, 8)
    assert described.problems == ()


def test_step_has_the_same_id_with_and_without_its_config(catalog: Catalog, write: Any) -> None:
    write_step(write, "logs/00020/default", 10)
    (without,) = only_run(catalog).embeddings
    write(
        "logs/projector_config.pbtxt",
        'embeddings { tensor_name: "default:00020" tensor_path: "00020/default/tensors.tsv"'
        ' metadata_path: "00020/default/metadata.tsv" }',
    )
    (named,) = only_run(catalog).embeddings
    assert named.id == without.id


def test_step_folder_that_is_the_data_root_is_a_run(write: Any, root: DataRoot) -> None:
    write_step(write, "00020/default", 10)
    catalog = Catalog(DataRoot(root.top.absolute / "00020"), processes=ReaderProcesses(), max_folders=10)
    assert runs(catalog) == {"default": ["tensors.tsv"]}


@pytest.mark.parametrize(
    ("names", "with_metadata"),
    [
        (["vectors.tsv"], ["vectors.tsv"]),
        (["words.tsv"], ["words.tsv"]),
        (["other.tsv", "vectors.tsv"], ["vectors.tsv"]),
        (["other.tsv", "words.tsv"], []),
    ],
)
def test_metadata_beside_goes_with_the_tensor_that_it_can_only_belong_to(
    catalog: Catalog, write: Any, names: list[str], with_metadata: list[str]
) -> None:
    for name in names:
        write(f"run/{name}", "1\t2\n3\t4\n")
    write("run/metadata.tsv", "word\tn\na\t1\nb\t2\n")
    entries = [catalog.find(summary.id) for summary in only_run(catalog).embeddings]
    assert [entry.summary.tensor_name for entry in entries if entry.assets.metadata] == with_metadata
    assert len(entries) == len(names)


def test_file_with_a_fault_is_not_searched_for_it_every_time(
    catalog: Catalog, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_tries = 0

    def count(*arguments: Any, **options: Any) -> Any:
        nonlocal n_tries
        n_tries += 1
        return list_tensors(*arguments, **options)

    monkeypatch.setattr(run_reader, "list_tensors", count)
    write("run/x.tsv", "1\t2\n3\t4\n" * 3 + "5\n")
    problems = only_run(catalog).problems
    assert "line 7: 1 values" in problems[0].message
    assert only_run(catalog).problems == problems
    assert n_tries == 1

    write("run/x.tsv", "1\t2\n3\t4\n")
    assert only_run(catalog).problems == ()


def test_file_of_very_many_tensors_shows_the_first(
    catalog: Catalog, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_draft, "_MAX_LISTED", 5)
    arrays: dict[str, Any] = {f"t{i}": np.zeros((2, 2)) for i in range(8)} | {f"b{i}": np.zeros(2) for i in range(8)}
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    write("run/x.npz", stream.getvalue())
    run = only_run(catalog)
    assert (len(run.embeddings), len(run.rejected)) == (5, 5)
    assert [problem.message.split(";")[0] for problem in run.problems] == [
        "The run holds more than the 5 embeddings that are listed",
        "The run holds more than the 5 rejected tensors that are listed",
    ]
