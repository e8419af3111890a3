"""Where the projector of one machine keeps what outlives it: bookmarks, uploads, caches, logs, the demo."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_APPLICATION = "embedding-projector"


@dataclass(frozen=True)
class Home:
    """Folders below one root; ``create`` makes the root readable by its owner alone."""

    root: Path

    def create(self) -> None:
        """Make the folders.

        Raises:
            OSError: the home cannot be written.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.cache, self.compiled, self.root / "databases"):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def demo(self) -> Path:
        """The demo log directory."""
        return self.root / "demo"

    @property
    def cache(self) -> Path:
        """Embeddings, neighbors and affinities of the workers; may be deleted while nothing runs."""
        return self.root / "cache"

    @property
    def compiled(self) -> Path:
        """Machine code that numba compiled."""
        return self.cache / "numba"

    def logs(self, port: int) -> Path:
        """Log folder of the projector on a port, so that two projectors of one home do not mix."""
        return self.root / "logs" / str(port)

    def database(self, data_root: Path) -> Path:
        """SQLite file of a data root: bookmarks belong to the folder they were made for."""
        return self.root / "databases" / f"{_digest(data_root)}.sqlite3"

    def jobs(self, data_root: Path, port: int) -> Path:
        """What Redis keeps of the jobs over a data root, for the projector on a port: no two may share it."""
        return self.root / "jobs" / f"{_digest(data_root)}-{port}"

    def uploads(self, data_root: Path) -> Path:
        """What was uploaded while a data root was served."""
        return self.root / "uploads" / _digest(data_root)


def _digest(data_root: Path) -> str:
    return hashlib.sha256(os.fsencode(data_root.resolve())).hexdigest()[:16]


def default_home(environment: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """``PROJECTOR_HOME`` where it is set, else the platform's folder for a user's application data."""
    if given := environment.get("PROJECTOR_HOME"):
        return Path(given).expanduser()
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _APPLICATION
    if data_home := environment.get("XDG_DATA_HOME"):
        return Path(data_home) / _APPLICATION
    return Path.home() / ".local" / "share" / _APPLICATION
