"""What the containers may and may not do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.containers import Containers

LASTING = {"redis", "postgres", "loader", "compute-batch", "compute-interactive", "gateway"}
ONE_SHOT = {"secrets", "migrate", "demo"}
OURS = ("gateway", "loader", "compute-batch")
"""One service of each image that we build."""
PASSWORD_FILES = {"redis": "/run/secret/password", "postgres": "/run/secret/password"}


@pytest.fixture(scope="module")
def inspected(containers: Containers) -> dict[str, dict[str, Any]]:
    return containers.inspect()


def test_lasting_services_are_healthy_and_the_others_have_done_their_work(
    containers: Containers, inspected: dict[str, dict[str, Any]]
) -> None:
    assert {name for name, one in inspected.items() if "Health" in one["State"]} == LASTING
    assert containers.unhealthy() == set()
    assert {name: inspected[name]["State"]["ExitCode"] for name in ONE_SHOT} == dict.fromkeys(ONE_SHOT, 0)


def test_no_password_can_be_inspected(containers: Containers, inspected: dict[str, dict[str, Any]]) -> None:
    passwords = [containers.compose("exec", "-T", name, "cat", file) for name, file in PASSWORD_FILES.items()]

    assert all(len(password) == 48 for password in passwords)
    assert not any(password in json.dumps(inspected) for password in passwords)


def test_nothing_has_rights_or_writes_to_its_image(inspected: dict[str, dict[str, Any]]) -> None:
    for name, one in inspected.items():
        limits = one["HostConfig"]
        assert limits["ReadonlyRootfs"], name
        assert limits["CapDrop"] == ["ALL"], name
        assert not limits["CapAdd"], name
        assert "no-new-privileges:true" in limits["SecurityOpt"], name
        assert limits["Memory"] > 0, name
        assert limits["PidsLimit"] > 0, name
        assert one["Config"]["User"] not in {"", "root", "0"} or name == "secrets"


def test_only_the_gateway_can_be_reached_and_only_from_this_machine(inspected: dict[str, dict[str, Any]]) -> None:
    bindings = {name: one["HostConfig"]["PortBindings"] for name, one in inspected.items()}

    assert {name for name, ports in bindings.items() if ports} == {"gateway"}
    addresses = {binding["HostIp"] for ports in bindings["gateway"].values() for binding in ports}
    assert addresses == {"127.0.0.1"}


def test_only_the_gateway_has_a_way_out(containers: Containers) -> None:
    def has_default_route(service: str) -> bool:
        routes = containers.compose("exec", "-T", service, "cat", "/proc/net/route").splitlines()[1:]
        return any(route.split()[1] == "00000000" for route in routes)

    assert {service for service in LASTING if has_default_route(service)} == {"gateway"}


def test_nothing_lies_in_a_volume_without_a_name(containers: Containers, inspected: dict[str, dict[str, Any]]) -> None:
    volumes = {mount["Name"] for one in inspected.values() for mount in one["Mounts"] if mount["Type"] == "volume"}

    assert f"{containers.name}_database" in volumes
    assert {name for name in volumes if not name.startswith(f"{containers.name}_")} == set()


@pytest.mark.parametrize("service", OURS)
def test_images_hold_nothing_that_builds_or_installs(service: str, containers: Containers) -> None:
    tools = "command -v pip uv npm node gcc cc make"
    leftovers = "find ~root/.cache /src /var/lib/apt/lists -type f 2>/dev/null"

    look = containers.compose("exec", "-T", "--user", "root", service, "sh", "-c", f"{tools}; {leftovers}; true")

    assert look.strip() == ""


def test_the_gateway_has_no_numerics(containers: Containers) -> None:
    program = "import importlib.util as u; print([n for n in ('tensorflow', 'sklearn', 'numba') if u.find_spec(n)])"

    assert containers.compose("exec", "-T", "gateway", "python", "-c", program).strip() == "[]"
