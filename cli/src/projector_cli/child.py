"""One running process of a part, with its output and its whole process group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import Final

from projector_cli.guard import Guard
from projector_cli.part import Part
from projector_cli.part_log import PartLog

_CHUNK_BYTES: Final = 2**16
_LAST_OUTPUT_SECONDS: Final = 1.0
"""How long output may still come after the end: only a process that left its group could hold the pipe."""


class Child:
    """A started process; made by ``start``. Its output is read all the time, so that it never blocks on a full pipe."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process, log: PartLog, guard: Guard) -> None:
        self.part = part
        self._process = process
        self._log = log
        self._guard = guard
        self._end = asyncio.create_task(self._follow())

    @classmethod
    async def start(cls, part: Part, log: PartLog, guard: Guard) -> Child:
        """Start a part in a session of its own: Ctrl-C in the terminal reaches the supervisor alone.

        Raises:
            OSError: the program cannot be run.
        """
        process = await asyncio.create_subprocess_exec(
            *part.command,
            env=dict(part.environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        guard.note_started(process.pid)
        assert process.stdin is not None
        process.stdin.write(part.standard_input)
        process.stdin.close()
        return cls(part, process, log, guard)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """The exit code, negative for a signal; nothing of the process group is left then."""
        return await asyncio.shield(self._end)

    async def stop(self) -> bool:
        """End the process; whether it ended by itself in time."""
        if not self._end.done():
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wait(), self.part.stop_seconds)
            return True
        self.kill()
        await self.wait()
        return False

    def kill(self) -> None:
        """End the whole process group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses signals to a group of zombies
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _follow(self) -> int:
        output = asyncio.create_task(self._read_output())
        code = await self._process.wait()
        self.kill()  # children that the process left behind
        await asyncio.wait({output}, timeout=_LAST_OUTPUT_SECONDS)
        output.cancel()
        self._log.end_of_output()
        self._guard.note_ended(self._process.pid)
        return code

    async def _read_output(self) -> None:
        assert self._process.stdout is not None
        while chunk := await self._process.stdout.read(_CHUNK_BYTES):
            self._log.write(chunk)


def exit_cause(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
