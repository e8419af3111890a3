"""What a worker's child is made of. Imports the numerics: never import this in the parent process."""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import Celery

from projector_compute.adapters.embedding_cache import EmbeddingCache
from projector_compute.adapters.heartbeat import Heartbeat
from projector_compute.adapters.loader import Loader
from projector_compute.adapters.redis_answers import RedisAnswers
from projector_compute.adapters.redis_jobs import RedisJobs, connect
from projector_compute.adapters.redis_layouts import RedisLayouts
from projector_compute.adapters.stage_files import StageFiles
from projector_compute.adapters.wake_ups import WakeUps
from projector_compute.core.warm_up import warm_up, warm_up_queries
from projector_compute.measuring import QualityMeter
from projector_compute.query import NeighborFinder
from projector_compute.question_messages import decode_neighbors_query, decode_quality_query
from projector_compute.run_job import Workbench, run_slice
from projector_compute.session import Clock
from projector_compute.settings import Settings
from projector_contracts import names
from projector_contracts.names import FINISHED_JOB_SECONDS


def _embedding_cache(settings: Settings, loader: Loader) -> EmbeddingCache:
    return EmbeddingCache(
        settings.cache_dir / "embeddings",
        loader,
        limit_bytes=settings.embedding_cache_bytes,
        patience_seconds=settings.loader_patience_seconds,
    )


class BatchChild:
    """Carries out slices, and measures layouts between them."""

    def __init__(self, app: Celery, settings: Settings, is_draining: Callable[[], bool]) -> None:
        self._client = connect(settings.redis_url)
        self._loader = Loader(settings.loader_address)
        stages = StageFiles(settings.cache_dir / "jobs")
        stages.remove_older(FINISHED_JOB_SECONDS)
        embeddings = _embedding_cache(settings, self._loader)
        self._bench = Workbench(
            jobs=RedisJobs(
                self._client,
                settings.machine,
                lease_seconds=settings.lease_seconds,
                wake=WakeUps(app, settings.machine, is_draining).send,
            ),
            embeddings=embeddings,
            stages=stages,
            clock=Clock(time.monotonic, is_draining),
            slice_seconds=settings.slice_seconds,
            n_threads=settings.n_threads,
        )
        self._meter = QualityMeter(embeddings, RedisLayouts(self._client))
        self._answers = RedisAnswers(self._client)
        warm_up()
        key = names.worker_key("batch", settings.machine)
        self._heartbeat = Heartbeat(self._client, key, settings.ready_path)
        self._heartbeat.start()

    def project(self) -> None:
        run_slice(self._bench)

    def quality(self, answer_id: str, query: bytes) -> None:
        self._answers.put(answer_id, self._meter.answer(decode_quality_query(query)))

    def close(self) -> None:
        self._heartbeat.end()
        self._loader.close()
        self._client.close()


class InteractiveChild:
    """Answers queries."""

    def __init__(self, settings: Settings) -> None:
        self._client = connect(settings.redis_url)
        self._loader = Loader(settings.loader_address)
        self._finder = NeighborFinder(_embedding_cache(settings, self._loader), RedisLayouts(self._client))
        self._answers = RedisAnswers(self._client)
        warm_up_queries()
        self._heartbeat = Heartbeat(
            self._client, names.worker_key("interactive", settings.machine), settings.ready_path
        )
        self._heartbeat.start()

    def neighbors(self, answer_id: str, query: bytes) -> None:
        self._answers.put(answer_id, self._finder.answer(decode_neighbors_query(query)))

    def close(self) -> None:
        self._heartbeat.end()
        self._loader.close()
        self._client.close()
