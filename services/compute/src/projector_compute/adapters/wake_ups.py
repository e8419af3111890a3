"""Tells this machine's worker that a slice is due, as a Celery task without arguments."""

from __future__ import annotations

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from projector_contracts import names

_LOG = structlog.get_logger(__name__)
_RETRY_POLICY = {"max_retries": 5, "interval_start": 0.05, "interval_step": 0.1, "interval_max": 0.5}
"""About a second in all."""


class WakeUps:
    """Wake-ups of one machine's batch worker."""

    def __init__(self, app: Celery, machine: str) -> None:
        self._app = app
        self._queue = names.machine_queue(machine)

    def send(self) -> None:
        """Wake the worker once it is free; a wake-up that is lost is made up for by the sweeper."""
        try:
            self._app.send_task(names.TASK_PROJECT, queue=self._queue, retry=True, retry_policy=_RETRY_POLICY)
        except OperationalError as error:
            _LOG.warning("a wake-up was lost", error=str(error))
