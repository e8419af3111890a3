"""Names that more than one process uses: Redis keys, channels, Celery queues and tasks.

Redis layout of a job (values are serialised protobuf unless said otherwise):

========================  ======  ==========================================================================
key                       type    holds
========================  ======  ==========================================================================
``job:{id}:spec``         string  JobSpec, never changed
``job:{id}:state``        string  JobState, the newest
``job:{id}:frames``       hash    sequence (decimal) -> JobEvent with that frame; thinned, the newest is kept
``job:{id}:controls``     stream  field ``control`` -> Control
``job:{id}:optimizer``    string  OptimizerState
``job:{id}:slice``        hash    ``number`` and ``attempt`` of the slice that may write, as decimals; gone once final
``job:{id}:lease``        string  token of the worker that holds the slice; expires
``job:{id}:losses``       hash    sequence (decimal) -> LOSS_ENTRY of that frame; thinned, kept longer than frames
``job:{id}:watchers``     hash    id of a watching connection -> moment it was last seen (Unix seconds, decimal),
                                  one space, serialised Person
``job:{id}:fingerprint``  string  the hash under which ``fingerprint:{hash}`` may point to this job
``jobs``                  zset    job id -> creation time in seconds
``jobs:ended``            set     ids of jobs that have ended and whose result is not copied into the database yet
``presence:{embedding}``  hash    id of an open page -> serialised Present of the page's protocol; expires
``fingerprint:{hash}``    string  job id that answers for this fingerprint
``answer:{id}``           list    one QueryAnswer; expires
``worker:{role}:{name}``  string  heartbeat of a worker that is ready for work; expires
========================  ======  ==========================================================================

The channel ``job:{id}`` announces, and carries no data: ``frame`` or ``state``. The channel ``jobs`` carries the id of an
embedding whose list of jobs is not what it was: one was created, deleted, has begun, rests, goes on or has ended.

Who writes what
---------------
Creating a job (gateway), in one MULTI: ``spec``; ``state`` (QUEUED, created_at, n_points); ``slice`` = {number: 1,
attempt: 0}; ``fingerprint`` and, with NX, ``fingerprint:{hash}``; ``jobs``. Then ``send_task(TASK_PROJECT, (job id, 1,
0), queue=QUEUE_BATCH)``. From then on only the worker that holds the lease writes ``state``, ``frames``, ``optimizer``
and ``slice``; every such write is one script that first checks lease and slice number.

Controlling a job (gateway), always these two, in this order, whatever the job is doing:

1. ``XADD job:{id}:controls * control <serialised Control>``
2. ``send_task(TASK_PROJECT, (job id, SLICE_DUE, 0), queue=QUEUE_BATCH)``

A task that finds the lease held, its number passed or the job final ends silently, so the second line does no harm to
a job that runs. It cannot come too early either: the script that turns a job PAUSED refuses while the control stream
holds an entry that the worker has not read, so a control is either read by the slice that runs or the job was PAUSED
before it and the task sent after it finds the lease free. (``pause`` needs no second line; sending it is harmless.)

The end (worker), in one script with the last state: ``slice`` and ``lease`` go, every other key of the job and a
fingerprint that answers with a FINISHED job expire after FINISHED_JOB_SECONDS; when the job FAILED or was STOPPED the
fingerprint is deleted if it still points to this job. ``state.sequence`` is the newest stored frame at any moment,
because each frame is stored together with its state.
"""

from __future__ import annotations

from typing import Final, NewType

JobId = NewType("JobId", str)

ENGINE_VERSION: Final = "3"
"""Part of every fingerprint: raise it when the same spec no longer gives the same layout."""

QUEUE_BATCH: Final = "batch"
QUEUE_INTERACTIVE: Final = "interactive"
TASK_PROJECT: Final = "projector.project"
"""Arguments: job id, slice number (or SLICE_DUE), attempt."""
SLICE_DUE: Final = 0
"""Stands for whichever slice is due; slices themselves count from 1."""
TASK_NEIGHBORS: Final = "projector.neighbors"
"""Arguments: answer id, NeighborsQuery as base64 text."""
TASK_QUALITY: Final = "projector.quality"
"""Arguments: answer id, QualityQuery as base64 text; for QUEUE_BATCH, since a layout takes seconds to measure."""
WORKER_HEARTBEAT_SECONDS: Final = 5
"""A worker renews its key this often; the key lives three times as long."""
REQUEST_ID_HEADER: Final = "request_id"
"""Celery header, gRPC metadata key and log field of a request."""

JOBS: Final = "jobs"
JOBS_ENDED: Final = "jobs:ended"
JOBS_CHANNEL: Final = "jobs"
LOSS_ENTRY: Final = "<Id"
"""``struct`` format: step, loss in nats."""
WATCHER_SECONDS: Final = 15
"""A watching connection that was not seen for so long is gone; connections are noted three times as often."""
ANNOUNCE_FRAME: Final = b"frame"
ANNOUNCE_STATE: Final = b"state"

FRAME_HISTORY_BYTES: Final = 64 * 2**20
"""Kept frames of one job."""
FINISHED_JOB_SECONDS: Final = 24 * 3600
"""How long Redis keeps a job after it ended."""


def machine_queue(machine: str) -> str:
    """Queue of the slices whose neighbors and affinities lie on one machine."""
    return f"{QUEUE_BATCH}.{machine}"


def channel(job_id: JobId) -> str:
    """Pub/sub channel that announces a job's new frames and states."""
    return f"job:{job_id}"


def spec_key(job_id: JobId) -> str:
    return f"job:{job_id}:spec"


def state_key(job_id: JobId) -> str:
    return f"job:{job_id}:state"


def frames_key(job_id: JobId) -> str:
    return f"job:{job_id}:frames"


def controls_key(job_id: JobId) -> str:
    return f"job:{job_id}:controls"


def optimizer_key(job_id: JobId) -> str:
    return f"job:{job_id}:optimizer"


def slice_key(job_id: JobId) -> str:
    return f"job:{job_id}:slice"


def lease_key(job_id: JobId) -> str:
    return f"job:{job_id}:lease"


def losses_key(job_id: JobId) -> str:
    return f"job:{job_id}:losses"


def watchers_key(job_id: JobId) -> str:
    return f"job:{job_id}:watchers"


def presence_key(embedding_id: str) -> str:
    return f"presence:{embedding_id}"


def job_fingerprint_key(job_id: JobId) -> str:
    return f"job:{job_id}:fingerprint"


def fingerprint_key(fingerprint: str) -> str:
    return f"fingerprint:{fingerprint}"


def answer_key(answer_id: str) -> str:
    return f"answer:{answer_id}"


def worker_key(role: str, machine: str) -> str:
    """Heartbeat of the ``batch`` or ``interactive`` worker of one machine."""
    return f"worker:{role}:{machine}"
