"""Jobs in Redis: slices under a lease, frames, states and controls."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TypeVar, cast

import redis
import structlog
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from projector_chassis.errors import Internal
from projector_compute import messages, saved_messages
from projector_compute.adapters import redis_scripts
from projector_compute.control_messages import decode_entry
from projector_compute.model import ControlEntry, Frame, JobSpec, JobState, Phase, SavedJob
from projector_compute.ports import JobsUnavailable, SliceLost
from projector_contracts import names
from projector_contracts.names import JobId

_LOG = structlog.get_logger(__name__)

_RETRIES = 10
_LONGEST_WAIT_SECONDS = 2.0
"""Together about 15 seconds: a Redis that is restarted is back by then, a lease is not yet gone for long."""
_SOCKET_TIMEOUT_SECONDS = 20.0
_RENEWALS_PER_LEASE = 3
_T = TypeVar("_T")


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
                redis_scripts.RENEW,
                redis_scripts.RELEASE,
                redis_scripts.STORE_FRAME,
                redis_scripts.STORE_STATE,
                redis_scripts.PAUSE,
                redis_scripts.HAND_OVER,
                redis_scripts.FINISH,
            )
        }

    def run(self, source: str, keys: Sequence[str], arguments: Sequence[str | bytes | int]) -> int:
        try:
            return int(cast(int, self._scripts[source](keys=list(keys), args=list(arguments))))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise JobsUnavailable("Redis does not answer") from error


class RedisJobs:
    """The port ``Jobs`` on one Redis."""

    def __init__(self, client: redis.Redis, *, lease_seconds: float) -> None:
        self._scripts = Scripts(client)
        self._lease_seconds = lease_seconds

    def take(self, job_id: JobId, number: int, attempt: int) -> RedisSlice | None:
        token = secrets.token_hex(16)
        taken = self._scripts.run(
            redis_scripts.TAKE,
            (names.slice_key(job_id), names.lease_key(job_id)),
            (token, number, attempt, round(1000 * self._lease_seconds)),
        )
        return RedisSlice(self._scripts, job_id, taken, token, self._lease_seconds) if taken else None


class _Lease:
    """Renews a slice's lease from a thread of its own, because a step or a block may take longer than the lease."""

    def __init__(self, scripts: Scripts, job_id: JobId, token: str, seconds: float) -> None:
        self._scripts = scripts
        self._job_id = job_id
        self._token = token
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{job_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Stop renewing, and give the lease up where it still is ours."""
        self._ended.set()
        self._thread.join()
        try:
            self._scripts.run(redis_scripts.RELEASE, (names.lease_key(self._job_id),), (self._token,))
        except JobsUnavailable:
            _LOG.warning("a lease could not be given up; it will expire", job_id=self._job_id)

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / _RENEWALS_PER_LEASE):
            try:
                held = self._scripts.run(
                    redis_scripts.RENEW,
                    (names.lease_key(self._job_id),),
                    (self._token, round(1000 * self._seconds)),
                )
            except JobsUnavailable:
                continue
            if not held:
                return  # the next write finds out, too


class RedisSlice:
    """The port ``HeldSlice``."""

    def __init__(self, scripts: Scripts, job_id: JobId, number: int, token: str, lease_seconds: float) -> None:
        self._scripts = scripts
        self._client = scripts.client
        self._token = token
        self._lease = _Lease(scripts, job_id, token, lease_seconds)
        self.job_id = job_id
        self.number = number

    def __enter__(self) -> Self:
        self._lease.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lease.end()

    def read_spec(self) -> JobSpec:
        return messages.decode_spec(self._read(names.spec_key(self.job_id)))

    def read_state(self) -> JobState:
        return messages.decode_state(self._read(names.state_key(self.job_id)))

    def read_saved(self) -> SavedJob:
        content = self._get(names.optimizer_key(self.job_id))
        return SavedJob() if content is None else saved_messages.decode_saved(content)

    def kept_sequences(self) -> list[int]:
        try:
            fields = cast(list[bytes], self._client.hkeys(names.frames_key(self.job_id)))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise JobsUnavailable("Redis does not answer") from error
        return sorted(map(int, fields))

    def controls_after(self, cursor: str) -> list[ControlEntry]:
        try:
            entries = self._client.xrange(names.controls_key(self.job_id), min=f"({cursor}")
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise JobsUnavailable("Redis does not answer") from error
        stream = cast(list[tuple[bytes, dict[bytes, bytes]]], entries)
        return [decode_entry(name.decode(), fields[b"control"]) for name, fields in stream]

    def store_frame(self, frame: Frame, state: JobState, dropped: Sequence[int]) -> None:
        keys = (names.frames_key(self.job_id), names.state_key(self.job_id))
        content = messages.encode_frame(frame)
        state_content = messages.encode_state(state)
        self._write(redis_scripts.STORE_FRAME, keys, (self._channel, frame.sequence, content, state_content, *dropped))

    def store_state(self, state: JobState) -> None:
        keys = (names.state_key(self.job_id),)
        self._write(redis_scripts.STORE_STATE, keys, (self._channel, messages.encode_state(state)))

    def pause(self, saved: SavedJob, state: JobState) -> bool:
        keys = (names.state_key(self.job_id), names.optimizer_key(self.job_id), names.controls_key(self.job_id))
        contents = (messages.encode_state(state), saved_messages.encode_saved(saved))
        return self._write(redis_scripts.PAUSE, keys, (self._channel, saved.cursor, *contents)) == 1

    def hand_over(self, saved: SavedJob) -> int:
        keys = (names.optimizer_key(self.job_id),)
        self._write(redis_scripts.HAND_OVER, keys, (saved_messages.encode_saved(saved),))
        return self.number + 1

    def finish(self, state: JobState) -> None:
        own_fingerprint = self._get(names.job_fingerprint_key(self.job_id))
        fingerprint = names.fingerprint_key((own_fingerprint or b"").decode())
        keys = (
            names.state_key(self.job_id),
            names.optimizer_key(self.job_id),
            fingerprint,
            names.spec_key(self.job_id),
            names.frames_key(self.job_id),
            names.controls_key(self.job_id),
            names.job_fingerprint_key(self.job_id),
        )
        keeps_fingerprint = int(state.phase is Phase.FINISHED)
        self._write(
            redis_scripts.FINISH,
            keys,
            (
                self._channel,
                messages.encode_state(state),
                names.FINISHED_JOB_SECONDS,
                self.job_id,
                keeps_fingerprint,
            ),
        )

    @property
    def _channel(self) -> str:
        return names.channel(self.job_id)

    def _write(self, source: str, keys: Sequence[str], arguments: Sequence[str | bytes | int]) -> int:
        """Run a script that checks slice and lease first."""
        guards = (names.slice_key(self.job_id), names.lease_key(self.job_id))
        answer = self._scripts.run(source, (*guards, *keys), (self._token, self.number, *arguments))
        if not answer:
            raise SliceLost(f"slice {self.number} of job {self.job_id}")
        return answer

    def _get(self, key: str) -> bytes | None:
        try:
            return cast(bytes | None, self._client.get(key))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise JobsUnavailable("Redis does not answer") from error

    def _read(self, key: str) -> bytes:
        content = self._get(key)
        if content is None:
            raise Internal("The job's specification or state is missing.")
        return content
