"""Runs that people bring with them: checked like any other run, then shown among them, until somebody deletes them."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from projector_chassis.errors import InvalidArgument, NotFound
from projector_loader.asset_paths import DataRoot
from projector_loader.assets import SpriteFile
from projector_loader.model import (
    Embedding,
    Problem,
    Run,
    RunId,
    Severity,
    UploadEnd,
    UploadHeader,
    UploadId,
    UploadRole,
    UploadRules,
)
from projector_loader.projector_config import (
    CONFIG_NAME,
    EmbeddingEntry,
    ProjectorConfig,
    SpriteEntry,
    format_config,
)
from projector_loader.run_draft import CatalogEntry, RunDraft
from projector_loader.run_reader import RunReader, RunRecord
from projector_loader.upload_drafts import DraftFile, Drafts, draft_files, forget_given_names, sync_folder
from projector_loader.upload_names import first_free, folder_names
from projector_loader.upload_space import UploadSpace, no_room_is_too_large

ROOT_NAME: Final = "Uploads"
"""How the root of uploads is called: the run of one is ``Uploads/{name}``."""
_N_SHOWN_REASONS: Final = 3
_NAMED_BY_THE_CONFIG: Final = re.compile(rf'^{re.escape(CONFIG_NAME)} names the [a-z ]+ "[^"]*": ')
"""How problems of named files begin; whoever uploads knows of no config."""

DraftFiles = dict[UploadRole, DraftFile]


class Uploads:
    """Keeps uploads below a root of their own; nothing of them is ever executed or unpickled.

    Args:
        root: where they lie, each in a folder.
        runs: reads the runs of that root.
        describe: reads all but the numbers of an embedding, with what is wrong with the files beside its tensor.
        max_file_bytes: of one file.
        max_bytes: of all uploads together.
    """

    def __init__(
        self,
        root: DataRoot,
        runs: RunReader,
        describe: Callable[[CatalogEntry], Embedding],
        *,
        max_file_bytes: int,
        max_bytes: int,
    ) -> None:
        self._root = root
        self._folder = root.top.absolute
        self._runs = runs
        self._describe = describe
        self._max_file_bytes = max_file_bytes
        self._space = UploadSpace(self._folder, max_bytes=max_bytes)
        self._drafts = Drafts(self._folder, self._space, max_file_bytes=max_file_bytes)
        self._publishing = threading.Lock()

    def rules(self) -> UploadRules:
        """What may be uploaded at this moment."""
        return UploadRules(self._max_file_bytes, self._space.free_bytes())

    def write(self, header: UploadHeader, parts: Iterator[bytes]) -> int:
        """Store one file of an upload; how many bytes it has. Errors are those of ``Drafts.receive``."""
        return self._drafts.receive(header, parts)

    def finish(self, end: UploadEnd) -> Run:
        """Make a run of the files that have arrived. Those that cannot be shown are deleted.

        Raises:
            InvalidArgument: they cannot, for the reasons told; or the name is none.
            NotFound: no tensor has arrived for this upload.
            Conflict: a file of it is still arriving.
        """
        names = folder_names(end.name)
        with self._drafts.held(end.upload_id) as draft:
            files = draft_files(draft) if draft.is_dir() else {}
            if UploadRole.TENSOR not in files:
                raise NotFound(f'No tensor file has arrived for an upload "{end.upload_id}" (any more).')
            try:
                with no_room_is_too_large():
                    self._prepare(draft, files, end)
                    return self._publish(draft, names)
            finally:
                shutil.rmtree(draft, ignore_errors=True)  # where it has not become a run

    def delete(self, id_: str) -> None:
        """Delete the run of an upload, or an upload that is not finished.

        Raises:
            NotFound: there is none of this id; the data root's runs have others.
            Conflict: a file of it is still arriving.
        """
        folder = self._folder_of(RunId(id_))
        if folder is None:
            self._drafts.discard(UploadId(id_))
        else:
            self._drafts.put_away(folder)
            sync_folder(self._folder)

    def _prepare(self, draft: Path, files: DraftFiles, end: UploadEnd) -> None:
        """Write the config of a draft, read it as a run is read, and refuse what cannot be shown."""
        reader = self._runs.at(DataRoot(draft))
        entry = _entry(files, end)
        record = _read(reader, draft, entry)
        if not record.entries:
            rejected = [each.reason for each in record.run.rejected]
            raise _refusal(files, [*rejected, *(problem.message for problem in record.run.problems)])
        found = record.entries[0]
        embedding = self._describe(_with_uploaded_sprite(found, end))
        errors = _errors((*record.run.problems, *embedding.problems))
        if errors:
            raise _refusal(files, errors)
        if embedding.sprite is not None and entry.sprite is not None:
            size = embedding.sprite.thumbnail_width_px, embedding.sprite.thumbnail_height_px
            entry = replace(entry, sprite=SpriteEntry(entry.sprite.image_path, size))
        if len(record.entries) + len(record.run.rejected) == 1:
            entry = replace(entry, tensor_name=files[UploadRole.TENSOR].given_name)
        if errors := _errors(_read(reader, draft, entry).run.problems):
            raise _refusal(files, errors)
        forget_given_names(draft)
        sync_folder(draft)

    def _publish(self, draft: Path, names: Iterator[str]) -> Run:
        with self._publishing:
            name = first_free(names, os.listdir(self._folder))
            draft.rename(self._folder / name)
            sync_folder(self._folder)
        return self._runs.read(self._root.child(self._root.top, name)).run

    def _folder_of(self, run_id: RunId) -> Path | None:
        """The folder of an upload's run."""
        with os.scandir(self._folder) as entries:
            for entry in entries:
                is_run = entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                if is_run and RunDraft(f"{ROOT_NAME}/{entry.name}", is_upload=True).run_id == run_id:
                    return self._folder / entry.name
        return None


