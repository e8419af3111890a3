"""Work for the compute workers, enqueued by task name: the gateway imports none of their code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from celery import Celery
from kombu.exceptions import OperationalError

from projector_chassis.errors import Unavailable
from projector_contracts.names import REQUEST_ID_HEADER
from projector_gateway.clients.redis import CONNECT_SECONDS
from projector_gateway.request_context import current_request_id

_SEND_SECONDS = 6.0  # longer than all retries together, so that a late success is not reported as a failure
_RETRY = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5}
_N_THREADS = 4


class TaskQueue:
    """Sends Celery tasks from a few threads of its own, since Celery's client blocks."""

    def __init__(self, redis_url: str) -> None:
        self._celery = Celery("projector_gateway", broker=redis_url, set_as_current=False)
        self._celery.conf.update(
            task_serializer="json",
            accept_content=["json"],
            task_ignore_result=True,
            broker_transport_options={"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": CONNECT_SECONDS},
        )
        self._threads = ThreadPoolExecutor(_N_THREADS, thread_name_prefix="task-queue")

    async def send(
        self, task: str, arguments: Sequence[str | int], *, queue: str, expires_seconds: float | None = None
    ) -> None:
        """Enqueue one task.

        Args:
            expires_seconds: workers drop the task when it is older than this.

        Raises:
            Unavailable: the broker took it not in time.
        """
        send = partial(
            self._celery.send_task,
            task,
            args=list(arguments),
            queue=queue,
            headers={REQUEST_ID_HEADER: current_request_id()},
            expires=expires_seconds,
            retry=True,
            retry_policy=_RETRY,
        )
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._threads, send)
        except (OperationalError, TimeoutError) as error:
            raise Unavailable("The queue of the workers does not answer; try again in a moment.") from error

    async def aclose(self) -> None:
        """Close the broker's connections; calls that hang are left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._celery.close)
