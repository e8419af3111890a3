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
``job:{id}:slice``        hash    of the slice that may write, see SliceField; gone once the job has ended
``job:{id}:lease``        string  token of the worker that holds the slice; expires
``job:{id}:losses``       hash    sequence (decimal) -> LOSS_ENTRY of that frame; thinned, kept longer than frames
``job:{id}:watchers``     hash    id of a watching connection -> moment it was last seen (Unix seconds, decimal),
                                  one space, serialised Person
``job:{id}:fingerprint``  string  the hash under which ``fingerprint:{hash}`` may point to this job
``jobs``                  zset    job id -> creation time in seconds
``jobs:active``           set     ids of jobs that have not ended
``due``                   zset    ids of jobs whose slice any machine may carry out -> since when, in seconds
``due:{machine}``         zset    the same of those that one machine shall carry out, where their stages lie
``shares``                zset    owner -> seconds of work had, by a clock of its own; see "Whose turn it is"
``shares:clock``          string  that clock: the share of the owner who was served last
``jobs:sweeper``          string  token of the gateway that sees to it that no job hangs; expires
``jobs:archivist``        string  token of the gateway that copies results into the database; expires
``jobs:ended``            set     ids of jobs that have ended and whose result is not copied into the database yet
``presence:{embedding}``  hash    id of an open page -> moment it was last seen (Unix seconds, decimal), one space,
                                  serialised PageEvent that tells where it is; expires
``fingerprint:{hash}``    string  job id that answers for this fingerprint
``lent:{id}:{sequence}``  hash    a frame that Redis has forgotten, see LentField; expires
``lent``                  zset    those keys -> when they expire, in Unix seconds
``answer:{id}``           list    one QueryAnswer; expires
``worker:{role}:{name}``  string  heartbeat of a worker that is ready for work; expires
========================  ======  ==========================================================================

The channel ``job:{id}`` announces, and carries no data: ``frame`` or ``state``. The channel ``jobs`` carries the id of
an embedding whose list of jobs is not what it was: one was created, deleted, has begun, rests, goes on or has ended, or
its first watcher came or its last one went. The channel ``presence:{embedding}`` carries the id of a page, one space
and its new PageEvent, or nothing behind the space when it has gone.

Who writes what
---------------
Creating a job (gateway), in one script: ``spec``; ``state`` (QUEUED); ``slice``; ``fingerprint`` and, with NX,
``fingerprint:{hash}``; ``jobs``; ``jobs:active``; ``due``. Then a wake-up: ``send_task(TASK_PROJECT,
queue=QUEUE_BATCH)``. From then on only the worker that holds the lease writes ``state``, ``frames``, ``losses``,
``optimizer`` and ``slice``; every such write is one script that first checks lease and slice number.

A wake-up says that something is due, not what: the worker that gets one takes the slice whose turn it is. One too many
is harmless, and one that is lost is made up for by the sweeper (gateway), which also makes the slice of a job due again
whose lease has expired, counting it as one more attempt. A lease that has expired is taken up again by its holder as
long as nobody has done so.

Whose turn it is: among all that is due for a machine, first the jobs of the owner who has had the smallest share, and
of one owner's jobs the one that has waited longest. An owner who was away has saved nothing up: whoever comes has had
what the clock says at least. (P. Goyal, H. M. Vin, H. Cheng: Start-time fair queueing, 1996.)

Controlling a job (gateway), in one script, whatever the job is doing: ``XADD job:{id}:controls * control <Control>``,
and its slice becomes due where it is neither held nor due already; then a wake-up. The script that turns a job PAUSED
refuses while the control stream holds an entry that the worker has not read, so a control is either read by the slice
that runs, or finds a slice that can become due.

The end (worker), in one script with the last state: ``slice`` and ``lease`` go, every other key of the job and a
fingerprint that answers with a FINISHED job expire after FINISHED_JOB_SECONDS; when the job FAILED or was STOPPED the
fingerprint is deleted if it still points to this job. ``state.sequence`` is the newest stored frame at any moment,
because each frame is stored together with its state.

