"""What is done for jobs that do not get on, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import DUE, JobId, due_key
from projector_gateway.jobs.schedule import Scheduled
from projector_gateway.jobs.sweep import Move, moves, suspicions


def job(
    name: str = "j1",
    *,
    phase: job_pb2.Phase.ValueType = job_pb2.RUNNING,
    holder: str = "",
    is_leased: bool = False,
    due_since: float | None = None,
    machine: str = "m1",
    is_due_here: bool = True,
    share: float = 0.0,
    interruption: str = "",
) -> Scheduled:
    state = job_pb2.JobState(job_id=name, phase=phase, interruption=interruption).SerializeToString()
    is_here = due_since is not None and is_due_here
    return Scheduled(JobId(name), 3, 0, holder, machine, is_leased, due_since, is_here, share, state, 0.0)


def helped(*jobs: Scheduled, machines: tuple[str, ...] = ("m1",)) -> list[Move]:
    """What is done when all looks the same twice."""
    seen = suspicions(jobs, set(machines))
    return moves(jobs, set(machines), seen)


def test_what_gets_on_is_left_alone() -> None:
    works = job("works", holder="token", is_leased=True)
    waits = job("waits", due_since=1.0)
    rests = job("rests", phase=job_pb2.PAUSED)
    assert suspicions([works, waits, rests], {"m1"}) == set()
    assert helped(works, waits, rests) == []


def test_a_lost_worker_is_helped_only_when_seen_twice() -> None:
    lost = job(holder="token")
    assert moves([lost], {"m1"}, set()) == []
    (move,) = helped(lost)
    assert move.to == due_key("m1")
    assert "worker that computed this is gone" in move.state.interruption


def test_another_attempt_is_another_suspicion() -> None:
    lost = job(holder="token")
    again = replace(lost, attempt=1, holder="another")
    assert suspicions([lost], {"m1"}) & suspicions([again], {"m1"}) == set()


def test_a_lost_worker_of_a_machine_that_is_gone_too_leaves_it_to_any() -> None:
    (move,) = helped(job(holder="token"), machines=("m2",))
    assert move.to == DUE


def test_a_job_that_nothing_knows_to_be_due_becomes_due() -> None:
    (move,) = helped(job())
    assert (move.to, move.state.interruption) == (due_key("m1"), "")
    (fresh,) = helped(job(machine=""))
    assert fresh.to == DUE


def test_what_waits_for_a_machine_that_is_gone_goes_to_another_and_says_so() -> None:
    (move,) = helped(job(due_since=1.0), machines=("m2",))
    assert move.to == DUE
    assert "computes them again" in move.state.interruption
    assert helped(job(due_since=1.0, is_due_here=False, interruption=move.state.interruption), machines=("m2",)) == []


def test_without_any_worker_everybody_who_waits_is_told_so_and_told_when_one_comes() -> None:
    (told,) = helped(job(due_since=1.0, is_due_here=False), machines=())
    assert told.to is None
    assert told.state.interruption.startswith("No worker is running")
    waiting = job(due_since=1.0, is_due_here=False, interruption=told.state.interruption)
    assert helped(waiting, machines=()) == []
    (cleared,) = helped(waiting)
    assert (cleared.to, cleared.state.interruption) == (None, "")


def test_queued_jobs_are_told_their_place_by_the_shares_of_their_owners() -> None:
    jobs = [
        job("late", phase=job_pb2.QUEUED, due_since=3.0, is_due_here=False),
        job("greedy", phase=job_pb2.QUEUED, due_since=1.0, is_due_here=False, share=60.0),
        job("early", phase=job_pb2.QUEUED, due_since=2.0, is_due_here=False),
    ]
    places = {move.job.job_id: move.state.queue_place for move in helped(*jobs)}
    assert places == {"early": 1, "late": 2, "greedy": 3}
    waits = {move.job.job_id: move.state.remaining_seconds for move in helped(*jobs, machines=("m1", "m2"))}
    assert waits == {"early": 2.5, "late": 5.0, "greedy": 7.5}
