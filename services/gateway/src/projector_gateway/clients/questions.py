"""Questions to the compute workers: enqueued by task name, answered through Redis, awaited under a deadline."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass

from redis.asyncio import Redis

from projector_chassis.errors import Deadline
from projector_contracts.names import answer_key
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.people.schemas import Person
from projector_gateway.waiting_room import WaitingRoom


@dataclass(frozen=True)
class QuestionKind:
    """What is asked, and of whom.

    Attributes:
        task: name of the Celery task.
        queue: of the workers that answer.
        what: is asked for, as a plural.
        deadline_seconds: how long a worker may take, waiting in the queue included.
        of_one: most questions of one person that wait at a time.
        of_all: of all people together.
    """

    task: str
    queue: str
    what: str
    deadline_seconds: float
    of_one: int
    of_all: int


class Questions:
    """Asks workers questions of one kind.

    Args:
        answers: a Redis client whose connections may wait (``open_waiting``).
    """

    def __init__(self, kind: QuestionKind, queue: TaskQueue, answers: Redis) -> None:
        self._kind = kind
        self._queue = queue
        self._answers = answers
        self._waiting = WaitingRoom(f"answers about {kind.what}", of_one=kind.of_one, of_all=kind.of_all)

    async def ask(self, query: bytes, *, by: Person) -> bytes:
        """The serialised QueryAnswer to a serialised query.

        Raises:
            RateLimited: this person, or everybody together, waits for too many answers.
            Deadline: no worker answered in time.
        """
        with self._waiting.place(by.id):
            return await self._answer(query)

    async def _answer(self, query: bytes) -> bytes:
        kind = self._kind
        answer_id = uuid.uuid4().hex
        arguments = (answer_id, base64.b64encode(query).decode("ascii"))
        await self._queue.send(kind.task, arguments, queue=kind.queue, expires_seconds=kind.deadline_seconds)
        with reaching_redis():
            popped = await self._answers.blpop([answer_key(answer_id)], timeout=kind.deadline_seconds)
        if popped is None:
            raise Deadline(
                f"No worker found the {kind.what} within {kind.deadline_seconds:g} s; "
                "it may still be starting or busy with other questions. Try again in a moment."
            )
        _, answer = popped
        assert isinstance(answer, bytes)
        return answer
