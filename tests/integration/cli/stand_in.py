"""Small programs that stand in for parts of the projector."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from projector_cli.part import Part, Probe

HONEST = """
import os, pathlib, signal, sys, time
started = pathlib.Path(sys.argv[1])

def stop(*_):
    started.with_suffix(".stopped").write_text(str(time.monotonic_ns()))
    sys.exit(0)

signal.signal(signal.SIGTERM, stop)
started.write_text(str(os.getpid()))
signal.pause()
"""
"""Writes its pid into the file it is given, waits, and notes when it is told to stop."""

STUBBORN = """
import os, pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
signal.pause()
"""
"""Takes no notice of a termination."""

PARENT = """
import os, pathlib, signal, subprocess, sys
ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", ignoring])
started = pathlib.Path(sys.argv[1])
started.with_suffix(".child").write_text(str(child.pid))
started.write_text(str(os.getpid()))
signal.pause()
"""
"""Has a child of its own that takes no notice of a termination, as a pool's process may."""


def part(folder: Path, name: str, program: str = HONEST, *, stage: int = 1, start_seconds: float = 20.0) -> Part:
    """A part that is ready when it has written its file."""
    started = folder / f"{name}.pid"
    return Part(
        name=name,
        command=(sys.executable, "-c", program, str(started)),
        environment=dict(os.environ),
        is_ready=exists(started),
        stage=stage,
        start_seconds=start_seconds,
        stop_seconds=1.0,
    )


def exists(file: Path) -> Probe:
    async def probe() -> bool:
        return await asyncio.to_thread(lambda: file.exists() and bool(file.read_text()))

    return probe


def pid_of(folder: Path, name: str) -> int:
    """Process id that a stand-in wrote; zero where it has not yet."""
    file = folder / f"{name}.pid"
    return int(file.read_text() or 0) if file.exists() else 0


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
