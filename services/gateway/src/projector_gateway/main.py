"""The gateway: registers its routes and serves them.

``python -m projector_gateway.main`` starts it; its settings come from the environment (``settings.py``).
"""

from __future__ import annotations

import gc
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI

from projector_chassis.logging import configure_logging
from projector_gateway import api_page, health
from projector_gateway.collections import endpoints as collections
from projector_gateway.datasets import endpoints as datasets
from projector_gateway.jobs import endpoints as jobs
from projector_gateway.jobs import layout_endpoints
from projector_gateway.jobs import socket as job_events
from projector_gateway.live import socket as page_events
from projector_gateway.neighbors import endpoints as neighbors
from projector_gateway.opening import open_services
from projector_gateway.page import Page
from projector_gateway.people import endpoints as people
from projector_gateway.problem import MEDIA_TYPE, ProblemDetails, UnexpectedErrors, register_error_handlers
from projector_gateway.quality import endpoints as quality
from projector_gateway.request_context import RequestContext
from projector_gateway.rpc.server import serving_rpc
from projector_gateway.search import endpoints as search
from projector_gateway.security import SameSite
from projector_gateway.settings import GatewaySettings
from projector_gateway.uploads import endpoints as uploads

API_PREFIX = "/api/v1"
MAX_BODY_BYTES = 16 * 2**20
_SHUTDOWN_SECONDS = 3
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
    server = build_server(settings)
    gc.freeze()  # what is loaded by now stays; looking for garbage in it would hold up everybody for 50 ms at a time
    server.run()


if __name__ == "__main__":
    serve(GatewaySettings())
