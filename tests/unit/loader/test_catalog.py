from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from projector_chassis.errors import NotFound
from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.model import EmbeddingId, Problem, Run, Severity
from projector_loader.reader_process import ReaderProcesses

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
ASSETS = "plugins/org_tensorflow_tensorboard_projector"


@pytest.fixture
def save(root: DataRoot, save_checkpoint: Any) -> Any:
    """Saves arrays of zeros of these shapes in a checkpoint below the data root."""

    def save_zeros(prefix: str, **shapes: tuple[int, ...]) -> None:
        arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        save_checkpoint(root.top.absolute / prefix, arrays)

    return save_zeros


def only_run(catalog: Catalog) -> Run:
    (run,) = catalog.list_runs().runs
    return run


def tensors(run: Run) -> list[tuple[str, int | None]]:
    return [(summary.display_name, summary.step) for summary in run.embeddings]


def test_steps_are_embeddings_of_their_own_newest_first(catalog: Catalog, save: Any) -> None:
    for step in (0, 1000, 2000):
        save(f"run/model.ckpt-{step}", words=(4, 3))

    run = only_run(catalog)

    assert run.name == "run"
    assert tensors(run) == [("words", 2000), ("words", 1000), ("words", 0)]
    assert [checkpoint.step for checkpoint in run.checkpoints] == [2000, 1000, 0]
    assert len({summary.id for summary in run.embeddings}) == 3


def test_named_tensors_come_first_then_metadata_then_size_then_name(catalog: Catalog, save: Any, write: Any) -> None:
    save("model.ckpt", large=(9, 2), small=(2, 2), b=(5, 2), a=(5, 2), named=(3, 2), bare=(8, 2))
    write("labels.tsv", "x\ny\nz\n")
    write(
        "projector_config.pbtxt",
        'embeddings { tensor_name: "bare" } embeddings { tensor_name: "named:0" metadata_path: "labels.tsv" }',
    )
    assert [name for name, _ in tensors(only_run(catalog))] == ["named", "bare", "large", "a", "b", "small"]


def test_unsuitable_tensors_are_rejected_once_with_their_reason(catalog: Catalog, save: Any, write: Any) -> None:
    for step in (1, 2):
        save(f"model.ckpt-{step}", words=(4, 3), bias=(4,))
    (rejected,) = only_run(catalog).rejected
    assert (rejected.tensor_name, rejected.shape, rejected.dtype) == (f"bias{SUFFIX}", (4,), "float32")
    assert rejected.reason.startswith("It has 1 dimensions")


def test_slots_are_rejected_unless_named(catalog: Catalog, root: DataRoot, save_graph: Any, write: Any) -> None:
    zeros = np.zeros((4, 3), np.float32)
    save_graph(root.top.absolute / "model.ckpt", {"words": zeros, "words/Adam": zeros}, step=1)
    run = only_run(catalog)
    assert tensors(run) == [("words", 1)]
    assert [tensor.tensor_name for tensor in run.rejected] == ["words/Adam"]

    write("projector_config.pbtxt", 'embeddings { tensor_name: "words/Adam" }')
    assert tensors(only_run(catalog)) == [("words/Adam", 1), ("words", 1)]


@pytest.mark.parametrize("name", ["words", "words:0", f"words{SUFFIX}"])
def test_config_names_match_without_what_tensorflow_appends(catalog: Catalog, save: Any, write: Any, name: str) -> None:
    save("model.ckpt", words=(2, 3))
    write("labels.tsv", "a\nb\n")
    write("projector_config.pbtxt", f'embeddings {{ tensor_name: "{name}" metadata_path: "labels.tsv" }}')
    run = only_run(catalog)
    entry = catalog.find(run.embeddings[0].id)
    assert entry.assets.metadata is not None
    assert run.problems == ()


def test_template_goes_with_every_tensor_that_is_not_named(catalog: Catalog, save: Any, write: Any) -> None:
    save("model.ckpt", first=(2, 3), second=(2, 3))
    write("labels.tsv", "a\nb\n")
    write("projector_config.pbtxt", 'embeddings { metadata_path: "labels.tsv" } embeddings { tensor_name: "second" }')
    metadata = {
        summary.display_name: catalog.find(summary.id).assets.metadata for summary in only_run(catalog).embeddings
    }
    assert metadata["first"] is not None
    assert metadata["second"] is None


def test_tensor_file_without_a_name_is_called_after_the_file(catalog: Catalog, write: Any) -> None:
    write("run/data/tensors.tsv", "1\t2\n3\t4\n")
    write("run/projector_config.pbtxt", 'embeddings { tensor_path: "data/tensors.tsv" }')
    (summary,) = only_run(catalog).embeddings
    assert (summary.tensor_name, summary.n_points, summary.n_dims) == ("tensors.tsv", 2, 2)


