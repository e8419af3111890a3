"""Which checkpoints a run shows: those that its config points at, else those in its folder, else those nearby."""

from __future__ import annotations

from dataclasses import replace

from projector_chassis.errors import NotFound, PublicError
from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.assets import candidates, misnamed
from projector_loader.checkpoints import FoundCheckpoints, find_checkpoints
from projector_loader.projector_config import ProjectorConfig


def checkpoints_of_run(
    root: DataRoot, folder: AssetPath, config: ProjectorConfig, config_file: AssetPath | None
) -> FoundCheckpoints:
    """The checkpoints of a run, the one that the config names first, then newest first.

    Args:
        root: where checkpoints may lie.
        folder: the run's folder.
        config: its config, empty where it has none.
        config_file: where that lies; None where there is none.
    """
    if config_file is None:
        return find_checkpoints(root, folder)
    folders = (root.parent(config_file) or root.top, folder)
    found = FoundCheckpoints()
    if config.model_checkpoint_path:
        found = _named(root, config.model_checkpoint_path, folders, config_file)
    if not found.checkpoints and config.model_checkpoint_dir:
        found = _join(found, _in_named_folder(root, config.model_checkpoint_dir, folders, config_file))
    if not found.checkpoints:
        found = _join(found, find_checkpoints(root, folder))
    if not found.checkpoints and _needs_checkpoint(config):
        found = _join(found, _nearby(root, folder))
    return found


def _nearby(root: DataRoot, folder: AssetPath) -> FoundCheckpoints:
    """The checkpoints of the folder above, as in TensorBoard, or of ``train``, where Keras 2 writes them."""
    for path in ("..", "train"):
        try:
            found = find_checkpoints(root, root.resolve(path, base=folder))
        except PublicError:
            continue  # nobody named this place, so nobody has to hear that it leads out of the data root
        if found.checkpoints:
            return found
    return FoundCheckpoints()


def _needs_checkpoint(config: ProjectorConfig) -> bool:
    return not config.embeddings or any(not entry.tensor_path for entry in config.embeddings)


def _named(root: DataRoot, text: str, folders: tuple[AssetPath, ...], config_file: AssetPath) -> FoundCheckpoints:
    """The checkpoints beside the one that ``model_checkpoint_path`` names, that one first."""
    first_error: PublicError | None = None
    for base, path in candidates(text, folders):
        try:
            prefix = root.resolve(path, base=base)
        except PublicError as error:
            first_error = first_error or error
            continue
        found = find_checkpoints(root, root.parent(prefix) or root.top)
        named = [checkpoint for checkpoint in found.checkpoints if checkpoint.prefix.absolute == prefix.absolute]
        if named:
            others = [checkpoint for checkpoint in found.checkpoints if checkpoint not in named]
            return replace(found, checkpoints=(*named, *others))
        first_error = first_error or NotFound(f"{prefix.name}.index does not exist.")
    cause = first_error or NotFound("there is no such checkpoint.")
    return FoundCheckpoints((), (misnamed(config_file, "checkpoint", text, cause),))


def _in_named_folder(
    root: DataRoot, text: str, folders: tuple[AssetPath, ...], config_file: AssetPath
) -> FoundCheckpoints:
    """The checkpoints in the folder that ``model_checkpoint_dir`` names."""
    first_error: PublicError | None = None
    for base, path in candidates(text, folders):
        try:
            place = root.resolve(path, base=base)
        except PublicError as error:
            first_error = first_error or error
            continue
        found = find_checkpoints(root, place)
        if found.checkpoints:
            return found
        first_error = first_error or NotFound(f"there is no checkpoint in {place.name}.")
    cause = first_error or NotFound("there is no such folder.")
    return FoundCheckpoints((), (misnamed(config_file, "checkpoint folder", text, cause),))


def _join(first: FoundCheckpoints, second: FoundCheckpoints) -> FoundCheckpoints:
    return FoundCheckpoints(first.checkpoints + second.checkpoints, first.problems + second.problems)
