"""The files of a run's folder that hold embeddings although no config names them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.assets import Assets, SpriteFile
from projector_loader.formats import holds_nothing_else, may_hold_tensors
from projector_loader.model import Problem, Severity

TENSORS_NAME: Final = "tensors.tsv"
"""How PyTorch's ``SummaryWriter.add_embedding`` calls a tensor in a folder ``{step}/{tag}`` of its log directory."""

_METADATA_NAME: Final = "metadata.tsv"
_SPRITE_NAME: Final = "sprite.png"
_STEP_FOLDER = re.compile(r"\d{5,18}")
_STEMS_WITH_METADATA: Final = frozenset({"tensor", "tensors", "vector", "vectors", "vecs", "embedding", "embeddings"})
_MAX_FILES = 256


@dataclass(frozen=True)
class LooseFile:
    """A file to open.

    Attributes:
        name: what its tensor is called in full.
        short_name: what is shown of it.
        step: the training step that its folder is named after.
        assets: the files beside it that go with it.
        is_certain: whether its name and place say that it holds a tensor.
    """

    file: AssetPath
    name: str
    short_name: str
    step: int | None = None
    assets: Assets = field(default_factory=Assets)
    is_certain: bool = False


@dataclass(frozen=True)
class LooseFiles:
    """Files to open, by name, and what kept others from being opened."""

    files: tuple[LooseFile, ...] = ()
    problems: tuple[Problem, ...] = ()


def log_directory(root: DataRoot, folder: AssetPath) -> AssetPath | None:
    """The log directory that ``add_embedding`` wrote to, where ``folder`` is one that it puts a tensor in."""
    step_folder = root.parent(folder)
    if step_folder is None or not _STEP_FOLDER.fullmatch(step_folder.absolute.name):
        return None
    return root.parent(step_folder)


def find_loose_files(root: DataRoot, folder: AssetPath, taken: frozenset[Path]) -> LooseFiles:
    """The files of a run that may hold embeddings, without those that a config names.

    They lie directly inside ``folder``, or in the folders of steps and tags that ``add_embedding`` makes there.
    """
    files: list[LooseFile] = []
    problems: list[Problem] = []
    names = _names(folder)
    n_candidates = sum(map(_is_candidate, names))
    for path in (*filter(_is_candidate, names), *_tensors_of_steps(folder, names)):
        if len(files) == _MAX_FILES:
            problems.append(_too_many(folder))
            break
        try:
            file = root.child(folder, path)
        except PublicError as error:
            if holds_nothing_else(path):
                problems.append(Problem(Severity.WARNING, folder.name, error.message))
            continue
        if file.absolute not in taken and file.absolute.is_file():
            files.append(_with_companions(root, file, path, taken, is_alone=n_candidates == 1))
    return LooseFiles(tuple(files), tuple(problems))


def _is_candidate(name: str) -> bool:
    return may_hold_tensors(name) and name != _METADATA_NAME


def _names(folder: AssetPath) -> list[str]:
    try:
        return sorted(os.listdir(folder.absolute))
    except OSError:
        return []


def _tensors_of_steps(folder: AssetPath, names: list[str]) -> Iterator[str]:
    """Paths like ``00010/default/tensors.tsv``, newest step first."""
    for step in sorted(filter(_STEP_FOLDER.fullmatch, names), key=int, reverse=True):
        for tag in _names(AssetPath(folder.absolute / step, step)):
            if (folder.absolute / step / tag / TENSORS_NAME).is_file():
                yield f"{step}/{tag}/{TENSORS_NAME}"


def _with_companions(
    root: DataRoot, file: AssetPath, path: str, taken: frozenset[Path], *, is_alone: bool
) -> LooseFile:
    """The file with the metadata and the sprite beside it, and called by its tag where it lies in one's folder."""
    pure = PurePosixPath(path)
    has_companions = is_alone or pure.stem in _STEMS_WITH_METADATA
    base = root.parent(file) or root.top

    def beside(name: str) -> AssetPath | None:
        try:
            place = root.child(base, name)
        except PublicError:
            return None  # nobody named it, so nobody has to hear that it leads out of the data root
        return place if place.absolute.is_file() and place.absolute not in taken else None

    sprite = beside(_SPRITE_NAME) if pure.name == TENSORS_NAME else None
    assets = Assets(
        metadata=beside(_METADATA_NAME) if has_companions else None,
        sprite=SpriteFile(sprite, None) if sprite else None,
    )
    if len(pure.parts) == 1:
        return LooseFile(file, path, path, assets=assets, is_certain=path == TENSORS_NAME)
    step, tag = pure.parts[0], unquote(pure.parts[1])
    return LooseFile(file, f"{tag}:{step}", tag, int(step), assets, is_certain=True)


def _too_many(folder: AssetPath) -> Problem:
    message = (
        f"The folder {folder.name} holds more files of embeddings than the {_MAX_FILES} that are shown, the first by"
        " name. Move some to folders of their own."
    )
    return Problem(Severity.WARNING, folder.name, message)
