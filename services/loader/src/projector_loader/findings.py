"""What a search for runs has to say of a folder: why it is a run, or what is missing for it to be one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from projector_loader.asset_paths import printable
from projector_loader.checkpoints import INDEX_SUFFIX, may_hold_checkpoints
from projector_loader.formats import may_hold_tensors
from projector_loader.model import Finding
from projector_loader.projector_config import CONFIG_NAME

_EVENTS = re.compile(r"\.tfevents\.")
_SHARD = re.compile(r"^(.+)\.data-\d{5,}-of-\d{5,}$")
_OTHER_CONFIG = re.compile(r"projector.*config", re.IGNORECASE)
_MOST_NAMED = 3


def why_run(folder: str, files: set[str]) -> Finding:
    """What makes a folder a run."""
    held = [CONFIG_NAME] if CONFIG_NAME in files else []
    if may_hold_checkpoints(files):
        n_checkpoints = sum(name.endswith(INDEX_SUFFIX) for name in files)
        held.append(f"{n_checkpoints} checkpoints" if n_checkpoints > 1 else "a checkpoint")
    if tensors := [name for name in files if may_hold_tensors(name)]:
        held.append(_named(tensors))
    return Finding(folder, is_run=True, message=f"It holds {' and '.join(held) or 'files of a run'}.")


def why_no_run(folder: str, files: set[str]) -> Finding | None:
    """What a folder lacks that looks as if it should be a run; None for one that does not."""
    if others := [name for name in files if _OTHER_CONFIG.search(name)]:
        message = f"It holds {_named(others)}; only a file called {CONFIG_NAME} is read as a projector config."
    elif shards := {match[1] for match in map(_SHARD.match, files) if match}:
        message = f"It holds data of the checkpoint {_named(shards)} without its {INDEX_SUFFIX} file; add that."
    elif any(map(_EVENTS.search, files)):
        message = (
            "It holds event files, which carry no embeddings. Save the variable as a checkpoint there, for example with"
            " tf.train.Checkpoint(embedding=variable).save(...)."
        )
    else:
        return None
    return Finding(folder, is_run=False, message=message)


def _named(names: Iterable[str]) -> str:
    shown = sorted(map(printable, names))
    rest = len(shown) - _MOST_NAMED
    return ", ".join(shown[:_MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
