"""Which checkpoints lie in a folder: ``*.index`` files, and what the ``checkpoint`` state file names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from google.protobuf import text_encoding

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, printable, read_small_file
from projector_loader.model import Checkpoint, Problem, Severity

STATE_NAME: Final = "checkpoint"
SAVED_MODEL_NAME: Final = "saved_model.pb"
VARIABLES_FOLDER: Final = "variables"
"""Where a SavedModel keeps its variables, as a checkpoint."""
INDEX_SUFFIX: Final = ".index"
_MAX_STATE_BYTES = 2**20
_STEP = re.compile(r"-(\d{1,18})$")
_SHARD = re.compile(r"\.data-(\d{5,})-of-(\d{5,})$")
_STATE_PATH = re.compile(r'^\s*(all_)?model_checkpoint_path\s*:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)


@dataclass(frozen=True)
class CheckpointFiles:
    """The files of one checkpoint.

    Attributes:
        prefix: what TensorFlow calls the checkpoint; a file of that name need not exist.
        index: the index file, or the whole checkpoint where the format is the old single-file one.
        is_bundle: whether it is of the V2 format, an index and data shards.
    """

    prefix: AssetPath
    index: AssetPath
    is_bundle: bool
    modified_ns: int

    @property
    def checkpoint(self) -> Checkpoint:
        """How it is listed."""
        step = _STEP.search(self.prefix.name)
        return Checkpoint(self.prefix.name, int(step[1]) if step else None)


@dataclass(frozen=True)
class FoundCheckpoints:
    """The checkpoints of a folder, newest first, and what is wrong with what points at them."""

    checkpoints: tuple[CheckpointFiles, ...] = ()
    problems: tuple[Problem, ...] = ()


def may_hold_checkpoints(names: set[str]) -> bool:
    """Whether a folder with files of these names is worth a call of ``find_checkpoints``."""
    if STATE_NAME in names or SAVED_MODEL_NAME in names:
        return True
    prefixes = {_SHARD.sub("", name) for name in names if _SHARD.search(name)}
    return any(name.removesuffix(INDEX_SUFFIX) in prefixes for name in names if name.endswith(INDEX_SUFFIX))


def find_checkpoints(root: DataRoot, folder: AssetPath) -> FoundCheckpoints:
    """All checkpoints of ``folder``, newest first: by step, then by modification time.

    An index file counts when a data shard lies beside it or the state file names it: other programs use the suffix too.
    The variables of a SavedModel are a checkpoint as well.
    """
    try:
        names = set(os.listdir(folder.absolute))
    except OSError:
        return FoundCheckpoints()
    latest, named = _read_state(root, folder) if STATE_NAME in names else ("", set())
    with_shards = {_SHARD.sub("", name) for name in names if _SHARD.search(name)}
    prefixes = {name.removesuffix(INDEX_SUFFIX) for name in names if name.endswith(INDEX_SUFFIX)}
    found: list[CheckpointFiles] = []
    problems: list[Problem] = []
    for prefix in sorted((prefixes & (with_shards | named)) | (named & names)):
        try:
            found.append(_files(root, folder, prefix, is_bundle=prefix in prefixes))
        except PublicError as error:
            problems.append(Problem(Severity.ERROR, _join(folder, prefix), error.message))
    if latest and latest not in prefixes | names:
        problems.append(_missing_latest(folder, latest))
    if SAVED_MODEL_NAME in names:
        inner = _find_variables(root, folder)
        found += inner.checkpoints
        problems += inner.problems
    return FoundCheckpoints(tuple(sorted(found, key=_age)), tuple(problems))


def _find_variables(root: DataRoot, folder: AssetPath) -> FoundCheckpoints:
    """The checkpoint of a SavedModel's variables."""
    try:
        return find_checkpoints(root, root.child(folder, VARIABLES_FOLDER))
    except PublicError as error:
        place = _join(folder, VARIABLES_FOLDER)
        return FoundCheckpoints((), (Problem(Severity.ERROR, place, error.message),))


def _files(root: DataRoot, folder: AssetPath, prefix: str, *, is_bundle: bool) -> CheckpointFiles:
    index = root.child(folder, prefix + INDEX_SUFFIX if is_bundle else prefix)
    try:
        modified_ns = os.stat(index.absolute).st_mtime_ns
    except OSError:
        modified_ns = 0  # gone since the folder was listed: reading it says so
    return CheckpointFiles(AssetPath(folder.absolute / prefix, _join(folder, prefix)), index, is_bundle, modified_ns)


def shard_files(root: DataRoot, checkpoint: CheckpointFiles, n_shards: int) -> tuple[AssetPath, ...]:
    """The data shards of a V2 checkpoint, in order; they need not exist.

    Raises:
        Conflict: one of them leads out of the data root.
    """
    base = root.parent(checkpoint.prefix) or root.top
    stem = checkpoint.prefix.absolute.name
    return tuple(root.child(base, f"{stem}.data-{i:05d}-of-{n_shards:05d}") for i in range(n_shards))


def _read_state(root: DataRoot, folder: AssetPath) -> tuple[str, set[str]]:
    """Base names of the newest checkpoint and of all of them; the folders are often those of another machine."""
    try:
        content = read_small_file(root.child(folder, STATE_NAME), limit_bytes=_MAX_STATE_BYTES)
    except PublicError:
        return "", set()  # a folder or another program's file: nothing that names a checkpoint
    latest, names = "", set()
    for is_list, quoted in _STATE_PATH.findall(content.decode("utf-8", "replace")):
        try:
            name = PurePath(os.fsdecode(text_encoding.CUnescape(quoted))).name
        except ValueError:
            continue
        names.add(name)
        latest = latest if is_list else name
    return latest, names


def _missing_latest(folder: AssetPath, latest: str) -> Problem:
    state = _join(folder, STATE_NAME)
    return Problem(
        Severity.WARNING,
        state,
        f"{state} names {printable(latest)} as the newest checkpoint, but {printable(latest)}.index does not lie beside"
        " it. Copy that checkpoint's files here as well.",
    )


def _age(checkpoint: CheckpointFiles) -> tuple[bool, int, int, str]:
    """Sorts newest first; what names no step comes after what does."""
    step = checkpoint.checkpoint.step
    return step is None, -(step or 0), -checkpoint.modified_ns, checkpoint.prefix.name


def _join(folder: AssetPath, name: str) -> str:
    return printable(name if folder.name == "." else f"{folder.name}/{name}")
