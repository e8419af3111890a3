"""The most memory that a process held, as the kernel counts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RESET_PEAK = "5"  # see proc_pid_clear_refs(5)


@contextmanager
def growing_at_most(n_bytes: int, pid: int | str = "self") -> Iterator[None]:
    """Fail where a process, by default this one, held more than ``n_bytes`` on top of what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)
    before = _status(pid, "VmRSS")
    yield
    grown = _status(pid, "VmHWM") - before
    assert grown <= n_bytes, f"{grown:,} bytes were taken, {n_bytes:,} at most should be"


def _status(pid: int | str, name: str) -> int:
    """A field of the kernel's account of a process, in bytes."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
