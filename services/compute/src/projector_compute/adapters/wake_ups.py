"""Tells workers that a slice is due, as a Celery task without arguments."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from projector_contracts import names

_LOG = structlog.get_logger(__name__)
_RETRY_POLICY = {"max_retries": 5, "interval_start": 0.05, "interval_step": 0.1, "interval_max": 0.5}
"""About a second in all."""


class WakeUps:
    """Wake-ups of this machine's batch worker, and of any once this one shuts down."""

    def __init__(self, app: Celery, machine: str, is_draining: Callable[[], bool]) -> None:
        self._app = app
        self._own_queue = names.machine_queue(machine)
        self._is_draining = is_draining

    def send(self) -> None:
        """Wake a worker once it is free; a wake-up that is lost is made up for by the sweeper."""
        queue = names.QUEUE_BATCH if self._is_draining() else self._own_queue
        try:
            self._app.send_task(names.TASK_PROJECT, queue=queue, retry=True, retry_policy=_RETRY_POLICY)
        except OperationalError as error:
            _LOG.warning("a wake-up was lost", error=str(error))
