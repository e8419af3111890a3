"""Starts parts, waits until they work, starts them again when they die, stops them in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from projector_cli.child import Child, exit_cause
from projector_cli.guard import Guard
from projector_cli.part import Part, PartFailed
from projector_cli.part_log import PartLog
from projector_cli.restarts import RestartHistory, RestartPolicy

_PROBE_INTERVAL_SECONDS: Final = 0.1
_SHOWN_LOG_LINES: Final = 15


class Supervisor:
    """Owner of all processes. Leaving its context stops every part that still runs.

    Args:
        logs: folder of the log files, one a part.
        warn: shows a line to the person at the terminal.
        policy: when a part that died is started again.
    """

    def __init__(self, logs: Path, *, warn: Callable[[str], None], policy: RestartPolicy | None = None) -> None:
        self._log_folder = logs
        self._warn = warn
        self._policy = policy or RestartPolicy()
        self._guard = Guard()
        self._logs: dict[str, PartLog] = {}
        self._children: dict[str, Child] = {}
        self._spawning: set[asyncio.Task[Child]] = set()
        self._watchers: list[asyncio.Task[None]] = []
        self._failure: asyncio.Future[PartFailed] = asyncio.get_running_loop().create_future()
        self._is_forced = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def run_once(self, part: Part) -> None:
        """Run a part that ends by itself.

        Raises:
            PartFailed: it ended with an error.
        """
        child = await self._spawn(part)
        code = await child.wait()
        del self._children[part.name]
        if code != 0:
            raise self._failed(part, f"failed ({exit_cause(code)})")

    async def start(self, part: Part) -> None:
        """Start a part, wait until it is ready and keep it running from then on.

        Raises:
            PartFailed: it ended, or did not become ready in time.
        """
        child = await self._spawn(part)
        exited = asyncio.create_task(child.wait())
        ready = asyncio.create_task(_until_ready(part))
        try:
            done, _ = await asyncio.wait(
                {exited, ready}, timeout=part.start_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            exited.cancel()
            ready.cancel()
        if exited in done:
            raise self._failed(part, f"could not start ({exit_cause(exited.result())})")
        if ready not in done:
            raise self._failed(part, f"did not become ready within {part.start_seconds:g} s")
        ready.result()
        watcher = asyncio.create_task(self._keep_running(part, child))
        watcher.add_done_callback(self._surface_defect)
        self._watchers.append(watcher)

    async def first_failure(self) -> PartFailed:
        """Wait until a part would not stay up."""
        return await asyncio.shield(self._failure)

    def force(self) -> None:
        """Stop waiting for anybody: kill all parts now."""
        self._is_forced = True
        for child in self._children.values():
            child.kill()

    async def _spawn(self, part: Part) -> Child:
        """Start a process; one that is being started while its starter is cancelled is still known to ``_stop``."""
        task = asyncio.create_task(self._spawn_known(part))
        self._spawning.add(task)
        task.add_done_callback(self._spawning.discard)
        return await asyncio.shield(task)

    async def _spawn_known(self, part: Part) -> Child:
        log = self._logs.get(part.name)
        if log is None:
            log = PartLog(
                self._log_folder / f"{part.name.replace(' ', '-')}.log",
                on_warning=lambda text: self._warn(f"{part.name}: {text}"),
            )
            self._logs[part.name] = log
        try:
            child = await Child.start(part, log, self._guard)
        except OSError as error:
            raise self._failed(part, f"could not start ({part.command[0]}: {error.strerror})") from error
        self._children[part.name] = child
        return child

    async def _keep_running(self, part: Part, child: Child) -> None:
        history = RestartHistory(self._policy)
        while True:
            cause = exit_cause(await child.wait())
            delay = history.delay_after_death(time.monotonic())
            if delay is None:
                reason = f"ended {self._policy.limit} times within {self._policy.window_seconds:g} s (last: {cause})"
                self._fail(self._failed(part, reason))
                return
            self._warn(f"{part.name} ended ({cause}); it starts again in {delay:g} s")
            await asyncio.sleep(delay)
            try:
                child = await self._spawn(part)
            except PartFailed as error:
                self._fail(error)
                return

    def _surface_defect(self, watcher: asyncio.Task[None]) -> None:
        """A watcher never raises; should it, nobody would keep its part running, and that must not stay unseen."""
        error = None if watcher.cancelled() else watcher.exception()
        if error is not None and not self._failure.done():
            self._failure.set_exception(error)

    def _fail(self, error: PartFailed) -> None:
        if not self._failure.done():
            self._failure.set_result(error)

    def _failed(self, part: Part, reason: str) -> PartFailed:
        log = self._logs[part.name]
        return PartFailed(part.name, f"{reason}; its log: {log.path}", log.last_lines(_SHOWN_LOG_LINES))

    async def _stop(self) -> None:
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, *self._spawning, return_exceptions=True)
        for stage in sorted({child.part.stage for child in self._children.values()}, reverse=True):
            children = [child for child in self._children.values() if child.part.stage == stage]
            await asyncio.gather(*(self._stop_child(child) for child in children))
        self._guard.close()
        for log in self._logs.values():
            log.close()

    async def _stop_child(self, child: Child) -> None:
        if self._is_forced:
            child.kill()
        if not await child.stop() and not self._is_forced:
            self._warn(f"{child.part.name} did not stop within {child.part.stop_seconds:g} s and was killed")


async def _until_ready(part: Part) -> None:
    while True:
        try:
            if await part.is_ready():
                return
        except OSError:
            pass  # nobody listens yet
        await asyncio.sleep(_PROBE_INTERVAL_SECONDS)
