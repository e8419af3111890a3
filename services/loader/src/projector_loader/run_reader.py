"""One run: its config, its checkpoints, and the embeddings that the two give together."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, read_small_file, stamp
from projector_loader.assets import Assets, find_assets, locate, misnamed
from projector_loader.checkpoints import CheckpointFiles, FoundCheckpoints
from projector_loader.discovery import PLUGIN_ASSETS
from projector_loader.file_cache import FileCache
from projector_loader.formats import open_tensor_file
from projector_loader.model import Problem, RejectedTensor, Run, Severity, Shape, TensorName
from projector_loader.projector_config import (
    CONFIG_NAME,
    MAX_CONFIG_BYTES,
    EmbeddingEntry,
    ProjectorConfig,
    parse_config,
)
from projector_loader.readers.checkpoint import CheckpointReader, Variable
from projector_loader.run_checkpoints import checkpoints_of_run
from projector_loader.run_draft import CatalogEntry, RunDraft
from projector_loader.tensor_rules import base_name, is_internal, why_not_viewable
from projector_loader.tensors import TensorSource

_N_CACHED_CONFIGS = 1024
_N_CACHED_TENSORS = 4096
_N_SHOWN_NAMES = 5


@dataclass(frozen=True)
class RunRecord:
    """A run as it was found.

    Attributes:
        run: what is listed.
        entries: its embeddings, in the order of ``run.embeddings``.
        has_config: whether a config lies in its folder.
        checkpoint_folders: where its checkpoints lie; such a folder below it is no run without a config of its own.
    """

    run: Run
    entries: tuple[CatalogEntry, ...]
    has_config: bool
    checkpoint_folders: frozenset[Path]


@dataclass(frozen=True)
class _Configured:
    """An entry of the config and the files found for it."""

    entry: EmbeddingEntry
    assets: Assets


@dataclass(frozen=True)
class _Config:
    """A run's config, where it lies, and what its paths may be relative to."""

    content: ProjectorConfig
    file: AssetPath | None
    folders: tuple[AssetPath, ...]


class RunReader:
    """Reads runs, remembering what it worked out from files that have not changed."""

    def __init__(self, root: DataRoot) -> None:
        self._root = root
        self._checkpoints = CheckpointReader(root)
        self._configs: FileCache[ProjectorConfig] = FileCache(_N_CACHED_CONFIGS)
        self._tensor_files: FileCache[TensorSource] = FileCache(_N_CACHED_TENSORS)

    def read(self, folder: AssetPath) -> RunRecord:
        """The run of a folder. Nothing in it can make this fail: what cannot be read becomes a problem."""
        draft = RunDraft(folder.name)
        config = self._read_config(folder, draft)
        found = checkpoints_of_run(self._root, folder, config.content, config.file)
        draft.report(*found.problems)
        configured = self._configured(config)
        self._add_tensor_files(draft, config, configured)
        self._add_checkpoints(draft, config, configured, found)
        return RunRecord(
            run=draft.finish(checkpoint.checkpoint for checkpoint in found.checkpoints),
            entries=draft.entries(),
            has_config=config.file is not None,
            checkpoint_folders=frozenset(checkpoint.index.absolute.parent for checkpoint in found.checkpoints),
        )

    def _read_config(self, folder: AssetPath, draft: RunDraft) -> _Config:
        """The run's config: the one among TensorBoard's plugin assets wins over the one in the folder itself."""
        for place in (f"{PLUGIN_ASSETS}/{CONFIG_NAME}", CONFIG_NAME):
            if not os.path.lexists(folder.absolute / place):
                continue
            try:
                file = self._root.child(folder, place)
                content = self._parse_config(file)
            except PublicError as error:
                subject = place if folder.name == "." else f"{folder.name}/{place}"
                draft.report(Problem(Severity.ERROR, subject, f"{subject} cannot be used: {error.message}"))
                continue
            if content.unknown:
                message = f"{file.name} has something that was passed over: {content.unknown}."
                draft.report(Problem(Severity.WARNING, file.name, message))
            return _Config(content, file, (self._root.parent(file) or self._root.top, folder))
        return _Config(ProjectorConfig(), None, (folder,))

    def _parse_config(self, file: AssetPath) -> ProjectorConfig:
        key = (file.absolute, stamp(file))
        return self._configs.get(key, lambda: parse_config(read_small_file(file, limit_bytes=MAX_CONFIG_BYTES)))

    def _configured(self, config: _Config) -> list[_Configured]:
        if config.file is None:
            return []
        return [
            _Configured(entry, find_assets(self._root, config.file, entry, config.folders))
            for entry in config.content.embeddings
        ]

    def _add_tensor_files(self, draft: RunDraft, config: _Config, configured: list[_Configured]) -> None:
        """The embeddings of entries with a ``tensor_path``; without a name they are called after the file."""
        for item in configured:
            path = item.entry.tensor_path
            if not path or config.file is None:
                continue
            try:
                file = locate(self._root, path, config.folders)
                source = self._open_tensor_file(file, item.entry.tensor_shape)
            except PublicError as error:
                draft.report(misnamed(config.file, "tensor file", path, error))
                continue
            name = TensorName(item.entry.tensor_name or PurePosixPath(path).name)
            assets = _with_shape_check(item, source, config.file)
            if not draft.add(name, source, assets, origin=file.name, is_named=True):
                draft.report(_named_twice(config.file, name))

    def _open_tensor_file(self, file: AssetPath, shape: Shape) -> TensorSource:
        key = (file.absolute, file.name, stamp(file), shape)
        return self._tensor_files.get(key, lambda: open_tensor_file(file, shape))

    def _add_checkpoints(
        self, draft: RunDraft, config: _Config, configured: list[_Configured], found: FoundCheckpoints
    ) -> None:
        """The embeddings in checkpoints, and the entries that name none of their tensors."""
        named: dict[str, _Configured] = {}
        for item in configured:
            if item.entry.tensor_path or item.entry.is_template or config.file is None:
                continue
            key = base_name(item.entry.tensor_name)
            if key in named:
                draft.report(_named_twice(config.file, item.entry.tensor_name))
            named.setdefault(key, item)
        template = next((item for item in configured if item.entry.is_template), None)
        held: dict[str, None] = {}
        for checkpoint in found.checkpoints:
            try:
                variables = self._checkpoints.variables(checkpoint)
            except PublicError as error:
                draft.report(Problem(Severity.ERROR, checkpoint.index.name, error.message))
                continue
            _report_damage(draft, checkpoint, variables)
            for variable in variables:
                if is_internal(variable.name):
                    continue
                key = base_name(variable.name)
                held[key] = None
                _add_variable(draft, checkpoint, variable, named.get(key), template, config.file)
        if config.file is not None:
            for key, item in named.items():
                if key not in held:
                    draft.report(_not_held(config.file, item.entry.tensor_name, list(held), found))


