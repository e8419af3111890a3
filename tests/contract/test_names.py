"""Redis keys, channels, queues and tasks: one place, and what it documents is what it makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from projector_contracts import names
from projector_contracts.names import JobId

JOB = JobId("1a2b")
KEYS = {
    "job:{id}:spec": names.spec_key(JOB),
    "job:{id}:state": names.state_key(JOB),
    "job:{id}:frames": names.frames_key(JOB),
    "job:{id}:controls": names.controls_key(JOB),
    "job:{id}:optimizer": names.optimizer_key(JOB),
    "job:{id}:slice": names.slice_key(JOB),
    "job:{id}:lease": names.lease_key(JOB),
    "job:{id}:fingerprint": names.job_fingerprint_key(JOB),
    "job:{id}:losses": names.losses_key(JOB),
    "job:{id}:watchers": names.watchers_key(JOB),
    "jobs:active": names.JOBS_ACTIVE,
    "jobs:ended": names.JOBS_ENDED,
    "jobs:sweeper": names.SWEEPER,
    "due": names.DUE,
    "due:{machine}": names.due_key("1a2b"),
    "shares": names.SHARES,
    "shares:clock": names.SHARES_CLOCK,
    "presence:{embedding}": names.presence_key("1a2b"),
    "jobs": names.JOBS,
    "fingerprint:{hash}": names.fingerprint_key("1a2b"),
    "lent": names.LENT,
    "lent:{id}:{sequence}": names.lent_key(JOB, 7),
    "answer:{id}": names.answer_key("1a2b"),
}
SOURCES = [
    path
    for folder in ("services", "client", "cli")
    for path in (Path(__file__).parents[2] / folder).rglob("src/**/*.py")
]


@pytest.mark.parametrize("pattern", KEYS)
def test_a_key_is_what_the_table_says(pattern: str) -> None:
    assert KEYS[pattern] == re.sub(r"\{\w+\}", "1a2b", pattern.replace("{sequence}", "7"))


def test_the_table_has_every_key_that_is_made_and_no_other() -> None:
    table = (names.__doc__ or "").split("=\nkey ")[1].split("\n\n")[0]
    documented = set(re.findall(r"^``([^`]+)``", table, re.MULTILINE))
    made = {name for name in vars(names) if name.endswith("_key")}
    assert documented >= KEYS.keys()
    constants = {key for key in documented if "{" not in key}
    assert len(documented - constants) == len(made)
    assert constants <= {value for value in vars(names).values() if isinstance(value, str)}


def test_a_key_of_one_job_is_none_of_another() -> None:
    of_job = [key for pattern, key in KEYS.items() if "{id}" in pattern]
    assert len(set(KEYS.values())) == len(KEYS)
    assert all("1a2b" in key for key in of_job)
    assert names.channel(JOB) == "job:1a2b"


def test_queues_and_tasks_are_told_apart() -> None:
    assert len({names.QUEUE_BATCH, names.QUEUE_INTERACTIVE, names.machine_queue("m1")}) == 3
    assert names.machine_queue("m1") == "batch.m1"
    assert len({names.TASK_PROJECT, names.TASK_NEIGHBORS, names.TASK_QUALITY}) == 3
    assert len({names.ANNOUNCE_FRAME, names.ANNOUNCE_STATE}) == 2


def test_no_part_spells_a_key_itself() -> None:
    assert len(SOURCES) > 100
    spelled = re.compile(r"""["'](?:job|fingerprint|answer|worker):""")
    offenders = [path.name for path in SOURCES if spelled.search(path.read_text())]
    assert offenders == []


def test_no_part_spells_a_task_or_queue_itself() -> None:
    tasks = "|".join(map(re.escape, (names.TASK_PROJECT, names.TASK_NEIGHBORS, names.TASK_QUALITY)))
    spelled = re.compile(rf"""["'](?:{tasks})["']""")
    assert [path.name for path in SOURCES if spelled.search(path.read_text())] == []
