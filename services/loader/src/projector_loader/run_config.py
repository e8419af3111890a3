"""A run's projector config with the files that it names, found or reported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, read_small_file, stamp
from projector_loader.assets import Assets, find_assets, locate, misnamed
from projector_loader.checkpoints import FoundCheckpoints
from projector_loader.discovery import PLUGIN_ASSETS
from projector_loader.file_cache import FileCache
from projector_loader.model import Problem, Severity, Shape
from projector_loader.projector_config import (
    CONFIG_NAME,
    MAX_CONFIG_BYTES,
    EmbeddingEntry,
    ProjectorConfig,
    parse_config,
)
from projector_loader.tensor_names import base_name

_N_CACHED_CONFIGS = 1024
_N_SHOWN_NAMES = 5


@dataclass(frozen=True)
class ConfiguredEntry:
    """An entry of a config, the files that go with it and the one of its tensor, where it names one that is there."""

    entry: EmbeddingEntry
    assets: Assets
    tensor_file: AssetPath | None = None


@dataclass(frozen=True)
class RunConfig:
    """A run's config, empty where it has none.

    Attributes:
        file: where it lies; None where there is none.
        problems: what is wrong with it, but not with the files of its entries.
    """

    content: ProjectorConfig
    file: AssetPath | None
    entries: tuple[ConfiguredEntry, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def used_files(self) -> frozenset[Path]:
        """All files that its entries name."""
        return frozenset(file.absolute for item in self.entries for file in _files_of(item))

    @property
    def template(self) -> ConfiguredEntry | None:
        """The entry whose files go with every tensor that no other entry names."""
        return next((item for item in self.entries if item.entry.is_template), None)


class ConfigReader:
    """Reads the configs of runs, remembering those that have not changed."""

    def __init__(self, root: DataRoot) -> None:
        self._root = root
        self._configs: FileCache[ProjectorConfig] = FileCache(_N_CACHED_CONFIGS)

    def read(self, folder: AssetPath) -> RunConfig:
        """The config of a run: the one among TensorBoard's plugin assets wins over the one in the folder itself."""
        problems: list[Problem] = []
        for place in (f"{PLUGIN_ASSETS}/{CONFIG_NAME}", CONFIG_NAME):
            if not os.path.lexists(folder.absolute / place):
                continue
            try:
                file = self._root.child(folder, place)
                content = self._parse(file)
            except PublicError as error:
                subject = place if folder.name == "." else f"{folder.name}/{place}"
                problems.append(Problem(Severity.ERROR, subject, f"{subject} cannot be used: {error.message}"))
                continue
            if content.unknown:
                message = f"{file.name} has something that was passed over: {content.unknown}."
                problems.append(Problem(Severity.WARNING, file.name, message))
            return self._with_files(content, file, folder, problems)
        return RunConfig(ProjectorConfig(), None, problems=tuple(problems))

    def _parse(self, file: AssetPath) -> ProjectorConfig:
        key = (file.absolute, stamp(file))
        return self._configs.get(key, lambda: parse_config(read_small_file(file, limit_bytes=MAX_CONFIG_BYTES)))

    def _with_files(
        self, content: ProjectorConfig, file: AssetPath, folder: AssetPath, problems: list[Problem]
    ) -> RunConfig:
        folders = (self._root.parent(file) or self._root.top, folder)
        entries: list[ConfiguredEntry] = []
        for entry in content.embeddings:
            tensor_file = None
            if entry.tensor_path:
                try:
                    tensor_file = locate(self._root, entry.tensor_path, folders)
                except PublicError as error:
                    problems.append(misnamed(file, "tensor file", entry.tensor_path, error))
            entries.append(ConfiguredEntry(entry, find_assets(self._root, file, entry, folders), tensor_file))
        return RunConfig(content, file, tuple(entries), tuple(problems))


def _files_of(item: ConfiguredEntry) -> Iterator[AssetPath]:
    sprite = item.assets.sprite.file if item.assets.sprite else None
    for file in (item.tensor_file, item.assets.metadata, item.assets.bookmarks, sprite):
        if file is not None:
            yield file


class NamedTensors:
    """The entries of a config that name a tensor of a checkpoint or of a file beside the config, and which were met."""

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._items: dict[str, ConfiguredEntry] = {}
        self._held: dict[str, None] = {}
        self.problems: list[Problem] = []
        for item in config.entries:
            name = item.entry.tensor_name
            if item.entry.tensor_path or item.entry.is_template:
                continue
            if base_name(name) in self._items:
                self.problems.append(named_twice(config, name))
            self._items.setdefault(base_name(name), item)

    def meet(self, names: Iterable[str]) -> ConfiguredEntry | None:
        """The entry that names a tensor by one of its names, the full one first, which is noted as there."""
        keys = [base_name(name) for name in names]
        self._held |= dict.fromkeys(keys[:1])
        found = next((key for key in keys if key in self._items), None)
        if found is None:
            return None
        self._held[found] = None
        return self._items[found]

    def missing(self, found: FoundCheckpoints) -> list[Problem]:
        """The problems of entries whose tensor was not met."""
        return [
            _not_held(self._config, item.entry.tensor_name, list(self._held), found)
            for key, item in self._items.items()
            if key not in self._held
        ]


def with_shape_check(item: ConfiguredEntry, real: Shape, config: RunConfig) -> Assets:
    """The assets of an entry, with a warning where its ``tensor_shape`` is not the tensor's."""
    said = item.entry.tensor_shape
    if said in ((), real) or config.file is None:
        return item.assets
    message = (
        f"{config.file.name} gives the tensor_shape {' x '.join(map(str, said))}, but the tensor is"
        f" {real[0]} x {real[1]}; the tensor's own shape was used."
    )
    problem = Problem(Severity.WARNING, config.file.name, message)
    return replace(item.assets, problems=(*item.assets.problems, problem))


def named_twice(config: RunConfig, name: str) -> Problem:
    """The problem of an entry for a tensor that an entry before it names."""
    file = config.file.name if config.file else CONFIG_NAME
    return Problem(Severity.NOTICE, file, f'{file} names the tensor "{name}" more than once; the first entry was used.')


def shown_names(names: list[str]) -> str:
    """The first few names for a message."""
    return ", ".join(names[:_N_SHOWN_NAMES]) + (", ..." if len(names) > _N_SHOWN_NAMES else "")


def _not_held(config: RunConfig, name: str, held: list[str], found: FoundCheckpoints) -> Problem:
    """The problem of an entry whose tensor is in no checkpoint."""
    file = config.file.name if config.file else CONFIG_NAME
    message = f'{file} names the tensor "{name}", '
    if held:
        message += f"which no checkpoint and no file of this run holds. They hold: {shown_names(held)}."
    elif found.checkpoints:
        message += "but no checkpoint of this run could be read."
    else:
        message += "but there is no checkpoint beside it. Save one there, or name it in model_checkpoint_path."
    return Problem(Severity.ERROR, file, message)
