"""Work that comes again and again, in one of several gateways at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from projector_chassis.errors import PublicError
from projector_gateway.clients.leadership import Leadership
from projector_gateway.ending import end

_log = structlog.get_logger(__name__)


class Leading:
    """Does its work every few seconds while this gateway leads, from ``start`` to ``aclose``.

    Args:
        work: once; whatever it raises is logged, and the next time may succeed.
        lapsed: called when this gateway does not lead, or its work failed: what was seen before says nothing any more.
    """

    def __init__(
        self,
        name: str,
        leadership: Leadership,
        work: Callable[[], Awaitable[None]],
        *,
        seconds: float,
        lapsed: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._leadership = leadership
        self._work = work
        self._seconds = seconds
        self._lapsed = lapsed
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def aclose(self) -> None:
        if self._task is not None:
            await end(self._task)
        await self._leadership.give_up()

    async def _run(self) -> None:
        while True:
            try:
                if await self._leadership.hold():
                    await self._work()
                else:
                    self._lapsed()
            except PublicError as error:
                self._lapsed()
                _log.info("work_put_off", work=self._name, reason=error.message)
            except Exception:  # whatever it was, the next time may succeed
                self._lapsed()
                _log.exception("work_failed", work=self._name)
            await asyncio.sleep(self._seconds)
