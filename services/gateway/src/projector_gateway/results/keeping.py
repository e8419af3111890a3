"""Everything that keeps results, running."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from projector_contracts.names import ARCHIVIST
from projector_gateway.clients.leadership import Leadership
from projector_gateway.quality.service import QualityService
from projector_gateway.results.archive import Archive
from projector_gateway.results.archivist import Archivist
from projector_gateway.results.measuring import Measuring

_LEADERSHIP_SECONDS = 60.0  # longer than a statement of the database may take


@asynccontextmanager
async def keeping_results(
    redis: Redis, archive: Archive, quality: QualityService, *, max_bytes: int
) -> AsyncIterator[None]:
    """Copy and measure results while the block runs.

    Args:
        max_bytes: of all results together.
    """
    measuring = Measuring(quality)
    leadership = Leadership(redis, ARCHIVIST, seconds=_LEADERSHIP_SECONDS)
    archivist = Archivist(redis, archive, leadership, measuring, max_bytes=max_bytes)
    measuring.start()
    archivist.start()
    try:
        yield
    finally:
        await archivist.aclose()
        await measuring.aclose()
