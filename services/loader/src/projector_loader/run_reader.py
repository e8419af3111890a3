"""One run: its config, its checkpoints and tensor files, and the embeddings that they give together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from projector_chassis.errors import NotFound, PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, stamp
from projector_loader.assets import Assets, misnamed, severity_of
from projector_loader.checkpoints import CheckpointFiles, FoundCheckpoints
from projector_loader.file_cache import FAILURE_SECONDS, FileCache
from projector_loader.formats import list_tensors
from projector_loader.model import Problem, RejectedTensor, Run, Severity, Shape, TensorName
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers.checkpoint import CheckpointReader
from projector_loader.run_checkpoints import checkpoints_of_run
from projector_loader.run_config import (
    ConfigReader,
    ConfiguredEntry,
    NamedTensors,
    RunConfig,
    named_twice,
    shown_names,
    with_shape_check,
)
from projector_loader.run_draft import CatalogEntry, Origin, RunDraft
from projector_loader.run_files import find_loose_files
from projector_loader.tensor_names import base_name, display_name, is_internal
from projector_loader.tensor_rules import why_not_viewable
from projector_loader.tensors import FoundTensor

_N_CACHED_FILES = 4096
_NO_ASSETS = Assets()


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


class RunReader:
    """Reads runs, remembering what it worked out from files that have not changed."""

    def __init__(self, root: DataRoot, processes: ReaderProcesses) -> None:
        self._root = root
        self._processes = processes
        self._checkpoints = CheckpointReader(root, processes)
        self._configs = ConfigReader(root)
        self._tensor_files: FileCache[tuple[FoundTensor, ...]] = FileCache(
            _N_CACHED_FILES, failure_seconds=FAILURE_SECONDS
        )

    def at(self, root: DataRoot) -> RunReader:
        """A reader of the runs below another root, which waits for files that take long."""
        return RunReader(root, self._processes.waiting())

    def used_files(self, folder: AssetPath) -> frozenset[Path]:
        """The files that the config of a folder names: no run of another folder shows them by themselves."""
        return self._configs.read(folder).used_files

    def read(self, folder: AssetPath, taken: frozenset[Path] = frozenset()) -> RunRecord:
        """The run of a folder. Nothing in it can make this fail: what cannot be read becomes a problem.

        Args:
            folder: where it lies.
            taken: files that the configs of other runs name.
        """
        draft = RunDraft(folder.name, is_upload=self._root.holds_uploads)
        config = self._configs.read(folder)
        named = NamedTensors(config)
        found = checkpoints_of_run(self._root, folder, config.content, config.file)
        draft.report(*config.problems, *found.problems, *named.problems)
        self._add_configured_files(draft, config)
        self._add_checkpoints(draft, config, named, found)
        self._add_loose_files(draft, folder, config, named, taken | config.used_files)
        draft.report(*named.missing(found))
        return RunRecord(
            run=draft.finish(checkpoint.checkpoint for checkpoint in found.checkpoints),
            entries=draft.entries(),
            has_config=config.file is not None,
            checkpoint_folders=frozenset(checkpoint.index.absolute.parent for checkpoint in found.checkpoints),
        )

    def _list_tensors(self, file: AssetPath, shape: Shape, *, is_named: bool) -> tuple[FoundTensor, ...]:
        key = (file.absolute, file.name, stamp(file), shape, is_named)
        return self._tensor_files.get(key, lambda: list_tensors(self._processes, file, shape, is_named=is_named))

    def _add_configured_files(self, draft: RunDraft, config: RunConfig) -> None:
        """The embeddings of entries with a ``tensor_path``."""
        for item in config.entries:
            file = item.tensor_file
            if file is None or config.file is None:
                continue
            path = item.entry.tensor_path
            try:
                tensors = self._list_tensors(file, item.entry.tensor_shape, is_named=True)
                chosen = _chosen(tensors, item.entry.tensor_name, file)
            except PublicError as error:
                draft.report(misnamed(config.file, "tensor file", path, error))
                continue
            for tensor in chosen:
                name = TensorName(item.entry.tensor_name or _full_name(PurePosixPath(path).name, tensor))
                short_name = (
                    display_name(name) if item.entry.tensor_name else _short_name(PurePosixPath(path).name, tensor)
                )
                is_named = bool(item.entry.tensor_name) or len(tensors) == 1
                origin = Origin(file.name, name, short_name, is_named=is_named)
                if not _add(draft, tensor, origin, item, config):
                    draft.report(named_twice(config, name))

    def _add_checkpoints(
        self, draft: RunDraft, config: RunConfig, named: NamedTensors, found: FoundCheckpoints
    ) -> None:
        for checkpoint in found.checkpoints:
            try:
                tensors = self._checkpoints.variables(checkpoint)
            except PublicError as error:
                draft.report(Problem(severity_of(error), checkpoint.index.name, error.message))
                continue
            _report_damage(draft, checkpoint, tensors)
            listed = checkpoint.checkpoint
            for tensor in tensors:
                if is_internal(tensor.name):
                    continue
                item = named.meet(filter(None, (tensor.name, tensor.short_name)))
                short_name = tensor.short_name or display_name(tensor.name)
                origin = Origin(listed.name, tensor.name, short_name, is_named=item is not None, step=listed.step)
                _add(draft, tensor, origin, item, config)

    def _add_loose_files(
        self, draft: RunDraft, folder: AssetPath, config: RunConfig, named: NamedTensors, taken: frozenset[Path]
    ) -> None:
        """The embeddings of files in the run's folder that no config names."""
        found = find_loose_files(self._root, folder, taken)
        draft.report(*found.problems)
        for loose in found.files:
            try:
                tensors = self._list_tensors(loose.file, (), is_named=loose.is_certain)
            except PublicError as error:
                draft.report(Problem(severity_of(error), loose.file.name, error.message))
                continue
            for tensor in tensors:
                name = _full_name(loose.name, tensor)
                item = named.meet(filter(None, (name, tensor.name, tensor.short_name)))
                short_name = _short_name(loose.short_name, tensor)
                origin = Origin(loose.file.name, name, short_name, is_named=item is not None, step=loose.step)
                _add(draft, tensor, origin, item, config, loose.assets)


