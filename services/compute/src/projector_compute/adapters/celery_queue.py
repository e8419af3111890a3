"""The next slice of a job, as a Celery task."""

from __future__ import annotations

from typing import Any

import structlog
from celery import Celery

from projector_contracts import names
from projector_contracts.names import JobId

_RETRY_POLICY = {"max_retries": 20, "interval_start": 0.05, "interval_step": 0.1, "interval_max": 1.0}
"""About 15 seconds in all."""


class CelerySliceQueue:
    """The port ``SliceQueue``."""

    def __init__(self, app: Celery, machine: str) -> None:
        self._app = app
        self._machine = machine

    def enqueue(self, job_id: JobId, number: int, *, here: bool) -> None:
        headers: dict[str, Any] = {}
        request_id = structlog.contextvars.get_contextvars().get(names.REQUEST_ID_HEADER)
        if request_id is not None:
            headers[names.REQUEST_ID_HEADER] = request_id
        self._app.send_task(
            names.TASK_PROJECT,
            args=(job_id, number, 0),
            queue=names.machine_queue(self._machine) if here else names.QUEUE_BATCH,
            headers=headers,
            retry=True,
            retry_policy=_RETRY_POLICY,
        )