Lending (gateway): before a worker is asked about a frame that Redis has forgotten, alone or with its job, it is put
back from the database, under a key of its own: nothing else of the job comes to life again.
"""

from __future__ import annotations

from typing import Final, NewType

JobId = NewType("JobId", str)

ENGINE_VERSION: Final = "3"
"""Part of every fingerprint: raise it when the same spec no longer gives the same layout."""

QUEUE_BATCH: Final = "batch"
QUEUE_INTERACTIVE: Final = "interactive"
TASK_PROJECT: Final = "projector.project"
"""A wake-up without arguments: carry out the slice whose turn it is."""
TASK_NEIGHBORS: Final = "projector.neighbors"
"""Arguments: answer id, NeighborsQuery as base64 text."""
TASK_QUALITY: Final = "projector.quality"
"""Arguments: answer id, QualityQuery as base64 text; for QUEUE_BATCH, since a layout takes seconds to measure."""
WORKER_HEARTBEAT_SECONDS: Final = 2
"""A worker renews its key this often; the key lives three times as long."""
REQUEST_ID_HEADER: Final = "request_id"
"""Celery header, gRPC metadata key and log field of a request."""

SLICE_SECONDS: Final = 5.0
"""Work on one job before it is another one's turn, unless a worker is told otherwise."""
MAX_ATTEMPTS: Final = 3
"""A slice that has cost so many workers their lives is not tried again: its job fails."""

JOBS: Final = "jobs"
JOBS_ACTIVE: Final = "jobs:active"
DUE: Final = "due"
SHARES: Final = "shares"
SHARES_CLOCK: Final = "shares:clock"
JOBS_ENDED: Final = "jobs:ended"
SWEEPER: Final = "jobs:sweeper"
ARCHIVIST: Final = "jobs:archivist"
LENT: Final = "lent"
JOBS_CHANNEL: Final = "jobs"
LOSS_ENTRY: Final = "<Id"
"""``struct`` format: step, loss in nats."""
WATCHER_SECONDS: Final = 15
"""A watching connection that was not seen for so long is gone; connections are noted three times as often."""
PRESENCE_SECONDS: Final = 15
"""The same of an open page."""
ANNOUNCE_FRAME: Final = b"frame"
ANNOUNCE_STATE: Final = b"state"

FRAME_HISTORY_BYTES: Final = 64 * 2**20
"""Kept frames of one job that goes on."""
ALL_HISTORIES_BYTES: Final = 512 * 2**20
"""Kept frames of all jobs; those that go on share it, and the oldest of those that have ended give way."""
FINISHED_JOB_SECONDS: Final = 24 * 3600
"""How long Redis keeps a job after it ended."""
LENT_BYTES: Final = 64 * 2**20
"""Lent frames of all jobs; those that were asked about least recently give way."""


class SliceField:
    """Fields of ``job:{id}:slice``; numbers are decimals."""

    NUMBER: Final = "number"
    """Of the slice, from 1."""
    ATTEMPT: Final = "attempt"
    """How many workers have lost this slice since something of it was saved."""
    OWNER: Final = "owner"
    """Id of the person whose share the work counts for."""
    EMBEDDING: Final = "embedding"
    """Id of the embedding, for the channel ``jobs``."""
    HOLDER: Final = "holder"
    """Token of the worker that took the slice; absent while nobody works on it."""
    MACHINE: Final = "machine"
    """Where it was carried out last, and its stages lie."""
    LEASE_MS: Final = "lease_ms"
    ENDED_BY: Final = "ended_by"
    """Token of the worker that ended the slice before, so that ending may be repeated after a lost reply."""


class LentField:
    """Fields of ``lent:{id}:{sequence}``."""

    SPEC: Final = "spec"
    """JobSpec, without what a layout started from and without labels."""
    FRAME: Final = "frame"
    """JobEvent with that frame."""


def due_key(machine: str) -> str:
    """Slices that one machine shall carry out."""
    return f"{DUE}:{machine}"


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


def lent_key(job_id: JobId, sequence: int) -> str:
    return f"{LENT}:{job_id}:{sequence}"


def answer_key(answer_id: str) -> str:
    return f"answer:{answer_id}"


def worker_key(role: str, machine: str) -> str:
    """Heartbeat of the ``batch`` or ``interactive`` worker of one machine."""
    return f"worker:{role}:{machine}"
