"""The files that a config's entry names beside its tensor, found or reported."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from projector_chassis.errors import NotFound, PublicError, Unavailable
from projector_loader.asset_paths import AssetPath, DataRoot, stamp
from projector_loader.cells import CellSource
from projector_loader.model import Problem, Severity, Shape
from projector_loader.projector_config import EmbeddingEntry


@dataclass(frozen=True)
class SpriteFile:
    """An atlas image and the (width, height) of its thumbnails as the config gives them.

    None says that no config does: the atlas is a grid with as many columns as rows, as ``add_embedding`` makes it.
    ``size_name`` is what that size is called by whoever can change it.
    """

    file: AssetPath
    thumbnail_px: Shape | None
    size_name: str = "single_image_dim"


@dataclass(frozen=True)
class Assets:
    """What goes with an embedding; None where the config names nothing or what it names cannot be found.

    ``columns`` is the metadata that lies in the tensor's own file.
    """

    metadata: AssetPath | None = None
    sprite: SpriteFile | None = None
    bookmarks: AssetPath | None = None
    columns: CellSource | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """All files that were found."""
        sprite = None if self.sprite is None else self.sprite.file
        return tuple(file for file in (self.metadata, sprite, self.bookmarks) if file is not None)


def find_assets(root: DataRoot, config: AssetPath, entry: EmbeddingEntry, folders: tuple[AssetPath, ...]) -> Assets:
    """The files of one entry. What is missing or leads out of the data root becomes a problem.

    Args:
        root: where files may lie.
        config: the config that holds the entry.
        entry: the entry.
        folders: what its paths may be relative to, in order.
    """
    problems: list[Problem] = []

    def find(role: str, text: str) -> AssetPath | None:
        if not text:
            return None
        try:
            return locate(root, text, folders)
        except PublicError as error:
            problems.append(misnamed(config, role, text, error))
            return None

    sprite_entry = entry.sprite
    sprite = find("sprite", sprite_entry.image_path) if sprite_entry else None
    return Assets(
        metadata=find("metadata file", entry.metadata_path),
        sprite=SpriteFile(sprite, sprite_entry.thumbnail_px) if sprite and sprite_entry else None,
        bookmarks=find("bookmarks file", entry.bookmarks_path),
        problems=tuple(problems),
    )


def locate(root: DataRoot, text: str, folders: Iterable[AssetPath]) -> AssetPath:
    """The file that a config names: relative to the first of the folders where there is one.

    An absolute path is often that of the machine which trained; when it leads nowhere, a file of the same name in one
    of the folders is taken.

    Raises:
        NotFound, Conflict, InvalidArgument: there is no such file, or none inside the data root.
    """
    first_error: PublicError | None = None
    for folder, candidate in candidates(text, folders):
        try:
            place = root.resolve(candidate, base=folder)
            stamp(place)
        except PublicError as error:
            first_error = first_error or error
        else:
            return place
    raise first_error or NotFound("No folder to look in.")


def candidates(text: str, folders: Iterable[AssetPath]) -> list[tuple[AssetPath, str]]:
    """(folder, path) pairs to try, in order, for a path that a config names."""
    places = list(dict.fromkeys(folders))
    tries = [(folder, text) for folder in places]
    if os.path.isabs(text):
        tries += [(folder, PurePath(text).name) for folder in places]
    return tries


def misnamed(config: AssetPath, role: str, text: str, error: PublicError) -> Problem:
    """The problem of a config that names something which cannot be found."""
    return Problem(severity_of(error), config.name, f'{config.name} names the {role} "{text}": {error.message}')


def severity_of(error: PublicError) -> Severity:
    """How much of a file could be loaded; what is not there yet is no error."""
    return Severity.NOTICE if isinstance(error, Unavailable) else Severity.ERROR