def _add_variable(
    draft: RunDraft,
    checkpoint: CheckpointFiles,
    variable: Variable,
    item: _Configured | None,
    template: _Configured | None,
    config_file: AssetPath | None,
) -> None:
    """Add one variable of a checkpoint to the run, or the reason why it cannot be viewed."""
    reason = why_not_viewable(variable.name, variable.shape, variable.dtype, is_named=item is not None)
    if reason is None and variable.damage:
        reason = variable.damage
    if reason is not None or variable.source is None:
        reason = reason or "It cannot be read."
        draft.reject(RejectedTensor(variable.name, variable.shape, variable.dtype, reason))
        return
    assets = template.assets if template is not None and item is None else Assets()
    if item is not None and config_file is not None:
        assets = _with_shape_check(item, variable.source, config_file)
    origin = checkpoint.checkpoint
    draft.add(variable.name, variable.source, assets, origin=origin.name, step=origin.step, is_named=item is not None)


def _with_shape_check(item: _Configured, source: TensorSource, config_file: AssetPath) -> Assets:
    """The assets of an entry, with a warning where its ``tensor_shape`` is not the tensor's."""
    said, real = item.entry.tensor_shape, (source.n_points, source.n_dims)
    if said in ((), real):
        return item.assets
    message = (
        f"{config_file.name} gives the tensor_shape {' x '.join(map(str, said))}, but the tensor is"
        f" {real[0]} x {real[1]}; the tensor's own shape was used."
    )
    problem = Problem(Severity.WARNING, config_file.name, message)
    return replace(item.assets, problems=(*item.assets.problems, problem))


def _report_damage(draft: RunDraft, checkpoint: CheckpointFiles, variables: tuple[Variable, ...]) -> None:
    """One problem for all damaged tensors of a checkpoint."""
    damaged = [variable for variable in variables if variable.damage]
    if not damaged:
        return
    names = ", ".join(base_name(variable.name) for variable in damaged[:_N_SHOWN_NAMES])
    more = f" and {len(damaged) - _N_SHOWN_NAMES} more" if len(damaged) > _N_SHOWN_NAMES else ""
    message = f"{damaged[0].damage} Not readable: {names}{more}."
    draft.report(Problem(Severity.ERROR, checkpoint.prefix.name, message))


def _named_twice(config_file: AssetPath, name: str) -> Problem:
    message = f'{config_file.name} names the tensor "{name}" more than once; the first entry was used.'
    return Problem(Severity.NOTICE, config_file.name, message)


def _not_held(config_file: AssetPath, name: str, held: list[str], found: FoundCheckpoints) -> Problem:
    """The problem of an entry whose tensor is in no checkpoint."""
    message = f'{config_file.name} names the tensor "{name}", '
    if not found.checkpoints:
        message += "but there is no checkpoint beside it. Save one there, or name it in model_checkpoint_path."
    elif not held:
        message += "but no checkpoint of this run could be read."
    else:
        shown = ", ".join(held[:_N_SHOWN_NAMES]) + (", ..." if len(held) > _N_SHOWN_NAMES else "")
        message += f"which no checkpoint of this run holds. They hold: {shown}."
    return Problem(Severity.ERROR, config_file.name, message)
