"""What endpoints may ask for: providers that read the application's state, which ``main`` fills.

An endpoint names what it needs, for example ``async def read(loader: LoaderDependency)``; WebSockets may as well.
Providers are asynchronous, because FastAPI runs each synchronous one in a thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from projector_chassis.errors import Unavailable
from projector_gateway.clients.frames import FrameStore
from projector_gateway.clients.loader import Loader
from projector_gateway.collections.service import CollectionService
from projector_gateway.database import Database
from projector_gateway.jobs.downloads import Downloads
from projector_gateway.jobs.feed import JobFeeds
from projector_gateway.jobs.forks import ForkService
from projector_gateway.jobs.service import JobService
from projector_gateway.jobs.sweeper import Sweeper
from projector_gateway.jobs.watchers import Watchers
from projector_gateway.live.pages import Live
from projector_gateway.neighbors.service import NeighborService
from projector_gateway.people.anonymous import anonymous
from projector_gateway.people.cookie import session_token
from projector_gateway.people.guests import Guests, as_person
from projector_gateway.people.schemas import Person
from projector_gateway.quality.service import QualityService
from projector_gateway.search.service import SearchService
from projector_gateway.uploads.service import UploadService


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the application; ``app.state.services``."""

    loader: Loader
    frames: FrameStore
    database: Database
    jobs: JobService
    forks: ForkService
    downloads: Downloads
    feeds: JobFeeds
    guests: Guests
    neighbors: NeighborService
    quality: QualityService
    search: SearchService
    live: Live
    watchers: Watchers
    collections: CollectionService
    uploads: UploadService
    sweeper: Sweeper
    checks: Mapping[str, Callable[[], Awaitable[bool]]]
    """What must hold for the gateway to be ready, by the name of the part."""


async def services(connection: HTTPConnection) -> Services:
    """All services of the application that this request or WebSocket came to."""
    found = connection.app.state.services
    assert isinstance(found, Services)
    return found


ServicesDependency = Annotated[Services, Depends(services)]


async def _person(connection: HTTPConnection, services: ServicesDependency) -> Person:
    """The guest of the cookie, else whoever is at that address; nobody has to wait for a database that is away."""
    token = session_token(connection)
    try:
        session = None if token is None else await services.guests.find(token)
    except Unavailable:
        session = None
    if session is not None:
        return as_person(session)
    return anonymous(connection.client.host if connection.client else "")


async def _loader(services: ServicesDependency) -> Loader:
    return services.loader


async def _frames(services: ServicesDependency) -> FrameStore:
    return services.frames


async def _jobs(services: ServicesDependency) -> JobService:
    return services.jobs


async def _forks(services: ServicesDependency) -> ForkService:
    return services.forks


async def _downloads(services: ServicesDependency) -> Downloads:
    return services.downloads


async def _feeds(services: ServicesDependency) -> JobFeeds:
    return services.feeds


async def _neighbors(services: ServicesDependency) -> NeighborService:
    return services.neighbors


async def _quality(services: ServicesDependency) -> QualityService:
    return services.quality


async def _search(services: ServicesDependency) -> SearchService:
    return services.search


async def _live(services: ServicesDependency) -> Live:
    return services.live


async def _watchers(services: ServicesDependency) -> Watchers:
    return services.watchers


PersonDependency = Annotated[Person, Depends(_person)]
LoaderDependency = Annotated[Loader, Depends(_loader)]
FramesDependency = Annotated[FrameStore, Depends(_frames)]
JobsDependency = Annotated[JobService, Depends(_jobs)]
ForksDependency = Annotated[ForkService, Depends(_forks)]
DownloadsDependency = Annotated[Downloads, Depends(_downloads)]
FeedsDependency = Annotated[JobFeeds, Depends(_feeds)]
NeighborsDependency = Annotated[NeighborService, Depends(_neighbors)]
QualityDependency = Annotated[QualityService, Depends(_quality)]
SearchDependency = Annotated[SearchService, Depends(_search)]
LiveDependency = Annotated[Live, Depends(_live)]
WatchersDependency = Annotated[Watchers, Depends(_watchers)]
