"""Nearest neighbors: asked of an interactive worker, awaited under a deadline."""

from __future__ import annotations

import uuid

from redis.asyncio import Redis

from projector_chassis.errors import Deadline, InvalidArgument
from projector_contracts.names import QUEUE_INTERACTIVE, TASK_NEIGHBORS, answer_key
from projector_gateway.clients.loader import Loader
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.neighbors.messages import decode_answer, encode_query
from projector_gateway.neighbors.schemas import Neighbors, NeighborsRequest


class NeighborService:
    """Asks workers for neighbors.

    Args:
        answers: a Redis client whose connections may wait (``open_waiting``).
        deadline_seconds: how long a worker may take, waiting in the queue included.
    """

    def __init__(self, loader: Loader, queue: TaskQueue, answers: Redis, *, deadline_seconds: float) -> None:
        self._loader = loader
        self._queue = queue
        self._answers = answers
        self._deadline_seconds = deadline_seconds

    async def find(self, embedding_id: str, request: NeighborsRequest) -> Neighbors:
        """The rows nearest to one row, in the original space; fewer than asked for where there are fewer.

        Raises:
            InvalidArgument: the embedding has no such row.
            Deadline: no worker answered in time.
        """
        embedding = await self._loader.embedding(embedding_id)
        if request.row >= embedding.n_points:
            raise InvalidArgument(f"row is {request.row}; the embedding's rows are 0 to {embedding.n_points - 1}.")
        answer_id = uuid.uuid4().hex
        await self._queue.send(
            TASK_NEIGHBORS,
            (answer_id, encode_query(request, embedding)),
            queue=QUEUE_INTERACTIVE,
            expires_seconds=self._deadline_seconds,
        )
        return decode_answer(await self._answer(answer_id), request)

    async def _answer(self, answer_id: str) -> bytes:
        with reaching_redis():
            popped = await self._answers.blpop([answer_key(answer_id)], timeout=self._deadline_seconds)
        if popped is None:
            raise Deadline(
                f"No worker found the neighbors within {self._deadline_seconds:g} s; "
                "it may still be starting or busy with other questions. Try again in a moment."
            )
        _, answer = popped
        assert isinstance(answer, bytes)
        return answer
