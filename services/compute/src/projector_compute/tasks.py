"""Celery's tasks: decode the arguments, call the use case. No numerics, so that the parent process loads none."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import structlog
from celery import Celery, Task

from projector_contracts import names


class BatchWork(Protocol):
    def project(self) -> None: ...

    def quality(self, answer_id: str, query: bytes) -> None: ...


class InteractiveWork(Protocol):
    def neighbors(self, answer_id: str, query: bytes) -> None: ...


def register_project(app: Celery, work: Callable[[], BatchWork]) -> None:
    """Register ``projector.project``; ``work`` is called in the child, where the process has what it needs."""

    @app.task(name=names.TASK_PROJECT, bind=True)
    def project(task: Task[Any, Any]) -> None:
        with _request_of(task):
            work().project()


def register_quality(app: Celery, work: Callable[[], BatchWork]) -> None:
    """Register ``projector.quality``; ``work`` as for ``register_project``."""

    @app.task(name=names.TASK_QUALITY, bind=True)
    def quality(task: Task[Any, Any], answer_id: str, query: str) -> None:
        with _request_of(task):
            work().quality(answer_id, base64.b64decode(query))


def register_neighbors(app: Celery, work: Callable[[], InteractiveWork]) -> None:
    """Register ``projector.neighbors``; ``work`` as for ``register_project``."""

    @app.task(name=names.TASK_NEIGHBORS, bind=True)
    def neighbors(task: Task[Any, Any], answer_id: str, query: str) -> None:
        with _request_of(task):
            work().neighbors(answer_id, base64.b64decode(query))


def _request_of(task: Task[Any, Any]) -> AbstractContextManager[None]:
    """Puts the request's id, which travels as a header, on every log line of the task."""
    headers = task.request.headers or {}
    request_id = headers.get(names.REQUEST_ID_HEADER)
    return structlog.contextvars.bound_contextvars(**{names.REQUEST_ID_HEADER: request_id} if request_id else {})
