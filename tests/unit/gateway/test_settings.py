"""What the environment can say, and which Host headers follow from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from projector_gateway.settings import GatewaySettings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def test_without_an_environment_only_this_machine_is_answered() -> None:
    settings = GatewaySettings()
    assert settings.host_names == LOOPBACK
    assert settings.host == "127.0.0.1"
    assert settings.grpc_address == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_wildcard_address_is_no_host_name(host: str) -> None:
    assert GatewaySettings(host=host).host_names == LOOPBACK


def test_own_and_allowed_names_are_answered_in_any_case() -> None:
    settings = GatewaySettings(host="Box.Local", allowed_hosts=("Projector.Example",))
    assert settings.host_names == LOOPBACK | {"box.local", "projector.example"}


def test_every_setting_comes_from_a_prefixed_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "HOST": "0.0.0.0",
        "PORT": "9000",
        "GRPC_ADDRESS": "0.0.0.0:9001",
        "REDIS_URL": "redis://cache:6379/1",
        "LOADER_ADDRESS": "loader:50051",
        "DATABASE_URL": "postgresql+asyncpg://db/projector",
        "ALLOWED_HOSTS": '["a.example", "b.example"]',
        "PAGE_DIRECTORY": "built",
        "MAX_JOB_ROWS": "5",
        "MAX_JOBS_OF_ONE": "2",
        "MAX_JOBS": "20",
        "IDLE_PAUSE_SECONDS": "600",
        "MAX_RESULTS_BYTES": "1000000",
        "NEIGHBORS_DEADLINE_SECONDS": "2.5",
        "QUALITY_DEADLINE_SECONDS": "30",
        "SEARCH_CACHE_BYTES": "1000",
        "SEARCH_DEADLINE_SECONDS": "3",
        "UPLOAD_SILENCE_SECONDS": "5",
        "LOG_LEVEL": "DEBUG",
    }
    assert {name.lower() for name in given} == set(GatewaySettings.model_fields)
    for name, value in given.items():
        monkeypatch.setenv(f"PROJECTOR_{name}", value)
    settings = GatewaySettings()
    assert (settings.port, settings.max_job_rows, settings.neighbors_deadline_seconds) == (9000, 5, 2.5)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.page_directory == Path("built")


@pytest.mark.parametrize(("name", "value"), [("PORT", "eighty"), ("MAX_JOB_ROWS", ""), ("ALLOWED_HOSTS", "a.example")])
def test_a_value_of_the_wrong_kind_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PROJECTOR_{name}", value)
    with pytest.raises((ValidationError, ValueError), match=name.lower()):
        GatewaySettings()
