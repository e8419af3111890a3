"""Which folders below the data root are runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, printable
from projector_loader.checkpoints import SAVED_MODEL_NAME, VARIABLES_FOLDER, may_hold_checkpoints
from projector_loader.findings import why_no_run, why_run
from projector_loader.formats import may_hold_tensors
from projector_loader.model import Finding, Problem, Search, Severity
from projector_loader.projector_config import CONFIG_NAME
from projector_loader.run_files import TENSORS_NAME, log_directory

PLUGIN_ASSETS: Final = "plugins/org_tensorflow_tensorboard_projector"
"""TensorBoard keeps a plugin's files there, below the run they belong to."""

BEING_SAVED: Final = re.compile(r"_temp(_[0-9a-f]{32})?$")
"""TensorFlow writes the parts of a checkpoint into such folders before it moves them to their place."""


_MAX_FINDINGS = 500


@dataclass(frozen=True)
class FoundRuns:
    """Folders of runs by name, what kept the search from looking everywhere, and what there is to say of it."""

    folders: tuple[AssetPath, ...]
    problems: tuple[Problem, ...]
    search: Search


def find_runs(root: DataRoot, *, max_folders: int, passed_over: frozenset[Path] = frozenset()) -> FoundRuns:
    """All folders that hold a projector config, a checkpoint or a file that may hold embeddings, however deep.

    Hidden folders are passed over. Symbolic links to folders are not followed: inside the data root their targets are
    found anyway, and links that lead out of it are reported.

    Args:
        root: where to search.
        max_folders: the search ends after so many folders, with a problem that says so.
        passed_over: folders that are another root's.
    """
    found: dict[Path, AssetPath] = {}
    problems: list[Problem] = []
    findings: list[Finding] = []
    hidden: list[str] = []
    waiting = [root.top]
    n_seen = 0
    while waiting:
        if n_seen == max_folders:
            problems.append(_too_many_folders(max_folders))
            break
        folder = waiting.pop()
        n_seen += 1
        try:
            files, folders, links = _look_into(folder)
        except OSError as error:
            cause = (error.strerror or "unknown cause").lower()
            problems.append(Problem(Severity.ERROR, folder.name, f"The folder {folder.name} cannot be read: {cause}."))
            continue
        problems += _links_out(root, folder, links)
        run = _run_of(root, folder, files, folders)
        if run is not None:
            found[run.absolute] = run
        finding = why_no_run(folder.name, files) if run is None else why_run(folder.name, files)
        if finding is not None and len(findings) < _MAX_FINDINGS:
            findings.append(finding)
        if SAVED_MODEL_NAME in files:
            folders.discard(VARIABLES_FOLDER)
        inner = [_inside(folder, name) for name in sorted(folders, reverse=True) if _is_searched(folder, name)]
        hidden += [_inside(folder, name).name for name in sorted(folders) if _is_hidden(name)]
        waiting += [each for each in inner if each.absolute not in passed_over]
    search = Search(n_seen, tuple(findings), tuple(hidden[:_MAX_FINDINGS]))
    return FoundRuns(tuple(sorted(found.values(), key=lambda folder: folder.name)), tuple(problems), search)


def _run_of(root: DataRoot, folder: AssetPath, files: set[str], folders: set[str]) -> AssetPath | None:
    """The run that a folder is or belongs to, if it holds anything of one."""
    if CONFIG_NAME in files or may_hold_checkpoints(files) or _has_plugin_config(folder, folders):
        return folder
    if TENSORS_NAME in files and (run := log_directory(root, folder)) is not None:
        return run
    return folder if any(may_hold_tensors(name) for name in files) else None


def _too_many_folders(max_folders: int) -> Problem:
    message = f"The search for runs ended after {max_folders:,} folders; choose a data root with fewer folders."
    return Problem(Severity.WARNING, ".", message)


def _look_into(folder: AssetPath) -> tuple[set[str], set[str], set[str]]:
    """Names of files, of folders and of links to folders."""
    files: set[str] = set()
    folders: set[str] = set()
    links: set[str] = set()
    with os.scandir(folder.absolute) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.add(entry.name)
            elif entry.is_symlink() and entry.is_dir():
                links.add(entry.name)
            else:
                files.add(entry.name)
    return files, folders, links


def _links_out(root: DataRoot, folder: AssetPath, links: set[str]) -> Iterator[Problem]:
    for name in sorted(links):
        try:
            root.child(folder, name)
        except PublicError:
            place = _inside(folder, name).name
            message = (
                f"The folder {place} is a symbolic link that leads out of the data root, so it was not searched."
                " Move the folder below the data root or choose a data root above both."
            )
            yield Problem(Severity.WARNING, place, message)


def _has_plugin_config(folder: AssetPath, folders: set[str]) -> bool:
    return "plugins" in folders and (folder.absolute / PLUGIN_ASSETS / CONFIG_NAME).is_file()


def _is_searched(folder: AssetPath, name: str) -> bool:
    return not _is_hidden(name) and f"{folder.absolute.name}/{name}" != PLUGIN_ASSETS


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or BEING_SAVED.search(name) is not None


def _inside(folder: AssetPath, name: str) -> AssetPath:
    return AssetPath(folder.absolute / name, printable(name if folder.name == "." else f"{folder.name}/{name}"))
