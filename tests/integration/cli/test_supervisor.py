"""The supervisor with real processes: small programs in place of the projector's parts."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from integration.cli.stand_in import HONEST, PARENT, STUBBORN, is_running, part, pid_of

from fixtures.deadline import wait_until
from projector_cli.part import PartFailed
from projector_cli.restarts import RestartPolicy
from projector_cli.supervisor import Supervisor

FAST = RestartPolicy(first_delay_seconds=0.02, longest_delay_seconds=0.05, limit=3, window_seconds=60)
FAILING = "import sys; print('cannot open the database'); sys.exit(3)"


async def until(is_true: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, is_true, seconds=20, what=what)


@pytest.fixture
def warnings() -> list[str]:
    return []


async def test_parts_stop_in_the_order_of_their_stages(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        for name, stage in (("redis", 0), ("gateway", 2), ("loader", 1)):
            await supervisor.start(part(tmp_path, name, stage=stage))

    stopped = {name: int((tmp_path / f"{name}.stopped").read_text()) for name in ("gateway", "loader", "redis")}
    assert sorted(stopped, key=stopped.__getitem__) == ["gateway", "loader", "redis"]
    assert warnings == []


async def test_a_part_that_cannot_start_is_named_with_its_last_words(tmp_path: Path, warnings: list[str]) -> None:
    with pytest.raises(PartFailed, match=r"loader could not start \(exit code 3\)") as failed:
        async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
            await supervisor.start(part(tmp_path, "loader", FAILING))

    assert failed.value.last_lines == ["cannot open the database"]


async def test_a_program_that_is_not_there_is_named(tmp_path: Path, warnings: list[str]) -> None:
    missing = part(tmp_path, "redis")
    object.__setattr__(missing, "command", ("/nowhere/redis-server",))

    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        with pytest.raises(PartFailed, match=r"redis could not start \(/nowhere/redis-server: No such file"):
            await supervisor.start(missing)


async def test_a_part_that_does_not_become_ready_is_stopped(tmp_path: Path, warnings: list[str]) -> None:
    silent = part(tmp_path, "loader", "import signal; signal.pause()", start_seconds=0.3)

    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        with pytest.raises(PartFailed, match=r"loader did not become ready within 0\.3 s"):
            await supervisor.start(silent)


async def test_a_part_that_dies_is_started_again(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append, policy=FAST) as supervisor:
        await supervisor.start(part(tmp_path, "gateway"))
        first = pid_of(tmp_path, "gateway")

        os.kill(first, signal.SIGKILL)

        await until(lambda: pid_of(tmp_path, "gateway") not in {0, first}, "a new gateway")
    assert warnings == ["gateway ended (killed by SIGKILL); it starts again in 0.02 s"]
    assert not is_running(pid_of(tmp_path, "gateway"))


async def test_a_part_that_keeps_dying_ends_everything(tmp_path: Path, warnings: list[str]) -> None:
    starts_once = (
        "import pathlib, sys, time; f = pathlib.Path(sys.argv[1]); f.write_text('1'); time.sleep(0.3); "
        "print('out of memory'); sys.exit(9)"
    )
    async with Supervisor(tmp_path / "logs", warn=warnings.append, policy=FAST) as supervisor:
        await supervisor.start(part(tmp_path, "loader"))
        await supervisor.start(part(tmp_path, "gateway", starts_once))

        async with asyncio.timeout(20):
            failed = await supervisor.first_failure()

    assert failed.part == "gateway"
    assert failed.reason.startswith("ended 3 times within 60 s (last: exit code 9)")
    assert failed.last_lines[-1] == "out of memory"
    assert not is_running(pid_of(tmp_path, "loader"))


async def test_a_part_that_takes_no_notice_is_killed(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        await supervisor.start(part(tmp_path, "worker", STUBBORN))

    assert not is_running(pid_of(tmp_path, "worker"))
    assert warnings == ["worker did not stop within 1 s and was killed"]


async def test_forcing_waits_for_nobody(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        await supervisor.start(part(tmp_path, "worker", STUBBORN))
        supervisor.force()

    assert not is_running(pid_of(tmp_path, "worker"))
    assert warnings == []


async def test_children_of_a_part_end_with_it(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        await supervisor.start(part(tmp_path, "worker", PARENT))
        grandchild = int((tmp_path / "worker.child").read_text())
        assert is_running(grandchild)

    await until(lambda: not is_running(grandchild), "the pool's process to end")


async def test_a_one_shot_part_must_succeed(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        await supervisor.run_once(part(tmp_path, "migrator", "print('done')"))

        with pytest.raises(PartFailed, match=r"migrator failed \(exit code 3\)") as failed:
            await supervisor.run_once(part(tmp_path, "migrator", FAILING))

    assert failed.value.last_lines == ["done", "cannot open the database"]


async def test_a_start_that_is_cancelled_leaves_no_process(tmp_path: Path, warnings: list[str]) -> None:
    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        starting = asyncio.create_task(supervisor.start(part(tmp_path, "gateway", HONEST)))
        await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait({starting})

    assert starting.cancelled()
    await until(lambda: not is_running(pid_of(tmp_path, "gateway")), "the gateway to end")


async def test_standard_input_reaches_the_part(tmp_path: Path, warnings: list[str]) -> None:
    reader = part(tmp_path, "redis", "import sys; print('read', sys.stdin.read())")
    object.__setattr__(reader, "standard_input", b"requirepass x")

    async with Supervisor(tmp_path / "logs", warn=warnings.append) as supervisor:
        await supervisor.run_once(reader)

    assert (tmp_path / "logs" / "redis.log").read_text() == "read requirepass x\n"