def test_plugin_assets_win_over_the_config_of_the_run(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/model.ckpt-1", words=(2, 3), other=(2, 3))
    write("run/projector_config.pbtxt", 'embeddings { tensor_name: "other" }')
    write(f"run/{ASSETS}/labels.tsv", "a\nb\n")
    write(f"run/{ASSETS}/projector_config.pbtxt", 'embeddings { tensor_name: "words" metadata_path: "labels.tsv" }')

    run = only_run(catalog)

    assert tensors(run) == [("words", 1), ("other", 1)]
    metadata = catalog.find(run.embeddings[0].id).assets.metadata
    assert metadata is not None
    assert metadata.name == f"run/{ASSETS}/labels.tsv"


def test_checkpoint_that_the_config_names_comes_first(catalog: Catalog, save: Any, write: Any) -> None:
    for step in (1, 2, 3):
        save(f"saved/model.ckpt-{step}", words=(2, 3))
    write("run/projector_config.pbtxt", 'model_checkpoint_path: "../saved/model.ckpt-2"')
    runs = {run.name: run for run in catalog.list_runs().runs}
    assert tensors(runs["run"]) == [("words", 2), ("words", 3), ("words", 1)]
    assert runs["run"].problems == ()


def test_checkpoint_path_of_another_machine_is_found_by_its_name(catalog: Catalog, save: Any, write: Any) -> None:
    save("model.ckpt-2", words=(2, 3))
    write("projector_config.pbtxt", 'model_checkpoint_path: "/home/me/logs/model.ckpt-2"')
    run = only_run(catalog)
    assert (tensors(run), run.problems) == ([("words", 2)], ())


def test_checkpoint_folder_of_the_config_is_read_and_no_run_of_its_own(catalog: Catalog, save: Any, write: Any) -> None:
    save("saved/model.ckpt-2", words=(2, 3))
    write("projector_config.pbtxt", 'model_checkpoint_dir: "saved"')
    run = only_run(catalog)
    assert (run.name, tensors(run)) == (".", [("words", 2)])


@pytest.mark.parametrize("text", ["../../outside/model.ckpt", "/outside/model.ckpt"])
def test_checkpoint_path_out_of_the_root_is_a_problem_and_the_folder_still_shown(
    catalog: Catalog, save: Any, write: Any, text: str
) -> None:
    save("run/model-1", words=(2, 3))
    write("run/projector_config.pbtxt", f'model_checkpoint_path: "{text}"')
    run = only_run(catalog)
    assert tensors(run) == [("words", 1)]
    assert [(problem.severity, problem.subject) for problem in run.problems] == [
        (Severity.ERROR, "run/projector_config.pbtxt")
    ]
    assert "leads out of the data root" in run.problems[0].message


def test_checkpoint_of_the_folder_above_serves_a_config_that_needs_one(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/model-1", words=(2, 3))
    write("run/projector/projector_config.pbtxt", 'embeddings { tensor_name: "words" }')
    write("run/files/tensors.tsv", "1\t2\n")
    write("run/files/projector_config.pbtxt", 'embeddings { tensor_path: "tensors.tsv" }')
    shown = {run.name: tensors(run) for run in catalog.list_runs().runs}
    assert shown == {
        "run": [("words", 1)],
        "run/files": [("tensors.tsv", None)],
        "run/projector": [("words", 1)],
    }


def test_weights_that_keras_writes_below_its_config_belong_to_it(catalog: Catalog, save: Any, write: Any) -> None:
    save("logs/train/keras_embedding.ckpt-3", words=(2, 3))
    write("logs/projector_config.pbtxt", 'embeddings { tensor_name: "words" }')
    run = only_run(catalog)
    assert (run.name, tensors(run), run.problems) == ("logs", [("words", 3)], ())


def test_tensor_that_no_checkpoint_holds_is_a_problem(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/model-1", words=(2, 3))
    write("run/projector_config.pbtxt", 'embeddings { tensor_name: "wrods" }')
    (problem,) = only_run(catalog).problems
    assert problem.message == (
        'run/projector_config.pbtxt names the tensor "wrods", which no checkpoint and no file of this run'
        " holds. They hold: words."
    )


def test_missing_files_are_problems_of_the_run_and_of_the_embedding(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/model-1", words=(2, 3))
    write(
        "run/projector_config.pbtxt",
        'embeddings { tensor_name: "words" metadata_path: "gone.tsv" bookmarks_path: "../../x"'
        ' sprite { image_path: "s" } }',
    )
    run = only_run(catalog)
    messages = [problem.message for problem in run.problems]
    start = "run/projector_config.pbtxt names the "
    assert messages == [
        f'{start}sprite "s": run/s does not exist.',
        f'{start}metadata file "gone.tsv": run/gone.tsv does not exist.',
        f'{start}bookmarks file "../../x": "../../x" leads out of the data root;'
        " only files below the data root are read.",
    ]
    assert catalog.find(run.embeddings[0].id).assets.problems == run.problems


def test_missing_tensor_file_is_a_problem_and_others_still_shown(catalog: Catalog, write: Any) -> None:
    write("run/here.tsv", "1\t2\n")
    write(
        "run/projector_config.pbtxt",
        'embeddings { tensor_path: "gone.tsv" } embeddings { tensor_path: "here.tsv" }',
    )
    run = only_run(catalog)
    assert [name for name, _ in tensors(run)] == ["here.tsv"]
    assert [problem.message for problem in run.problems] == [
        'run/projector_config.pbtxt names the tensor file "gone.tsv": run/gone.tsv does not exist.'
    ]


def test_damaged_config_is_a_problem_and_checkpoints_still_shown(catalog: Catalog, save: Any, write: Any) -> None:
    save("run/model-1", words=(2, 3))
    write("run/projector_config.pbtxt", "embeddings {\n")
    run = only_run(catalog)
    assert tensors(run) == [("words", 1)]
    assert run.problems[0].message.startswith("run/projector_config.pbtxt cannot be used: ")


def test_config_shape_that_differs_is_a_warning(catalog: Catalog, save: Any, write: Any) -> None:
    save("model-1", words=(2, 3))
    write("projector_config.pbtxt", 'embeddings { tensor_name: "words" tensor_shape: [5, 3] }')
    (problem,) = only_run(catalog).problems
    assert problem.severity is Severity.WARNING
    assert "gives the tensor_shape 5 x 3, but the tensor is 2 x 3" in problem.message


def test_tensor_named_twice_is_shown_once(catalog: Catalog, save: Any, write: Any) -> None:
    save("model-1", words=(2, 3))
    write("projector_config.pbtxt", 'embeddings { tensor_name: "words" } embeddings { tensor_name: "words:0" }')
    run = only_run(catalog)
    assert tensors(run) == [("words", 1)]
    assert [problem.severity for problem in run.problems] == [Severity.NOTICE]


def test_cut_shard_rejects_its_tensors_and_leaves_other_steps(catalog: Catalog, root: DataRoot, save: Any) -> None:
    for step in (1, 2):
        save(f"run/model-{step}", words=(50, 3))
    shard = root.top.absolute / "run/model-2.data-00000-of-00001"
    os.truncate(shard, 100)

    run = only_run(catalog)

    assert tensors(run) == [("words", 1)]
    assert "was cut short" in run.rejected[0].reason
    (problem,) = run.problems
    assert problem.severity is Severity.ERROR
    assert problem.message.startswith("run/model-2.data-00000-of-00001 was cut short: it has 100 bytes")
    assert "words" in problem.message


def test_cut_index_is_a_problem_and_leaves_other_steps(catalog: Catalog, root: DataRoot, save: Any) -> None:
    for step in (1, 2):
        save(f"run/model-{step}", words=(50, 3))
    os.truncate(root.top.absolute / "run/model-2.index", 60)

    run = only_run(catalog)

    assert tensors(run) == [("words", 1)]
    assert run.problems == (
        Problem(
            Severity.ERROR,
            "run/model-2.index",
            "run/model-2.index is damaged: it does not end as an index file does, so it was probably cut short."
            " Copy or save the checkpoint again.",
        ),
    )


def test_ids_stay_while_names_do_and_digests_follow_the_content(
    catalog: Catalog, root: DataRoot, save_checkpoint: Any, matrix: Any
) -> None:
    save_checkpoint(root.top.absolute / "run/model-1", {"words": matrix})
    first = only_run(catalog).embeddings[0]
    digest = catalog.find(first.id).source.digest()

    save_checkpoint(root.top.absolute / "run/model-1", {"words": matrix[:6]})

    second = only_run(catalog).embeddings[0]
    assert (second.id, second.n_points) == (first.id, 6)
    assert catalog.find(first.id).source.digest() != digest


def test_embedding_is_found_without_a_listing_and_gone_with_its_files(
    catalog: Catalog, root: DataRoot, save: Any
) -> None:
    save("run/model-1", words=(2, 3))
    known = only_run(catalog).embeddings[0].id
    assert Catalog(root, processes=ReaderProcesses(), max_folders=10).find(known).summary.display_name == "words"

    shutil.rmtree(root.top.absolute / "run")

    with pytest.raises(NotFound, match="There is no embedding"):
        catalog.find(known)


def test_unknown_id_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFound, match='There is no embedding "x"'):
        catalog.find(EmbeddingId("x"))


def test_empty_root_says_what_a_run_is(catalog: Catalog) -> None:
    listing = catalog.list_runs()
    assert listing.runs == ()
    assert "A run is a folder below the data root" in listing.problems[0].message


def test_checkpoint_file_of_another_program_makes_no_run(catalog: Catalog, write: Any) -> None:
    write("other/checkpoint", "weights")
    assert catalog.list_runs().runs == ()


def test_folder_of_assets_is_no_run(catalog: Catalog, write: Any) -> None:
    write("run/00000/default/tensors.tsv", "1\t2\n")
    write("run/projector_config.pbtxt", 'embeddings { tensor_path: "00000/default/tensors.tsv" }')
    assert only_run(catalog).name == "run"


def test_embeddings_of_linked_files_inside_the_root_are_shown(catalog: Catalog, root: DataRoot, write: Any) -> None:
    write("shared/tensors.tsv", "1\t2\n")
    write("run/projector_config.pbtxt", 'embeddings { tensor_path: "tensors.tsv" }')
    Path(root.top.absolute / "run/tensors.tsv").symlink_to("../shared/tensors.tsv")
    assert [name for name, _ in tensors(only_run(catalog))] == ["tensors.tsv"]