def _chosen(tensors: tuple[FoundTensor, ...], name: str, file: AssetPath) -> Iterable[FoundTensor]:
    """The tensors of a file that an entry is about: those of its name, or all where it gives none."""
    if not name or len(tensors) == 1:
        return tensors
    chosen = [each for each in tensors if base_name(name) in (base_name(each.name), each.short_name)]
    if chosen:
        return chosen
    held = shown_names([each.name for each in tensors]) or "none"
    raise NotFound(f'{file.name} holds no tensor "{name}". It holds: {held}.')


def _add(
    draft: RunDraft,
    tensor: FoundTensor,
    origin: Origin,
    item: ConfiguredEntry | None,
    config: RunConfig,
    found_assets: Assets = _NO_ASSETS,
) -> bool:
    """Add a tensor to the run, or the reason why it cannot be viewed; False when it is there already.

    ``found_assets`` goes with it where no entry of the config does.
    """
    is_wanted = origin.is_named and tensor.source is not None
    reason = (
        ("" if is_wanted else tensor.refusal)
        or tensor.damage
        or why_not_viewable(origin.tensor_name, tensor.shape, tensor.dtype, is_named=origin.is_named)
    )
    if reason or tensor.source is None:
        rejected = RejectedTensor(origin.tensor_name, tensor.shape, tensor.dtype, reason or "It cannot be read.")
        draft.reject(rejected)
        return True
    template = config.template
    assets = template.assets if template is not None else found_assets
    if item is not None:
        assets = with_shape_check(item, tensor.shape, config)
    assets = replace(assets, columns=tensor.columns, problems=(*assets.problems, *tensor.notices))
    return draft.add(tensor.source, assets, origin)


def _full_name(file_name: str, tensor: FoundTensor) -> TensorName:
    return TensorName(f"{file_name}/{tensor.name}" if tensor.name else file_name)


def _short_name(file_name: str, tensor: FoundTensor) -> str:
    return f"{tensor.short_name or display_name(tensor.name)} ({file_name})" if tensor.name else file_name


def _report_damage(draft: RunDraft, checkpoint: CheckpointFiles, tensors: tuple[FoundTensor, ...]) -> None:
    """One problem for all damaged tensors of a checkpoint."""
    damaged = [tensor for tensor in tensors if tensor.damage]
    if damaged:
        names = shown_names([base_name(tensor.name) for tensor in damaged])
        message = f"{damaged[0].damage} Not readable: {names}."
        draft.report(Problem(Severity.ERROR, checkpoint.prefix.name, message))
