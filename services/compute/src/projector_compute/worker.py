"""A worker process: ``python -m projector_compute.worker batch|interactive``.

The parent only fetches tasks. It forks one child, which imports the numerics, builds clients and channels (neither
survives a fork), compiles the kernels and then reports ready with a heartbeat. A batch child uses all threads for one
job at a time; an interactive worker is a process of its own with one thread, so that a click never waits for a step.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

import structlog
from celery import Celery, signals

from projector_chassis.logging import configure_logging
from projector_compute import tasks
from projector_compute.settings import Settings
from projector_compute.threads import bound_threads
from projector_contracts import names

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

    from projector_compute.child import BatchChild, InteractiveChild

_LOG = structlog.get_logger(__name__)

Role = Literal["batch", "interactive"]
_BROKER_SECONDS = 10.0
"""A Redis that is silent for so long is connected to anew; asking for tasks waits for one second at a time."""
_CHILD_READY_SECONDS = 600
"""How long the parent lets its child compile before it takes it for dead; without a cache that is half a minute."""


def create_app(settings: Settings) -> Celery:
    """The Celery application that workers of both roles and the slices' own queueing share."""
    app = Celery("projector", broker=settings.redis_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        # A wake-up that comes twice does no harm, so this may be short.
        broker_transport_options={
            "visibility_timeout": settings.visibility_seconds,
            "socket_connect_timeout": _BROKER_SECONDS,
            "socket_timeout": _BROKER_SECONDS,
            "socket_keepalive": True,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_proc_alive_timeout=_CHILD_READY_SECONDS,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
    )
    return app


def queues_of(role: Role, machine: str) -> list[str]:
    if role == "interactive":
        return [names.QUEUE_INTERACTIVE]
    return [names.machine_queue(machine), names.QUEUE_BATCH]


class Work(Protocol):
    """What a child has built."""

    def close(self) -> None: ...


W = TypeVar("W", bound=Work)


class Child(Generic[W]):
    """The forked process: builds its work when Celery starts it, and hands it to the tasks."""

    def __init__(self, build: Callable[[], W]) -> None:
        self._build = build
        self._work: W | None = None

    def work(self) -> W:
        if self._work is None:
            raise RuntimeError("a task was called before the worker's child had started")
        return self._work

    def start(self, **_: Any) -> None:
        self._work = self._build()
        _LOG.info("worker ready")

    def stop(self, **_: Any) -> None:
        if self._work is not None:
            self._work.close()


def _build_batch(app: Celery, settings: Settings, draining: Event) -> BatchChild:
    _prepare_numerics(settings, settings.n_threads)
    # Imported here: numerics loaded before a fork bring thread pools that do not survive it.
    from projector_compute.child import BatchChild

    return BatchChild(app, settings, draining.is_set)


def _build_interactive(settings: Settings) -> InteractiveChild:
    _prepare_numerics(settings, n_threads=1)
    from projector_compute.child import InteractiveChild  # here for the same reason

    return InteractiveChild(settings)


def _prepare_numerics(settings: Settings, n_threads: int) -> None:
    """Bound every thread pool and say where kernels are cached; each library reads this when it is first imported."""
    bound_threads(n_threads)
    os.environ.setdefault("NUMBA_CACHE_DIR", str(settings.cache_dir / "numba"))


def run_worker(settings: Settings, role: Role) -> int:
    """Work until a SIGTERM or SIGINT; the exit status."""
    app = create_app(settings)
    draining = multiprocessing.Event()
    child: Child[BatchChild] | Child[InteractiveChild]
    if role == "batch":
        child = Child(lambda: _build_batch(app, settings, draining))
        tasks.register_project(app, child.work)
        tasks.register_quality(app, child.work)
    else:
        child = Child(lambda: _build_interactive(settings))
        tasks.register_neighbors(app, child.work)

    def keep_logging(**_: Any) -> None:
        """With a receiver here, Celery leaves logging as it is."""

    def drain(**_: Any) -> None:
        draining.set()

    signals.setup_logging.connect(keep_logging)
    signals.worker_shutting_down.connect(drain)
    signals.worker_process_init.connect(child.start)
    signals.worker_process_shutdown.connect(child.stop)
    worker = app.Worker(
        hostname=f"{role}@{settings.machine}",
        pool="prefork",
        concurrency=1,
        queues=queues_of(role, settings.machine),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def main(arguments: list[str]) -> int:
    if arguments not in (["batch"], ["interactive"]):
        sys.stderr.write("usage: python -m projector_compute.worker batch|interactive\n")
        return 2
    role: Role = "batch" if arguments == ["batch"] else "interactive"
    settings = Settings()
    configure_logging(service=f"compute-{role}", level=settings.log_level)
    # Celery and its transport tell of every task; what an operator needs to know is logged here.
    for chatty in ("celery", "kombu", "amqp"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return run_worker(settings, role)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
