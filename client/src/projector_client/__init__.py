"""The projector's client for Python programs: embeddings and jobs in, numpy arrays out.

>>> with Projector("127.0.0.1:8081") as projector:  # doctest: +SKIP
...     embedding = projector.runs()[0].embeddings[0]
...     for frame in projector.tsne(embedding, n_dims=2):
...         print(frame.step, frame.loss, frame.layout.shape)
"""

from __future__ import annotations

from projector_client.errors import (
    Conflict,
    Deadline,
    InvalidArgument,
    JobFailed,
    NotFound,
    PermissionDenied,
    ProjectorError,
    RateLimited,
    StaleVersion,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from projector_client.job import Job
from projector_client.model import (
    AppliedControl,
    Axis,
    Column,
    CustomAxis,
    Embedding,
    EmbeddingSummary,
    Frame,
    FrameRef,
    History,
    JobState,
    Problem,
    Run,
    Side,
    Supervision,
)
from projector_client.projector import Projector
from projector_client.questions import Neighbors, Quality, Score

__all__ = [
    "AppliedControl",
    "Axis",
    "Column",
    "Conflict",
    "CustomAxis",
    "Deadline",
    "Embedding",
    "EmbeddingSummary",
    "Frame",
    "FrameRef",
    "History",
    "InvalidArgument",
    "Job",
    "JobFailed",
    "JobState",
    "Neighbors",
    "NotFound",
    "PermissionDenied",
    "Problem",
    "Projector",
    "ProjectorError",
    "Quality",
    "RateLimited",
    "Run",
    "Score",
    "Side",
    "StaleVersion",
    "Supervision",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
]
