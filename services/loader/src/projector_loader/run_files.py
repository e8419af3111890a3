"""The files of a run's folder that hold embeddings although no config names them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.formats import may_hold_tensors
from projector_loader.model import Problem, Severity

_MAX_FILES = 256


@dataclass(frozen=True)
class LooseFiles:
    """Files to open, by name, and what kept others from being opened."""

    files: tuple[AssetPath, ...] = ()
    problems: tuple[Problem, ...] = ()


def find_loose_files(root: DataRoot, folder: AssetPath, taken: frozenset[Path]) -> LooseFiles:
    """The files directly inside ``folder`` that may hold embeddings, without those that a config names."""
    files: list[AssetPath] = []
    problems: list[Problem] = []
    for name in _candidates(folder):
        if len(files) == _MAX_FILES:
            problems.append(_too_many(folder))
            break
        try:
            file = root.child(folder, name)
        except PublicError as error:
            problems.append(Problem(Severity.WARNING, folder.name, error.message))
            continue
        if file.absolute not in taken:
            files.append(file)
    return LooseFiles(tuple(files), tuple(problems))


def _candidates(folder: AssetPath) -> Iterator[str]:
    try:
        names = sorted(os.listdir(folder.absolute))
    except OSError:
        return
    for name in names:
        if may_hold_tensors(name) and (folder.absolute / name).is_file():
            yield name


def _too_many(folder: AssetPath) -> Problem:
    message = (
        f"The folder {folder.name} holds more files of embeddings than the {_MAX_FILES} that are shown, the first by"
        " name. Move some to folders of their own."
    )
    return Problem(Severity.WARNING, folder.name, message)
