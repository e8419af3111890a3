"""All runs below the data root and among the uploads, and the way from an id to the files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from projector_chassis.errors import NotFound
from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.discovery import find_runs
from projector_loader.model import EmbeddingId, Listing, Problem, Run, RunId, Search, Severity
from projector_loader.reader_process import ReaderProcesses
from projector_loader.run_draft import CatalogEntry
from projector_loader.run_reader import RunReader, RunRecord

T = TypeVar("T")


@dataclass(frozen=True)
class _Place:
    """Where a run was when its root was last searched, and how to read it there again."""

    reader: RunReader
    folder: AssetPath
    taken: frozenset[Path]


class Catalog:
    """Finds runs and embeddings. Every answer is that of the files at this moment; only unchanged files are remembered.

    Args:
        roots: the data root, then that of uploads where there is one.
        processes: where other people's libraries read files.
        max_folders: how many folders of each are searched at most.
    """

    def __init__(self, *roots: DataRoot, processes: ReaderProcesses, max_folders: int) -> None:
        self._readers = tuple((root, RunReader(root, processes)) for root in roots)
        self._tops = frozenset(root.top.absolute for root in roots)
        self._max_folders = max_folders
        self._lock = threading.Lock()
        self._places: Mapping[EmbeddingId | RunId, _Place] = {}

    def reader_of(self, root: DataRoot) -> RunReader:
        """What reads the runs of one of the roots, and remembers them."""
        return next(reader for each, reader in self._readers if each is root)

    def list_runs(self) -> Listing:
        """All runs, those of each root by name, with what is wrong with the roots as a whole."""
        runs: list[Run] = []
        problems: list[Problem] = []
        places: dict[EmbeddingId | RunId, _Place] = {}
        searches: list[Search] = []
        for root, reader in self._readers:
            found = find_runs(root, max_folders=self._max_folders, passed_over=self._tops)
            taken = frozenset[Path]().union(*(reader.used_files(folder) for folder in found.folders))
            for folder, record in _without_used([(folder, reader.read(folder, taken)) for folder in found.folders]):
                runs.append(record.run)
                place = _Place(reader, folder, taken)
                places[record.run.id] = place
                places |= {entry.summary.id: place for entry in record.entries}
            problems += found.problems
            searches.append(found.search)
        with self._lock:
            self._places = places
        if not runs and not problems:
            problems.append(_nothing_found())
        return Listing(tuple(runs), tuple(problems), searches[0])

    def find(self, embedding_id: EmbeddingId) -> CatalogEntry:
        """The embedding of an id.

        Raises:
            NotFound: there is none, or none any more.
        """

        def pick(record: RunRecord) -> CatalogEntry | None:
            return next((entry for entry in record.entries if entry.summary.id == embedding_id), None)

        return self._find("embedding", embedding_id, pick)

    def find_run(self, run_id: RunId) -> Run:
        """The run of an id.

        Raises:
            NotFound: there is none, or none any more.
        """
        return self._find("run", run_id, lambda record: record.run if _is_worth_listing(record) else None)

    def _find(self, kind: str, id_: EmbeddingId | RunId, pick: Callable[[RunRecord], T | None]) -> T:
        """What ``pick`` takes of the run that held the id when the roots were last searched, or holds it now."""
        found = self._find_again(id_, pick)
        if found is None:
            self.list_runs()
            found = self._find_again(id_, pick)
        if found is None:
            raise NotFound(
                f'There is no {kind} "{id_}" below the data root (any more); its files may have been moved or damaged.'
                " List the runs again."
            )
        return found

    def _find_again(self, id_: EmbeddingId | RunId, pick: Callable[[RunRecord], T | None]) -> T | None:
        with self._lock:
            place = self._places.get(id_)
        return None if place is None else pick(place.reader.read(place.folder, place.taken))


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
        if _is_worth_listing(record) and (record.has_config or folder.absolute not in used)
    ]


def _is_worth_listing(record: RunRecord) -> bool:
    run = record.run
    return bool(record.has_config or run.checkpoints or run.embeddings or run.rejected or run.problems)


def _nothing_found() -> Problem:
    message = (
        "No run was found. A run is a folder below the data root with a projector_config.pbtxt, a TensorFlow checkpoint"
        " (an .index file with its data files) or a file of embeddings."
    )
    return Problem(Severity.NOTICE, ".", message)