def _entry(files: DraftFiles, end: UploadEnd) -> EmbeddingEntry:
    metadata, sprite = files.get(UploadRole.METADATA), files.get(UploadRole.SPRITE)
    return EmbeddingEntry(
        tensor_shape=end.tensor_shape,
        tensor_path=files[UploadRole.TENSOR].stored_name,
        metadata_path=metadata.stored_name if metadata else "",
        sprite=SpriteEntry(sprite.stored_name, end.thumbnail_px or ()) if sprite else None,
    )


def _read(reader: RunReader, draft: Path, entry: EmbeddingEntry) -> RunRecord:
    """The run that a draft is with such a config, read by a reader that knows no other folder."""
    written = draft / f"{CONFIG_NAME}.part"
    with written.open("wb") as file:
        file.write(format_config(ProjectorConfig(embeddings=(entry,))))
        file.flush()
        os.fsync(file.fileno())
    written.rename(draft / CONFIG_NAME)
    return reader.read(DataRoot(draft).top)


def _with_uploaded_sprite(entry: CatalogEntry, end: UploadEnd) -> CatalogEntry:
    """The embedding with its sprite, where it has one, as whoever uploads it speaks of it."""
    sprite = entry.assets.sprite
    if sprite is None:
        return entry
    uploaded = SpriteFile(sprite.file, end.thumbnail_px, size_name="the thumbnail size")
    return replace(entry, assets=replace(entry.assets, sprite=uploaded))


def _errors(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.message for problem in problems if problem.severity is Severity.ERROR]


def _refusal(files: DraftFiles, reasons: list[str]) -> InvalidArgument:
    """The error of files that cannot be shown, which are called as whoever brought them does."""
    shown = [_NAMED_BY_THE_CONFIG.sub("", reason) for reason in reasons[:_N_SHOWN_REASONS]]
    text = " ".join(dict.fromkeys(shown)) or "The file holds no matrix of numbers."
    for file in files.values():
        text = text.replace(file.stored_name, file.given_name)
    return InvalidArgument(f"The upload cannot be shown and was deleted. {text}")
