"""What a search for runs has to say of the folders it saw."""

from __future__ import annotations

from typing import Any

import pytest

from projector_loader.asset_paths import DataRoot
from projector_loader.discovery import find_runs
from projector_loader.model import Search


def search(root: DataRoot) -> Search:
    return find_runs(root, max_folders=100).search


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("train/events.out.tfevents.17.host", "event files"),
        ("train/model-3.data-00000-of-00001", "model-3 without its .index file"),
        ("train/my_projector_config.json", "only a file called projector_config.pbtxt"),
    ],
)
def test_folder_that_looks_like_a_run_is_told_what_it_lacks(root: DataRoot, write: Any, file: str, words: str) -> None:
    write(file, "x")
    (finding,) = search(root).findings
    assert (finding.folder, finding.is_run) == ("train", False)
    assert words in finding.message


def test_run_is_told_what_makes_it_one(root: DataRoot, write: Any) -> None:
    write("a/projector_config.pbtxt", "")
    write("a/model-1.index", "x")
    write("a/model-2.index", "x")
    write("a/model-2.data-00000-of-00001", "x")
    (finding,) = search(root).findings
    assert (finding.folder, finding.is_run) == ("a", True)
    assert finding.message == "It holds projector_config.pbtxt and 2 checkpoints."


def test_folders_without_anything_to_say_are_counted_and_hidden_ones_named(root: DataRoot, write: Any) -> None:
    write("notes/readme.md", "x")
    write(".cache/model.index", "x")
    found = search(root)
    assert (found.n_folders, found.findings, found.passed_over) == (2, (), (".cache",))
