from __future__ import annotations

import pytest
from pydantic import ValidationError

from projector_chassis.settings import ServiceSettings


def test_settings_come_from_prefixed_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJECTOR_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    assert ServiceSettings().log_level == "WARNING"


def test_settings_do_not_change_once_read() -> None:
    settings = ServiceSettings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.log_level = "DEBUG"  # type: ignore[misc]  # the very mistake


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJECTOR_LOG_LEVEL", "LOUD")

    with pytest.raises(ValidationError, match="log_level"):
        ServiceSettings()
