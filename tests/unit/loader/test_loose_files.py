"""Files of embeddings that need no config."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import pytest
from unit.loader.reading import assert_reads_as

from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.model import Run, Severity


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
