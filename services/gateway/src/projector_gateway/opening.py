"""Builds everything that lives as long as the application, and closes it in the opposite order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from redis.asyncio import Redis

from projector_contracts.names import QUEUE_BATCH, QUEUE_INTERACTIVE, SWEEPER, TASK_NEIGHBORS, TASK_QUALITY
from projector_gateway.clients.frames import FrameStore
from projector_gateway.clients.leadership import Leadership
from projector_gateway.clients.loader import Loader, open_loader_channel
from projector_gateway.clients.questions import QuestionKind, Questions
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.clients.redis import open_commands, open_subscriptions, open_waiting
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.service import CollectionService
from projector_gateway.database import Database
from projector_gateway.dependencies import Services
from projector_gateway.jobs.downloads import Downloads
from projector_gateway.jobs.feed import JobFeeds
from projector_gateway.jobs.forks import ForkService
from projector_gateway.jobs.idle_policy import IdlePolicy
from projector_gateway.jobs.repository import JobLimits, JobRepository
from projector_gateway.jobs.resolution import Resolver
from projector_gateway.jobs.schedule import Schedule
from projector_gateway.jobs.service import JobService
from projector_gateway.jobs.sweeper import SWEEP_SECONDS, Sweeper
from projector_gateway.jobs.watchers import Watchers
from projector_gateway.live.announcer import RunsAnnouncer
from projector_gateway.live.job_changes import JobChanges
from projector_gateway.live.pages import Live
from projector_gateway.live.presence import Presence
from projector_gateway.neighbors.service import NeighborService
from projector_gateway.people.guests import Guests
from projector_gateway.quality.service import QualityService
from projector_gateway.results.archive import Archive
from projector_gateway.results.keeping import keeping_results
from projector_gateway.results.kept_jobs import KeptJobs
from projector_gateway.results.lending import Lending
from projector_gateway.search.service import SearchService
from projector_gateway.settings import GatewaySettings
from projector_gateway.uploads.service import UploadService

_LEADERSHIP_SECONDS = 3 * SWEEP_SECONDS


@asynccontextmanager
async def open_services(settings: GatewaySettings) -> AsyncIterator[Services]:
    """Every client and service, as long as the block runs."""
    async with AsyncExitStack() as stack:
        connections = await stack.enter_async_context(_connecting(settings))
        redis, loader, database = connections.redis, connections.loader, connections.database
        archive, guests = Archive(database), Guests(database)
        frames = FrameStore(redis, archive)
        feeds = await stack.enter_async_context(aclosing(JobFeeds(connections.job_news, frames)))
        watchers = await stack.enter_async_context(_running(Watchers(redis, newest=guests.newest)))
        live = await stack.enter_async_context(_going_live(connections, guests))
        search = SearchService(
            loader, cache_bytes=settings.search_cache_bytes, deadline_seconds=settings.search_deadline_seconds
        )
        jobs = _job_service(connections, archive, search, settings)
        neighbors, quality = _question_services(connections, archive, jobs, settings)
        await stack.enter_async_context(keeping_results(redis, archive, quality, max_bytes=settings.max_results_bytes))
        sweeper = await stack.enter_async_context(_running(_sweeper(connections, settings)))
        yield Services(
            loader=loader,
            frames=frames,
            database=database,
            jobs=jobs,
            forks=ForkService(jobs, frames),
            downloads=Downloads(),
            feeds=feeds,
            guests=guests,
            neighbors=neighbors,
            quality=quality,
            search=search,
            live=live,
            watchers=watchers,
            collections=CollectionService(database, embeddings=loader, jobs=jobs, frames=frames, limits=Limits()),
            uploads=UploadService(loader, silence_seconds=settings.upload_silence_seconds),
            sweeper=sweeper,
            checks={"redis": frames.is_reachable, "loader": loader.is_serving, "database": database.is_reachable},
        )


@dataclass(frozen=True)
class _Connections:
    """What leads out of the process.

    Attributes:
        redis: short commands.
        answers: commands that wait.
        job_news, page_news: subscriptions; apart, so that however many embeddings are open, jobs can still be watched.
    """

    redis: Redis
    answers: Redis
    job_news: Redis
    page_news: Redis
    queue: TaskQueue
    loader: Loader
    database: Database


@asynccontextmanager
async def _connecting(settings: GatewaySettings) -> AsyncIterator[_Connections]:
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        channel = open_loader_channel(settings.loader_address)
        stack.push_async_callback(channel.close)
        url = settings.redis_url
        yield _Connections(
            redis=await stack.enter_async_context(aclosing(open_commands(url))),
            answers=await stack.enter_async_context(aclosing(open_waiting(url, longest_seconds=_longest(settings)))),
            job_news=await stack.enter_async_context(aclosing(open_subscriptions(url))),
            page_news=await stack.enter_async_context(aclosing(open_subscriptions(url))),
            queue=await stack.enter_async_context(aclosing(TaskQueue(url))),
            loader=Loader(channel),
            database=database,
        )


@asynccontextmanager
async def _going_live(connections: _Connections, guests: Guests) -> AsyncIterator[Live]:
    news = connections.page_news
    async with (
        _running(RunsAnnouncer(connections.loader)) as runs,
        _running(JobChanges(news)) as job_changes,
        aclosing(Presence(connections.redis, news, newest=guests.newest)) as presence,
    ):
        yield Live(runs, job_changes, presence)


def _job_service(
    connections: _Connections, archive: Archive, search: SearchService, settings: GatewaySettings
) -> JobService:
    repository = JobRepository(connections.redis)
    return JobService(
        repository,
        KeptJobs(repository, archive),
        connections.queue,
        connections.loader,
        Resolver(search),
        max_rows=settings.max_job_rows,
        limits=JobLimits(settings.max_jobs_of_one, settings.max_jobs),
    )


def _question_services(
    connections: _Connections, archive: Archive, jobs: JobService, settings: GatewaySettings
) -> tuple[NeighborService, QualityService]:
    queue, answers = connections.queue, connections.answers
    about_neighbors = QuestionKind(
        TASK_NEIGHBORS, QUEUE_INTERACTIVE, "neighbors", settings.neighbors_deadline_seconds, of_one=16, of_all=32
    )
    about_quality = QuestionKind(
        TASK_QUALITY, QUEUE_BATCH, "scores", settings.quality_deadline_seconds, of_one=4, of_all=24
    )
    lending = Lending(connections.redis, archive, seconds=_longest(settings))
    return (
        NeighborService(connections.loader, Questions(about_neighbors, queue, answers), lending),
        QualityService(jobs, Questions(about_quality, queue, answers), archive, lending),
    )


def _sweeper(connections: _Connections, settings: GatewaySettings) -> Sweeper:
    redis = connections.redis
    idle = IdlePolicy(JobRepository(redis), settings.idle_pause_seconds)
    leadership = Leadership(redis, SWEEPER, seconds=_LEADERSHIP_SECONDS)
    return Sweeper(Schedule(redis), connections.queue, leadership, idle)


def _longest(settings: GatewaySettings) -> float:
    """How long an answer is waited for at most, in seconds."""
    return max(settings.neighbors_deadline_seconds, settings.quality_deadline_seconds)


class _Runs(Protocol):
    def start(self) -> None: ...

    async def aclose(self) -> None: ...


_Running = TypeVar("_Running", bound=_Runs)


@asynccontextmanager
async def _running(service: _Running) -> AsyncIterator[_Running]:
    """Start what works by itself, and end it after the block."""
    service.start()
    async with aclosing(service):
        yield service
