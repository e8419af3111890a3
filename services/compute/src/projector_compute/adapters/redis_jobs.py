"""Jobs in Redis: slices under a lease, frames, states and controls."""

from __future__ import annotations

import secrets
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

import redis
import structlog
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from projector_chassis.errors import Internal
from projector_compute import messages, saved_messages
from projector_compute.adapters import redis_scripts
from projector_compute.control_messages import decode_entry
from projector_compute.controls import ControlEntry
from projector_compute.model import Dropped, Frame, JobState, KeptHistory, Phase
from projector_compute.ports import JobsUnavailable, SliceLost
from projector_compute.saved import SavedJob
from projector_compute.specs import JobSpec
from projector_contracts import names
from projector_contracts.names import JobId

_LOG = structlog.get_logger(__name__)

_RETRIES = 10
_LONGEST_WAIT_SECONDS = 2.0
"""Together about 15 seconds: a Redis that is restarted is back by then, a lease is not yet gone for long."""
_SOCKET_TIMEOUT_SECONDS = 20.0
_RENEWALS_PER_LEASE = 3

Argument: TypeAlias = str | bytes | int


def connect(url: str) -> redis.Redis:
    """A client that repeats commands while Redis cannot be reached; every command and script here may be repeated."""
    return redis.Redis.from_url(
        url,
        socket_timeout=_SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=_SOCKET_TIMEOUT_SECONDS,
        retry=Retry(ExponentialBackoff(cap=_LONGEST_WAIT_SECONDS, base=0.05), _RETRIES),
        retry_on_error=[redis.ConnectionError, redis.TimeoutError],
    )


class Scripts:
    """The scripts, registered once a client; a Redis that does not answer becomes ``JobsUnavailable``."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self._scripts = {
            source: client.register_script(source)
            for source in (
                redis_scripts.TAKE,
                redis_scripts.LEAVE,
                redis_scripts.RENEW,
                redis_scripts.STORE_FRAME,
                redis_scripts.STORE_STATE,
                redis_scripts.SAVE,
                redis_scripts.PAUSE,
                redis_scripts.HAND_OVER,
                redis_scripts.FINISH,
            )
        }

    def run(self, source: str, keys: Sequence[str], arguments: Sequence[Argument]) -> int:
        return int(self.answer(source, keys, arguments))

    def answer(self, source: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        with reaching_redis():
            return self._scripts[source](keys=list(keys), args=list(arguments))


@contextmanager
def reaching_redis() -> Iterator[None]:
    """Turn a Redis that is away, too slow or full into ``JobsUnavailable``."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, redis.OutOfMemoryError) as error:
        raise JobsUnavailable("Redis does not answer, or is full") from error


class RedisJobs:
    """The port ``Jobs`` on one Redis, for the worker of one machine.

    Args:
        wake: called after a slice when more is due here.
    """

    def __init__(self, client: redis.Redis, machine: str, *, lease_seconds: float, wake: Callable[[], None]) -> None:
        self._scripts = Scripts(client)
        self._machine = machine
        self._lease_seconds = lease_seconds
        self._wake = wake

    def take(self) -> RedisSlice | None:
        token = secrets.token_hex(16)
        due = (names.DUE, names.due_key(self._machine))
        lease_ms = round(1000 * self._lease_seconds)
        keys = (names.SHARES, names.SHARES_CLOCK, *due)
        taken = self._scripts.answer(redis_scripts.TAKE, keys, (token, self._machine, lease_ms))
        if not taken:
            return None
        job_id, number, attempt, owner = taken
        place = SlicePlace(JobId(job_id.decode()), int(number), int(attempt), owner.decode(), self._machine, token)
        return RedisSlice(self._scripts, place, self._lease_seconds, self._wake)


@dataclass(frozen=True)
class SlicePlace:
    """Which slice is held, for whom, where and by which token."""

    job_id: JobId
    number: int
    attempt: int
    owner: str
    machine: str
    token: str


