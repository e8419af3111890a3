"""What a test does to a job's store from outside: as the gateway, or as fate."""

from __future__ import annotations

from typing import Protocol, cast

from integration.compute.job_client import JobClient
from redis.client import PubSub

from fakes.jobs import InMemoryJobs
from projector_compute import messages
from projector_compute.controls import Action
from projector_compute.model import Frame, JobState
from projector_compute.ports import Jobs
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId

JOB = JobId("job-1")
_ANSWER_SECONDS = 10.0
_END = b"end of what was announced"
_CONTROLS = {
    Action.PAUSE: job_pb2.Control(pause=job_pb2.Pause()),
    Action.RESUME: job_pb2.Control(resume=job_pb2.Resume()),
    Action.STOP: job_pb2.Control(stop=job_pb2.Stop()),
}


class JobBook(Protocol):
    """One job's store, seen from outside."""

    @property
    def jobs(self) -> Jobs: ...

    def create(self, spec: job_pb2.JobSpec) -> None:
        """Write the job as the gateway does, and hear its announcements from then on."""
        ...

    def control(self, action: Action) -> None: ...

    def delete(self) -> None: ...

    def lose(self) -> None:
        """As if the worker had been silent for so long that the sweeper made its slice due again."""
        ...

    def state(self) -> JobState: ...

    def frames(self) -> list[Frame]:
        """Those kept, by sequence."""
        ...

    def due(self) -> tuple[int, int] | None:
        """Number and attempt of the slice that may write; None once the job is final."""
        ...

    def has_fingerprint(self) -> bool: ...

    def announcements(self) -> list[bytes]:
        """Those since the last call."""
        ...


class InMemoryBook:
    """Of the fake."""

    def __init__(self) -> None:
        self.jobs = InMemoryJobs()

    def create(self, spec: job_pb2.JobSpec) -> None:
        self.jobs.create(JOB, messages.decode_spec(spec.SerializeToString()))

    def control(self, action: Action) -> None:
        self.jobs.control(JOB, action)

    def delete(self) -> None:
        self.jobs.delete(JOB)

    def lose(self) -> None:
        self.jobs.lose(JOB)

    def state(self) -> JobState:
        return self.jobs[JOB].state

    def frames(self) -> list[Frame]:
        return [frame for _, frame in sorted(self.jobs[JOB].frames.items())]

    def due(self) -> tuple[int, int] | None:
        job = self.jobs[JOB]
        return None if job.number is None else (job.number, job.attempt)

    def has_fingerprint(self) -> bool:
        return self.jobs[JOB].has_fingerprint

    def announcements(self) -> list[bytes]:
        heard = list(self.jobs[JOB].announcements)
        self.jobs[JOB].announcements.clear()
        return heard


class RedisBook:
    """Of a real Redis."""

    def __init__(self, jobs: Jobs, client: JobClient) -> None:
        self.jobs = jobs
        self._client = client
        self._channel: PubSub = client.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis has no types here

    def create(self, spec: job_pb2.JobSpec) -> None:
        self._client.create(spec, JOB)
        self._channel.subscribe(names.channel(JOB))
        self._channel.get_message(timeout=_ANSWER_SECONDS)  # that the subscription holds

    def control(self, action: Action) -> None:
        self._client.control(JOB, _CONTROLS[action])

    def delete(self) -> None:
        self._client.redis.delete(*cast(list[bytes], self._client.redis.keys(f"job:{JOB}:*")))
        self._client.redis.zrem(names.DUE, JOB)

    def lose(self) -> None:
        self._client.lose(JOB)

    def state(self) -> JobState:
        return self._client.state(JOB)

    def frames(self) -> list[Frame]:
        return self._client.frames(JOB)

    def due(self) -> tuple[int, int] | None:
        found = self._client.redis.hmget(names.slice_key(JOB), ["number", "attempt"])
        number, attempt = cast(list[bytes | None], found)
        return None if number is None or attempt is None else (int(number), int(attempt))

    def has_fingerprint(self) -> bool:
        return self._client.redis.exists(names.fingerprint_key(f"hash-of-{JOB}")) == 1

    def announcements(self) -> list[bytes]:
        self._client.redis.publish(names.channel(JOB), _END)
        heard: list[bytes] = []
        while True:
            message = self._channel.get_message(timeout=_ANSWER_SECONDS)
            assert message is not None, "Redis lost an announcement"
            if message["data"] == _END:
                return heard
            heard.append(message["data"])

    def close(self) -> None:
        self._channel.close()
        self._client.close()
