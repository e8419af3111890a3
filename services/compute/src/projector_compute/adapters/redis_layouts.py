"""Layouts that jobs have published, read back from Redis."""

from __future__ import annotations

from typing import cast

import redis

from projector_chassis.errors import NotFound, Unavailable
from projector_compute import messages
from projector_compute.question_messages import decode_layout
from projector_compute.questions import KeptLayout, LayoutRef
from projector_contracts import names
from projector_contracts.names import LentField


class RedisLayouts:
    """The port ``LayoutStore``."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def read(self, ref: LayoutRef) -> KeptLayout:
        try:
            return self._read(ref)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise Unavailable("The store of the jobs does not answer; try again in a moment.") from error

    def _read(self, ref: LayoutRef) -> KeptLayout:
        keys = [names.spec_key(ref.job_id), names.state_key(ref.job_id)]
        spec, state = cast(list[bytes | None], self._client.mget(keys))
        is_known = spec is not None and state is not None
        sequence = ref.sequence or (messages.decode_state(state).sequence if state is not None else 0)
        frame = cast(bytes | None, self._client.hget(names.frames_key(ref.job_id), str(sequence)))
        if spec is None or frame is None:
            key = names.lent_key(ref.job_id, sequence)
            spec, frame = cast(list[bytes | None], self._client.hmget(key, [LentField.SPEC, LentField.FRAME]))
        if spec is not None and frame is not None:
            return KeptLayout(messages.decode_spec(spec), sequence, decode_layout(frame))
        if not is_known:
            raise NotFound(f"Job {ref.job_id} is not known; it was deleted meanwhile. Start it again.")
        if sequence == 0:
            raise NotFound(f"Job {ref.job_id} has no frame yet; ask again later.")
        raise NotFound(f"Frame {sequence} of job {ref.job_id} is not kept; ask for another one or for the latest.")
