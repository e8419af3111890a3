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
_PIPE_BYTES: Final = 4096
"""Fits into every system's pipe before anybody reads."""
_LAST_OUTPUT_SECONDS: Final = 1.0
"""How long output may still come after the end: only a process that left its group could hold the pipe."""


class Child:
    """A started process; made by ``start``. Its output is read all the time, so that it never blocks on a full pipe."""

    def __init__(
        self, part: Part, process: asyncio.subprocess.Process, output: int, log: PartLog, guard: Guard
    ) -> None:
        self.part = part
        self._process = process
        self._output = output
        self._log = log
        self._guard = guard
        self._end = asyncio.create_task(self._follow())

    @classmethod
    async def start(cls, part: Part, log: PartLog, guard: Guard) -> Child:
        """Start a part in a session of its own: Ctrl-C in the terminal reaches the supervisor alone.

        Raises:
            OSError: the program cannot be run.
        """
        # Pipes of our own: asyncio's would hold back the news of a death while a grandchild keeps its output open.
        output, written = os.pipe()
        reading = _filled_pipe(part.standard_input)
        try:
            process = await asyncio.create_subprocess_exec(
                *part.command,
                env=dict(part.environment),
                stdin=reading,
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
        except OSError:
            os.close(output)
            raise
        finally:
            os.close(reading)
            os.close(written)
        guard.note_started(process.pid)
        return cls(part, process, output, log, guard)

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
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._output, "rb", buffering=0)
        )
        try:
            while chunk := await reader.read(_CHUNK_BYTES):
                self._log.write(chunk)
        finally:
            transport.close()


def _filled_pipe(content: bytes) -> int:
    """Reading end of a pipe that holds some bytes and then ends."""
    assert len(content) <= _PIPE_BYTES
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


def exit_cause(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
