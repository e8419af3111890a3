"""Answers of questions, each in a list of its own."""

from __future__ import annotations

import redis

from projector_compute.question_messages import encode_answer
from projector_compute.questions import Answer
from projector_contracts import names

_UNREAD_SECONDS = 60
"""Longer than anybody waits for a click."""


class RedisAnswers:
    """The port ``AnswerBox``."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def put(self, answer_id: str, outcome: Answer) -> None:
        key = names.answer_key(answer_id)
        with self._client.pipeline(transaction=True) as pipeline:
            pipeline.rpush(key, encode_answer(outcome))
            pipeline.expire(key, _UNREAD_SECONDS)
            pipeline.execute()
