from __future__ import annotations

from pathlib import Path
from typing import Any

from projector_loader.asset_paths import DataRoot
from projector_loader.discovery import find_runs

SHARD = ".data-00000-of-00001"


def names(root: DataRoot) -> list[str]:
    return [folder.name for folder in find_runs(root, max_folders=100).folders]


def test_configs_and_checkpoints_make_runs_however_deep(root: DataRoot, write: Any) -> None:
    for name in ("a/b/c/projector_config.pbtxt", "d/model.index", f"d/model{SHARD}", "e/labels.json", "f/x.index"):
        write(name, "")
    assert names(root) == ["a/b/c", "d"]


def test_files_that_may_hold_embeddings_make_runs(root: DataRoot, write: Any) -> None:
    for name in (
        "a/words.npy",
        "b/words.tsv",
        "c/model.PT",
        "d/.hidden.npy",
        "e/image.png",
        "f/00010/default/tensors.tsv",
    ):
        write(name, "")
    assert names(root) == ["a", "b", "c", "f"]


def test_root_itself_may_be_a_run(root: DataRoot, write: Any) -> None:
    write("projector_config.pbtxt", "")
    assert names(root) == ["."]


def test_plugin_assets_belong_to_the_run_above(root: DataRoot, write: Any) -> None:
    write("run/plugins/org_tensorflow_tensorboard_projector/projector_config.pbtxt", "")
    assert names(root) == ["run"]


def test_hidden_folders_and_checkpoints_being_saved_are_passed_over(root: DataRoot, write: Any) -> None:
    parts = "part-00000-of-00001"
    for folder in (".git", "run/ckpt-1_temp", "run/model_temp_" + "0123456789abcdef" * 2):
        write(f"{folder}/{parts}.index", "")
        write(f"{folder}/{parts}{SHARD}", "")
    assert names(root) == []


def test_links_inside_the_root_are_silent_and_links_out_of_it_reported(
    root: DataRoot, write: Any, tmp_path: Path
) -> None:
    write("run/projector_config.pbtxt", "")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "projector_config.pbtxt").write_text("")
    (root.top.absolute / "again").symlink_to("run")
    (root.top.absolute / "out").symlink_to(tmp_path / "elsewhere")

    found = find_runs(root, max_folders=100)

    assert [folder.name for folder in found.folders] == ["run"]
    (problem,) = found.problems
    assert problem.subject == "out"
    assert problem.message.startswith("The folder out is a symbolic link that leads out of the data root")
    assert "elsewhere" not in problem.message


def test_search_ends_with_a_problem_at_its_limit(root: DataRoot, write: Any) -> None:
    for i in range(5):
        write(f"run{i}/projector_config.pbtxt", "")
    found = find_runs(root, max_folders=3)
    assert [folder.name for folder in found.folders] == ["run0", "run1"]
    assert found.problems[0].message.startswith("The search for runs ended after 3 folders")


def test_missing_root_is_a_problem(tmp_path: Path) -> None:
    found = find_runs(DataRoot(tmp_path / "gone"), max_folders=3)
    assert found.folders == ()
    assert found.problems[0].message == "The folder . cannot be read: no such file or directory."
