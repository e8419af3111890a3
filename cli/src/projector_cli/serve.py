"""``projector serve``: check what was asked for, start all parts, watch them, stop them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projector_cli import parts
from projector_cli.console import Console, Progress
from projector_cli.home import Home
from projector_cli.part import Part, PartFailed
from projector_cli.ports import AddressProblem, check_address, free_port, is_loopback
from projector_cli.redis_server import RedisProblem, check_given_redis, find_redis_server, own_redis
from projector_cli.supervisor import Supervisor


@dataclass(frozen=True)
class ServeOptions:
    """What the person asked for.

    Attributes:
        log_directory: the data root; nothing means the demo.
        grpc_port: of the public gRPC face; nothing means the port after ``port`` where that is free.
        allowed_hosts: host names of the page beside this machine's own.
        takes_uploads: whether people may upload embeddings.
    """

    log_directory: Path | None
    host: str
    port: int
    grpc_port: int | None
    home: Path
    allowed_hosts: tuple[str, ...]
    takes_uploads: bool


class CannotServe(Exception):
    """Something that was asked for is impossible; the text says what and what to do."""


async def serve(options: ServeOptions, console: Console, environment: Mapping[str, str]) -> None:
    """Run the projector until Ctrl-C or a termination signal.

    Raises:
        CannotServe: before anything was started.
        PartFailed: a part could not start or would not stay up; everything is stopped by then.
    """
    layout, redis = await _prepare(options, environment)
    if not is_loopback(layout.host):
        console.warn(
            f"HOST {layout.host}: everybody who reaches this machine can use the projector; it has no accounts."
        )
    stop_requested = asyncio.Event()
    async with Supervisor(layout.home.logs(layout.port), warn=console.warn) as supervisor:
        _stop_on_signals(stop_requested, supervisor)
        with console.progress("Starting the projector") as progress:
            starting = _start_all(supervisor, layout, redis, progress, writes_demo=options.log_directory is None)
            await _unless_stopped(starting, stop_requested)
        if not stop_requested.is_set():
            console.note(f"Data: {layout.data_root}   gRPC: {layout.grpc_address}   Ctrl-C stops")
            console.result(f"Projector ready: {layout.page_url}")
            await _unless_stopped(_raise_first_failure(supervisor), stop_requested)
        console.note("Stopping the projector; Ctrl-C again ends it at once")


async def _prepare(options: ServeOptions, environment: Mapping[str, str]) -> tuple[parts.Layout, Part | None]:
    """Check everything that can be checked before the first process starts."""
    home = Home(options.home.expanduser().absolute())
    data_root = _checked_data_root(options.log_directory) if options.log_directory else home.demo
    try:
        port = options.port or free_port(options.host)
        check_address(options.host, port, option="PORT=... or --port")
        grpc_port = _checked_grpc_port(options.host, port, options.grpc_port)
        home.create()
        redis_url, redis = await _choose_redis(home.jobs(data_root, port), environment)
    except (AddressProblem, RedisProblem) as error:
        raise CannotServe(str(error)) from error
    except OSError as error:
        raise CannotServe(
            f"The home {home.root} cannot be written: {error.strerror}. Choose another with --home."
        ) from error
    host = f"[{options.host}]" if ":" in options.host else options.host
    layout = parts.Layout(
        home=home,
        data_root=data_root,
        host=options.host,
        port=port,
        grpc_address=f"{host}:{grpc_port}",
        loader_address=f"127.0.0.1:{free_port()}",
        redis_url=redis_url,
        allowed_hosts=parts.allowed_hosts(options.host, options.allowed_hosts),
        takes_uploads=options.takes_uploads,
        inherited=environment,
    )
    return layout, redis


def _checked_data_root(folder: Path) -> Path:
    folder = folder.expanduser()
    if not folder.exists():
        raise CannotServe(f"LOGDIR {folder} does not exist. Name the folder that holds your log directories.")
    if not folder.is_dir():
        raise CannotServe(f"LOGDIR {folder} is a file. Name the folder that it lies in.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CannotServe(f"LOGDIR {folder} may not be read by this user. Change its permissions, or name another.")
    return folder.resolve()


def _checked_grpc_port(host: str, page_port: int, given: int | None) -> int:
    """The port asked for, which must be free; else the one after the page's, or any where that is taken."""
    if given:
        check_address(host, given, option="--grpc-port")
        return given
    if given is None and page_port < 65535:
        try:
            check_address(host, page_port + 1, option="--grpc-port")
        except AddressProblem:
            return free_port(host)
        return page_port + 1
    return free_port(host)


async def _choose_redis(folder: Path, environment: Mapping[str, str]) -> tuple[str, Part | None]:
    if given := environment.get("REDIS_URL"):
        await check_given_redis(given)
        return given, None
    return own_redis(find_redis_server(), folder, environment)


async def _start_all(
    supervisor: Supervisor, layout: parts.Layout, redis: Part | None, progress: Progress, *, writes_demo: bool
) -> None:
    """Start what does not wait for each other at the same time.

    Raises:
        PartFailed: the first part that could not start.
    """

    async def run_once(part: Part) -> None:
        with progress.step(part.name):
            await supervisor.run_once(part)

    async def start(part: Part) -> None:
        with progress.step(part.name):
            await supervisor.start(part)

    async def load() -> None:
        if writes_demo:
            await run_once(parts.demo_writer(layout.home.demo, layout.inherited))
        await start(parts.loader(layout))

    async def compute_and_serve() -> None:
        if redis is not None:
            await start(redis)
        async with asyncio.TaskGroup() as group:
            group.create_task(start(parts.worker(layout, "interactive", n_threads=1)))
            group.create_task(start(parts.worker(layout, "batch", n_threads=parts.n_cores())))
            await run_once(parts.migrator(layout))
            group.create_task(start(parts.gateway(layout)))

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(load())
            group.create_task(compute_and_serve())
    except* PartFailed as failures:
        raise _first_leaf(failures) from None


def _first_leaf(failures: BaseExceptionGroup[PartFailed]) -> PartFailed:
    first = failures.exceptions[0]
    return _first_leaf(first) if isinstance(first, BaseExceptionGroup) else first


async def _raise_first_failure(supervisor: Supervisor) -> None:
    raise await supervisor.first_failure()


async def _unless_stopped(work: Coroutine[Any, Any, None], stop_requested: asyncio.Event) -> None:
    """Run work to its end, or cancel it when the stop is requested."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop_requested.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
        return
    working.cancel()
    await asyncio.wait({working})


def _stop_on_signals(stop_requested: asyncio.Event, supervisor: Supervisor) -> None:
    """The first signal stops in order, a further one at once."""

    def on_signal() -> None:
        if stop_requested.is_set():
            supervisor.force()
        stop_requested.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)
