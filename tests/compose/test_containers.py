"""What the containers may and may not do."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from typing import Any

import pytest
from compose.composed import Composed

LASTING = {"redis", "postgres", "loader", "compute-batch", "compute-interactive", "gateway"}
PASSWORD_FILES = {"redis": "/run/secret/password", "postgres": "/run/secret/password"}


@pytest.fixture(scope="module")
def containers(composed: Composed) -> dict[str, dict[str, Any]]:
    """What Docker knows of each container, those that ended included, by service."""
    ids = composed.run("ps", "--all", "--quiet").split()
    inspected = subprocess.run(["docker", "inspect", *ids], capture_output=True, check=True).stdout
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in json.loads(inspected)}


def test_all_lasting_services_are_healthy(containers: dict[str, dict[str, Any]]) -> None:
    health = {name: one["State"].get("Health", {}).get("Status") for name, one in containers.items()}

    assert {name for name, status in health.items() if status == "healthy"} == LASTING


def test_no_password_can_be_inspected(composed: Composed, containers: dict[str, dict[str, Any]]) -> None:
    passwords = [composed.run("exec", "-T", name, "cat", file) for name, file in PASSWORD_FILES.items()]

    assert all(len(password) == 48 for password in passwords)
    assert not any(password in json.dumps(containers) for password in passwords)


def test_nothing_runs_as_root_or_writes_to_its_image(containers: dict[str, dict[str, Any]]) -> None:
    lasting = [containers[name] for name in LASTING]

    assert all(one["Config"]["User"] not in {"", "root", "0"} for one in lasting)
    assert all(one["HostConfig"]["ReadonlyRootfs"] for one in lasting)
    assert all(one["HostConfig"]["Memory"] > 0 and one["HostConfig"]["PidsLimit"] > 0 for one in lasting)


def test_only_the_gateway_can_be_reached_and_only_from_this_machine(containers: dict[str, dict[str, Any]]) -> None:
    bindings = {name: one["HostConfig"]["PortBindings"] for name, one in containers.items()}

    assert {name for name, ports in bindings.items() if ports} == {"gateway"}
    addresses = {binding["HostIp"] for ports in bindings["gateway"].values() for binding in ports}
    assert addresses == {"127.0.0.1"}


def test_the_gateway_has_no_numerics(composed: Composed) -> None:
    program = "import importlib.util as u; print([n for n in ('tensorflow', 'sklearn', 'numba') if u.find_spec(n)])"

    assert composed.run("exec", "-T", "gateway", "python", "-c", program).strip() == "[]"


def ask(url: str, body: dict[str, str] | None = None) -> Any:
    """GET, or POST where there is a body; the parsed answer."""
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json"} if body else {},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_passwords_and_bookmarks_outlive_the_containers(composed: Composed) -> None:
    api = f"{composed.url}/api/v1"
    embedding_id = ask(f"{api}/runs")[0]["embeddings"][0]["id"]
    saved = ask(f"{api}/collections", {"name": "Kept", "embedding_id": embedding_id})
    password = composed.run("exec", "-T", "redis", "cat", PASSWORD_FILES["redis"])

    composed.run("down", "--timeout", "20")
    composed.run("up", "--detach", "--wait", seconds=600)

    assert composed.run("exec", "-T", "redis", "cat", PASSWORD_FILES["redis"]) == password
    assert ask(f"{api}/collections/{saved['id']}")["name"] == "Kept"
