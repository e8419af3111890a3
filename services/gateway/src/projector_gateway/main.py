"""The gateway: builds its clients, registers its routes and serves them.

``python -m projector_gateway.main`` starts it; its settings come from the environment (``settings.py``).
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI

from projector_chassis.logging import configure_logging
from projector_contracts.names import SWEEPER
from projector_gateway import api_page, health
from projector_gateway.clients.frames import FrameStore
from projector_gateway.clients.leadership import Leadership
from projector_gateway.clients.loader import Loader, open_loader_channel
from projector_gateway.clients.questions import Questions
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.clients.redis import open_commands, open_subscriptions, open_waiting
from projector_gateway.collections import endpoints as collections
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.service import CollectionService
from projector_gateway.database import Database
from projector_gateway.datasets import endpoints as datasets
from projector_gateway.dependencies import Services
from projector_gateway.jobs import endpoints as jobs
from projector_gateway.jobs import layout_endpoints
from projector_gateway.jobs import socket as job_events
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
from projector_gateway.live import socket as page_events
from projector_gateway.live.announcer import RunsAnnouncer
from projector_gateway.live.job_changes import JobChanges
from projector_gateway.live.pages import Live
from projector_gateway.live.presence import Presence
from projector_gateway.neighbors import endpoints as neighbors
from projector_gateway.neighbors.service import NeighborService
from projector_gateway.page import Page
from projector_gateway.people import endpoints as people
from projector_gateway.people.guests import Guests
from projector_gateway.problem import MEDIA_TYPE, ProblemDetails, UnexpectedErrors, register_error_handlers
from projector_gateway.quality import endpoints as quality
from projector_gateway.quality.service import QualityService
from projector_gateway.request_context import RequestContext
from projector_gateway.results.archive import Archive
from projector_gateway.results.keeping import keeping_results
from projector_gateway.results.kept_jobs import KeptJobs
from projector_gateway.results.lending import Lending
from projector_gateway.rpc.server import serving_rpc
from projector_gateway.search import endpoints as search
from projector_gateway.search.service import SearchService
from projector_gateway.security import SameSite
from projector_gateway.settings import GatewaySettings
from projector_gateway.uploads import endpoints as uploads
from projector_gateway.uploads.service import UploadService

API_PREFIX = "/api/v1"
MAX_BODY_BYTES = 16 * 2**20
_SHUTDOWN_SECONDS = 3
_LEADERSHIP_SECONDS = 3 * SWEEP_SECONDS
_MAX_CLIENT_EVENT_BYTES = 64 * 1024
_RESOURCES = (
    datasets,
    jobs,
    layout_endpoints,
    job_events,
    page_events,
    people,
    neighbors,
    quality,
    search,
    collections,
    uploads,
)
_ERROR_RESPONSE: dict[int | str, dict[str, Any]] = {
    "default": {"description": "An error", "content": {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}}}
}


def create_app(settings: GatewaySettings) -> FastAPI:
    """The whole application; nothing is opened before it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.services = await stack.enter_async_context(open_services(settings))
            if settings.grpc_address:
                rpc = serving_rpc(settings.grpc_address, app.state.services)
                app.state.grpc_port = await stack.enter_async_context(rpc)
            yield

    app = FastAPI(
        title="Projector",
        summary="Embeddings, their projections and the views people keep of them",
        version=version("projector-gateway"),
        lifespan=lifespan,
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,  # FastAPI's own pages load scripts from another site
        redoc_url=None,
    )
    register_error_handlers(app)
    # The limit stands inside the middleware, so that a refusal too gets its request id and its headers.
    api = APIRouter(prefix=API_PREFIX, responses=_ERROR_RESPONSE, max_body_size=MAX_BODY_BYTES)
    for resource in _RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(api_page.router, prefix=API_PREFIX)
    app.include_router(health.router)
    app.mount("/", Page(settings.page_directory), name="page")
    app.add_middleware(SameSite, host_names=settings.host_names)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(RequestContext)  # the last added is the outermost
    return app


