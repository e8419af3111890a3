"""Finds out, one after the other, how good the layouts of results are; nobody waits for it."""

from __future__ import annotations

import asyncio

import structlog

from projector_chassis.errors import PublicError
from projector_contracts.names import JobId
from projector_gateway.ending import end
from projector_gateway.people.schemas import Person
from projector_gateway.quality.schemas import QualityRequest
from projector_gateway.quality.service import QualityService

_MOST_WAITING = 100
_NOBODY = Person(id="measuring", name="Nobody")

_log = structlog.get_logger(__name__)


class Measuring:
    """Asks workers from ``start`` to ``aclose``, once for each result: what gets no answer stays unmeasured."""

    def __init__(self, quality: QualityService) -> None:
        self._quality = quality
        self._waiting: asyncio.Queue[JobId] = asyncio.Queue(_MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="measuring")

    async def aclose(self) -> None:
        if self._task is not None:
            await end(self._task)

    def ask(self, job_id: JobId) -> None:
        """Measure a result when its turn comes; where too many wait, it stays unmeasured."""
        if not self._waiting.full():
            self._waiting.put_nowait(job_id)

    async def _run(self) -> None:
        while True:
            job_id = await self._waiting.get()
            try:
                await self._quality.measure(job_id, QualityRequest(), by=_NOBODY)
            except PublicError as error:
                _log.info("result_not_measured", job_id=job_id, reason=error.message)
            except Exception:  # whatever it was, others wait
                _log.exception("measuring_failed", job_id=job_id)
