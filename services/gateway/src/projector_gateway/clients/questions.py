"""Questions to the compute workers: enqueued by task name, answered through Redis, awaited under a deadline."""

from __future__ import annotations

import base64
import uuid

from redis.asyncio import Redis

from projector_chassis.errors import Deadline
from projector_contracts.names import answer_key
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.clients.redis import reaching_redis


class Questions:
    """Asks workers.

    Args:
        answers: a Redis client whose connections may wait (``open_waiting``).
    """

    def __init__(self, queue: TaskQueue, answers: Redis) -> None:
        self._queue = queue
        self._answers = answers

    async def ask(self, task: str, query: bytes, *, queue: str, deadline_seconds: float, what: str) -> bytes:
        """The serialised QueryAnswer to a serialised query.

        Args:
            deadline_seconds: how long a worker may take, waiting in the queue included.
            what: is asked for, as a plural.

        Raises:
            Deadline: no worker answered in time.
        """
        answer_id = uuid.uuid4().hex
        arguments = (answer_id, base64.b64encode(query).decode("ascii"))
        await self._queue.send(task, arguments, queue=queue, expires_seconds=deadline_seconds)
        with reaching_redis():
            popped = await self._answers.blpop([answer_key(answer_id)], timeout=deadline_seconds)
        if popped is None:
            raise Deadline(
                f"No worker found the {what} within {deadline_seconds:g} s; "
                "it may still be starting or busy with other questions. Try again in a moment."
            )
        _, answer = popped
        assert isinstance(answer, bytes)
        return answer