class _Lease:
    """Renews a slice's lease from a thread of its own, because a step or a block may take longer than the lease."""

    def __init__(self, scripts: Scripts, place: SlicePlace, seconds: float) -> None:
        self._scripts = scripts
        self._place = place
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{place.job_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Stop renewing."""
        self._ended.set()
        self._thread.join()

    def _renew(self) -> None:
        keys = (names.slice_key(self._place.job_id), names.lease_key(self._place.job_id))
        while not self._ended.wait(self._seconds / _RENEWALS_PER_LEASE):
            try:
                held = self._scripts.run(redis_scripts.RENEW, keys, (self._place.token, round(1000 * self._seconds)))
            except JobsUnavailable:
                continue
            if not held:
                return  # the next write finds out, too


class RedisSlice:
    """The port ``HeldSlice``."""

    def __init__(self, scripts: Scripts, place: SlicePlace, lease_seconds: float, wake: Callable[[], None]) -> None:
        self._scripts = scripts
        self._client = scripts.client
        self._place = place
        self._lease = _Lease(scripts, place, lease_seconds)
        self._wake = wake
        self._began_seconds = time.monotonic()

    @property
    def job_id(self) -> JobId:
        return self._place.job_id

    @property
    def number(self) -> int:
        return self._place.number

    @property
    def attempt(self) -> int:
        return self._place.attempt

    def __enter__(self) -> Self:
        self._lease.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lease.end()
        try:
            n_due = self._leave()
        except JobsUnavailable:
            _LOG.warning("a slice could not be left; its lease will expire", job_id=self.job_id)
            return
        if n_due:
            self._wake()

    def _leave(self) -> int:
        """Account for the work, give back what was not ended; how much is due here."""
        place = self._place
        keys = (
            names.SHARES,
            names.SHARES_CLOCK,
            names.slice_key(place.job_id),
            names.lease_key(place.job_id),
            names.due_key(place.machine),
            names.DUE,
        )
        worked = repr(time.monotonic() - self._began_seconds)
        return self._scripts.run(
            redis_scripts.LEAVE, keys, (place.token, place.owner, worked, repr(time.time()), place.job_id)
        )

    def read_spec(self) -> JobSpec:
        return messages.decode_spec(self._read(names.spec_key(self.job_id)))

    def read_state(self) -> JobState:
        return messages.decode_state(self._read(names.state_key(self.job_id)))

    def read_saved(self) -> SavedJob:
        content = self._get(names.optimizer_key(self.job_id))
        return SavedJob() if content is None else saved_messages.decode_saved(content)

    def read_history(self) -> KeptHistory:
        with reaching_redis(), self._client.pipeline(transaction=False) as pipeline:
            pipeline.hkeys(names.frames_key(self.job_id))
            pipeline.hkeys(names.losses_key(self.job_id))
            pipeline.scard(names.JOBS_ACTIVE)
            frames, losses, n_active = pipeline.execute()
        max_bytes = min(names.FRAME_HISTORY_BYTES, names.ALL_HISTORIES_BYTES // max(1, n_active))
        return KeptHistory(sorted(map(int, frames)), sorted(map(int, losses)), max_bytes)

    def controls_after(self, cursor: str) -> list[ControlEntry]:
        with reaching_redis():
            entries = self._client.xrange(names.controls_key(self.job_id), min=f"({cursor}")
        stream = cast(list[tuple[bytes, dict[bytes, bytes]]], entries)
        return [decode_entry(name.decode(), fields[b"control"]) for name, fields in stream]

    def store_frame(self, frame: Frame, state: JobState, dropped: Dropped) -> None:
        keys = (names.frames_key(self.job_id), names.state_key(self.job_id), names.losses_key(self.job_id))
        loss = struct.pack(names.LOSS_ENTRY, frame.step, frame.loss)
        contents = (messages.encode_frame(frame), messages.encode_state(state), loss)
        sequences = (len(dropped.frames), *dropped.frames, *dropped.losses)
        self._write(redis_scripts.STORE_FRAME, keys, (self._channel, frame.sequence, *contents, *sequences))

    def store_state(self, state: JobState, *, is_news: bool = False) -> None:
        keys = (names.state_key(self.job_id),)
        arguments = (self._channel, messages.encode_state(state), int(is_news))
        self._write(redis_scripts.STORE_STATE, keys, arguments)

    def save(self, saved: SavedJob) -> None:
        keys = (names.optimizer_key(self.job_id),)
        self._write(redis_scripts.SAVE, keys, (saved_messages.encode_saved(saved),))

    def pause(self, saved: SavedJob, state: JobState) -> bool:
        keys = (names.state_key(self.job_id), names.optimizer_key(self.job_id), names.controls_key(self.job_id))
        contents = (messages.encode_state(state), saved_messages.encode_saved(saved))
        return self._write(redis_scripts.PAUSE, keys, (self._channel, saved.cursor, *contents)) == 1

    def hand_over(self, saved: SavedJob, *, here: bool) -> None:
        due = names.due_key(self._place.machine) if here else names.DUE
        keys = (names.optimizer_key(self.job_id), due)
        arguments = (saved_messages.encode_saved(saved), repr(time.time()), self.job_id)
        self._write(redis_scripts.HAND_OVER, keys, arguments)

    def finish(self, state: JobState) -> None:
        own_fingerprint = self._get(names.job_fingerprint_key(self.job_id))
        fingerprint = names.fingerprint_key((own_fingerprint or b"").decode())
        keys = (
            names.state_key(self.job_id),
            names.optimizer_key(self.job_id),
            fingerprint,
            names.JOBS_ACTIVE,
            names.JOBS_ENDED,
            names.frames_key(self.job_id),
            names.spec_key(self.job_id),
            names.losses_key(self.job_id),
            names.controls_key(self.job_id),
            names.job_fingerprint_key(self.job_id),
        )
        keeps_fingerprint = int(state.phase is Phase.FINISHED)
        has_result = int(state.phase is not Phase.FAILED and state.sequence > 0)
        self._write(
            redis_scripts.FINISH,
            keys,
            (
                self._channel,
                messages.encode_state(state),
                names.FINISHED_JOB_SECONDS,
                self.job_id,
                keeps_fingerprint,
                has_result,
            ),
        )

    @property
    def _channel(self) -> str:
        return names.channel(self.job_id)

    def _write(self, source: str, keys: Sequence[str], arguments: Sequence[Argument]) -> int:
        """Run a script that checks slice and lease first."""
        guards = (names.slice_key(self.job_id), names.lease_key(self.job_id))
        answer = self._scripts.run(source, (*guards, *keys), (self._place.token, self.number, *arguments))
        if not answer:
            raise SliceLost(f"slice {self.number} of job {self.job_id}")
        return answer

    def _get(self, key: str) -> bytes | None:
        with reaching_redis():
            return cast(bytes | None, self._client.get(key))

    def _read(self, key: str) -> bytes:
        content = self._get(key)
        if content is None:
            raise Internal("The job's specification or state is missing.")
        return content
