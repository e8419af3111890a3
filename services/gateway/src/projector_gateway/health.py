"""Whether the gateway lives, and whether it can serve: what Docker, Kubernetes and the one-machine command ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from pydantic import BaseModel

from projector_gateway.dependencies import ServicesDependency

_CHECK_SECONDS = 2.0
_UNAVAILABLE = 503

Check = Callable[[], Awaitable[bool]]

router = APIRouter(prefix="/health", tags=["health"])


class Liveness(BaseModel):
    """The process answers."""

    status: str = "alive"


class Readiness(BaseModel):
    """Whether everything the gateway needs can be reached."""

    status: str
    missing: list[str]


@router.get("/live")
async def live() -> Liveness:
    """Answers as long as the event loop turns."""
    return Liveness()


@router.get("/ready", responses={_UNAVAILABLE: {"model": Readiness, "description": "Something is missing"}})
async def ready(services: ServicesDependency, response: Response) -> Readiness:
    """200 when Redis, loader and database answer; else 503 with the names of what is missing."""
    missing = await find_missing(services.checks)
    if missing:
        response.status_code = _UNAVAILABLE
    return Readiness(status="incomplete" if missing else "ready", missing=missing)


async def find_missing(checks: Mapping[str, Check]) -> list[str]:
    """Names of the checks that fail or take too long; all run at once."""
    held = await asyncio.gather(*(_holds(check) for check in checks.values()))
    return [name for name, holds in zip(checks, held, strict=True) if not holds]


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except Exception:  # whatever keeps a part from answering, the answer is that it is missing
        return False
