"""The assembled application, before anything is opened."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi.dependencies.models import Dependant

from projector_gateway.collections import endpoints as collections
from projector_gateway.datasets import endpoints as datasets
from projector_gateway.jobs import endpoints as jobs
from projector_gateway.jobs import socket as job_events
from projector_gateway.live import socket as page_events
from projector_gateway.main import API_PREFIX, MAX_BODY_BYTES, build_server, create_app
from projector_gateway.neighbors import endpoints as neighbors
from projector_gateway.quality import endpoints as quality
from projector_gateway.search import endpoints as search
from projector_gateway.settings import GatewaySettings


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application without services: what it answers, it answers before it needs any."""
    transport = httpx.ASGITransport(create_app(GatewaySettings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield client


async def test_a_body_beyond_the_limit_is_refused_before_it_is_read(http: httpx.AsyncClient) -> None:
    headers = {"content-length": str(MAX_BODY_BYTES + 1), "content-type": "application/json"}
    response = await http.post(f"{API_PREFIX}/jobs", content=b"{}", headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert str(MAX_BODY_BYTES) in response.json()["detail"]
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_every_route_below_the_prefix_documents_its_errors(http: httpx.AsyncClient) -> None:
    document = (await http.get(f"{API_PREFIX}/openapi.json")).json()
    operations = {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(API_PREFIX)
    }
    assert len(operations) > 15
    undocumented = [name for name, each in operations.items() if "default" not in each["responses"]]
    assert undocumented == []


async def test_foreign_hosts_are_refused_everywhere(http: httpx.AsyncClient) -> None:
    for path in ("/", "/health/live", f"{API_PREFIX}/openapi.json", f"{API_PREFIX}/nothing"):
        response = await http.get(path, headers={"host": "evil.example"})
        assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


async def test_an_unknown_route_of_the_interface_is_a_problem_not_the_page(http: httpx.AsyncClient) -> None:
    response = await http.get(f"{API_PREFIX}/nothing")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_server_neither_compresses_frames_nor_names_itself() -> None:
    config = build_server(GatewaySettings()).config
    assert config.ws_per_message_deflate is False
    assert config.server_header is False
    assert config.ws_max_size <= 64 * 1024


def test_the_garbage_collector_need_not_look_into_what_was_loaded() -> None:
    code = (
        "import gc; from projector_gateway import main;"
        "main.uvicorn.Server.run = lambda server: print(gc.get_freeze_count(), len(gc.get_objects()));"
        "main.serve(main.GatewaySettings())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    n_frozen, n_others = map(int, told.split())
    assert n_frozen > 10 * n_others


def test_nothing_of_a_request_is_run_in_a_thread_unasked() -> None:
    resources = (datasets, jobs, job_events, page_events, neighbors, quality, search, collections)
    routers = [module.router for module in resources]
    called = {call for router in routers for route in router.routes for call in _called(vars(route)["dependant"])}
    assert len(called) > 20
    assert [call for call in called if not inspect.iscoroutinefunction(call)] == []


def _called(dependant: Dependant) -> Iterator[object]:
    """An endpoint and all that it depends on."""
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from _called(dependency)
