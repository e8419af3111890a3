from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector_loader.asset_paths import DataRoot
from projector_loader.checkpoints import find_checkpoints, may_hold_checkpoints
from projector_loader.model import Checkpoint

SHARD = ".data-00000-of-00001"


def touch(write: Any, *names: str) -> None:
    for name in names:
        write(name, "")


def names(root: DataRoot) -> list[str]:
    return [found.prefix.name for found in find_checkpoints(root, root.top).checkpoints]


def test_newest_step_comes_first_as_a_number(root: DataRoot, write: Any) -> None:
    for step in (9, 1000, 20):
        touch(write, f"model.ckpt-{step}.index", f"model.ckpt-{step}{SHARD}")
    found = find_checkpoints(root, root.top).checkpoints
    assert [checkpoint.checkpoint for checkpoint in found] == [
        Checkpoint("model.ckpt-1000", 1000),
        Checkpoint("model.ckpt-20", 20),
        Checkpoint("model.ckpt-9", 9),
    ]


def test_checkpoints_without_a_step_come_last_newest_file_first(root: DataRoot, write: Any) -> None:
    touch(write, "old.index", f"old{SHARD}", "new.index", f"new{SHARD}", "a-1.index", f"a-1{SHARD}")
    for i, name in enumerate(("a-1", "old", "new")):
        os.utime(root.top.absolute / f"{name}.index", ns=(i * 10**9, i * 10**9))
    assert names(root) == ["a-1", "new", "old"]


def test_index_of_another_program_is_no_checkpoint(root: DataRoot, write: Any) -> None:
    touch(write, "vectors.index")
    assert names(root) == []
    assert not may_hold_checkpoints({"vectors.index"})


def test_state_file_may_name_folders_of_another_machine(root: DataRoot, write: Any) -> None:
    touch(write, "model-5.index", f"model-5{SHARD}")
    write("checkpoint", 'model_checkpoint_path: "/home/me/logs/model-5"\nall_model_checkpoint_paths: "/x/model-1"\n')
    found = find_checkpoints(root, root.top)
    assert [checkpoint.prefix.name for checkpoint in found.checkpoints] == ["model-5"]
    assert found.problems == ()


def test_newest_checkpoint_that_is_missing_is_reported(root: DataRoot, write: Any) -> None:
    write("run/checkpoint", 'model_checkpoint_path: "model-5"\n')
    (problem,) = find_checkpoints(root, root.resolve("run", base=root.top)).problems
    assert problem.message.startswith(
        "run/checkpoint names model-5 as the newest checkpoint, but model-5.index does not lie beside it."
    )


def test_single_file_counts_when_the_state_file_names_it(root: DataRoot, write: Any) -> None:
    write("checkpoint", 'model_checkpoint_path: "old-7"\n')
    touch(write, "old-7", "other-8")
    (found,) = find_checkpoints(root, root.top).checkpoints
    assert (found.prefix.name, found.is_bundle) == ("old-7", False)


def test_folder_called_checkpoint_says_nothing(root: DataRoot, write: Any) -> None:
    touch(write, "checkpoint/weights.bin")
    assert find_checkpoints(root, root.top).problems == ()


@pytest.mark.usefixtures("bounded_memory")
@given(
    st.lists(st.sampled_from(["model_checkpoint_path", ":", '"', "\\", "x", "377", "\n", "..", "/", "\0"])).map("".join)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_state_file_is_read_or_passed_over(root: DataRoot, write: Any, text: str) -> None:
    write("checkpoint", text)
    find_checkpoints(root, root.top)