@asynccontextmanager
async def open_services(settings: GatewaySettings) -> AsyncIterator[Services]:
    """Build every client and service, and close them in the opposite order."""
    async with AsyncExitStack() as stack:
        redis = open_commands(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        subscriptions = open_subscriptions(settings.redis_url)
        stack.push_async_callback(subscriptions.aclose)
        longest_seconds = max(settings.neighbors_deadline_seconds, settings.quality_deadline_seconds)
        answers = open_waiting(settings.redis_url, longest_seconds=longest_seconds)
        stack.push_async_callback(answers.aclose)
        channel = open_loader_channel(settings.loader_address)
        stack.push_async_callback(channel.close)
        database = await Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        queue = TaskQueue(settings.redis_url)
        stack.push_async_callback(queue.aclose)
        questions = Questions(queue, answers)
        loader = Loader(channel)
        runs = RunsAnnouncer(loader)
        runs.start()
        stack.push_async_callback(runs.aclose)
        archive = Archive(database)
        frames = FrameStore(redis, archive)
        feeds = JobFeeds(subscriptions, frames)
        stack.push_async_callback(feeds.aclose)
        guests = Guests(database)
        watchers = Watchers(redis, newest=guests.newest)
        watchers.start()
        stack.push_async_callback(watchers.aclose)
        # Apart from those of jobs, so that however many embeddings are open, jobs can still be watched.
        live_subscriptions = open_subscriptions(settings.redis_url)
        stack.push_async_callback(live_subscriptions.aclose)
        job_changes = JobChanges(live_subscriptions)
        job_changes.start()
        stack.push_async_callback(job_changes.aclose)
        presence = Presence(redis, live_subscriptions, newest=guests.newest)
        stack.push_async_callback(presence.aclose)
        search_service = SearchService(
            loader,
            cache_bytes=settings.search_cache_bytes,
            deadline_seconds=settings.search_deadline_seconds,
        )
        repository = JobRepository(redis)
        job_service = JobService(
            repository,
            KeptJobs(repository, archive),
            queue,
            loader,
            Resolver(search_service),
            max_rows=settings.max_job_rows,
            limits=JobLimits(settings.max_jobs_of_one, settings.max_jobs),
        )
        lending = Lending(redis, archive, seconds=longest_seconds)
        quality_service = QualityService(
            job_service, questions, archive, lending, deadline_seconds=settings.quality_deadline_seconds
        )
        keeping = keeping_results(redis, archive, quality_service, max_bytes=settings.max_results_bytes)
        await stack.enter_async_context(keeping)
        leadership = Leadership(redis, SWEEPER, seconds=_LEADERSHIP_SECONDS)
        sweeper = Sweeper(Schedule(redis), queue, leadership, IdlePolicy(repository, settings.idle_pause_seconds))
        sweeper.start()
        stack.push_async_callback(sweeper.aclose)
        yield Services(
            loader=loader,
            frames=frames,
            database=database,
            jobs=job_service,
            forks=ForkService(job_service, frames),
            downloads=Downloads(),
            feeds=feeds,
            guests=guests,
            neighbors=NeighborService(loader, questions, lending, deadline_seconds=settings.neighbors_deadline_seconds),
            quality=quality_service,
            search=search_service,
            live=Live(runs, job_changes, presence),
            watchers=watchers,
            collections=CollectionService(
                database, embeddings=loader, jobs=job_service, frames=frames, limits=Limits()
            ),
            uploads=UploadService(loader, silence_seconds=settings.upload_silence_seconds),
            sweeper=sweeper,
            checks={"redis": frames.is_reachable, "loader": loader.is_serving, "database": database.is_reachable},
        )


def build_server(settings: GatewaySettings) -> uvicorn.Server:
    """The server with everything set as this application needs it."""
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_per_message_deflate=False,  # compressing binary frames costs 25 times their transfer
        ws_max_size=_MAX_CLIENT_EVENT_BYTES,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    return uvicorn.Server(config)


def serve(settings: GatewaySettings) -> None:
    """Serve until SIGINT or SIGTERM; open WebSockets are then closed with 1012, so that clients reconnect."""
    configure_logging(service="gateway", level=settings.log_level)
    # uvicorn raises the signal again once it has stopped; a clean stop should be exit status 0.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    build_server(settings).run()


if __name__ == "__main__":
    serve(GatewaySettings())
