"""REST of the quality of layouts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from projector_contracts.names import JobId
from projector_gateway.dependencies import PersonDependency, QualityDependency
from projector_gateway.quality.messages import decode_points, decode_scores
from projector_gateway.quality.schemas import Quality, QualityRequest

_FLOAT32 = "application/octet-stream"
_POINTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {_FLOAT32: {}},
        "description": "float32 little-endian, one number a row of the job; NaN where the row was not sampled",
    }
}

router = APIRouter(tags=["quality"])


@router.post("/jobs/{job_id}/quality")
async def measure_quality(
    job_id: JobId, request: QualityRequest, quality: QualityDependency, by: PersonDependency
) -> Quality:
    """How well a layout shows what is near in the space that its job projected."""
    return decode_scores(await quality.measure(job_id, request, by=by))


@router.post("/jobs/{job_id}/quality/points", response_class=Response, responses=_POINTS)
async def measure_points(
    job_id: JobId, request: QualityRequest, quality: QualityDependency, by: PersonDependency
) -> Response:
    """The part of each row's neighbors that are neighbors in the layout, too."""
    return Response(decode_points(await quality.measure(job_id, request, by=by)), media_type=_FLOAT32)
