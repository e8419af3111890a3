"""All runs below the data root, and the way from an embedding's id to its files."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from projector_chassis.errors import NotFound
from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.discovery import find_runs
from projector_loader.model import EmbeddingId, Listing, Problem, Run, Severity
from projector_loader.run_draft import CatalogEntry
from projector_loader.run_reader import RunReader, RunRecord


@dataclass(frozen=True)
class _Snapshot:
    """Which run folder held each embedding when the data root was last searched, and which files configs named."""

    folders: Mapping[EmbeddingId, AssetPath] = field(default_factory=dict)
    taken: frozenset[Path] = frozenset()


class Catalog:
    """Finds runs and embeddings. Every answer is that of the files at this moment; only unchanged files are remembered.

    Args:
        root: the data root.
        max_folders: how many folders are searched at most.
    """

    def __init__(self, root: DataRoot, *, max_folders: int) -> None:
        self._root = root
        self._max_folders = max_folders
        self._runs = RunReader(root)
        self._lock = threading.Lock()
        self._snapshot = _Snapshot()

    def list_runs(self) -> Listing:
        """All runs by name, with what is wrong with the data root as a whole."""
        found = find_runs(self._root, max_folders=self._max_folders)
        taken = frozenset[Path]().union(*(self._runs.used_files(folder) for folder in found.folders))
        records = _without_used([(folder, self._runs.read(folder, taken)) for folder in found.folders])
        folders = {entry.summary.id: folder for folder, record in records for entry in record.entries}
        with self._lock:
            self._snapshot = _Snapshot(folders, taken)
        problems = found.problems
        if not records and not problems:
            problems = (_nothing_found(),)
        return Listing(tuple(record.run for _, record in records), problems)

    def find(self, embedding_id: EmbeddingId) -> CatalogEntry:
        """The embedding of an id.

        Raises:
            NotFound: there is none, or none any more.
        """
        entry = self._find_again(embedding_id)
        if entry is None:
            self.list_runs()
            entry = self._find_again(embedding_id)
        if entry is None:
            raise NotFound(
                f'There is no embedding "{embedding_id}" below the data root (any more); its files may have been moved'
                " or damaged. List the runs again."
            )
        return entry

    def _find_again(self, embedding_id: EmbeddingId) -> CatalogEntry | None:
        """The embedding, where it still is in the run that held it when the data root was last searched."""
        with self._lock:
            snapshot = self._snapshot
        folder = snapshot.folders.get(embedding_id)
        if folder is None:
            return None
        entries = self._runs.read(folder, snapshot.taken).entries
        return next((entry for entry in entries if entry.summary.id == embedding_id), None)


def _without_used(records: list[tuple[AssetPath, RunRecord]]) -> list[tuple[AssetPath, RunRecord]]:
    """The records without folders whose checkpoints the config of a folder above them shows already.

    A run without anything to show and without a problem is left out as well: a ``checkpoint`` file of another program.
    """
    used = {
        checkpoint_folder
        for folder, record in records
        if record.has_config
        for checkpoint_folder in record.checkpoint_folders
        if folder.absolute in checkpoint_folder.parents
    }
    return [
        (folder, record)
        for folder, record in records
        if record.has_config or (folder.absolute not in used and _shows_something(record.run))
    ]


def _shows_something(run: Run) -> bool:
    return bool(run.checkpoints or run.embeddings or run.rejected or run.problems)


def _nothing_found() -> Problem:
    message = (
        "No run was found. A run is a folder below the data root with a projector_config.pbtxt, a TensorFlow checkpoint"
        " (an .index file with its data files) or a file of embeddings."
    )
    return Problem(Severity.NOTICE, ".", message)
