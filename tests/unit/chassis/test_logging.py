from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from projector_chassis.logging import configure_logging


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_each_line_is_an_object_with_service_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="loader")

    structlog.get_logger().info("run found", run="train")

    (line,) = lines(capsys)
    assert line["event"] == "run found"
    assert line["run"] == "train"
    assert line["service"] == "loader"
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")


def test_a_librarys_log_takes_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="gateway")

    logging.getLogger("some.library").warning("connection %s lost", 7)

    (line,) = lines(capsys)
    assert line["event"] == "connection 7 lost"
    assert line["service"] == "gateway"
    assert line["level"] == "warning"


def test_lower_levels_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="gateway", level="WARNING")

    structlog.get_logger().info("quiet")
    logging.getLogger("some.library").info("quiet")

    assert lines(capsys) == []


def test_an_exception_is_told_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="gateway")
    try:
        raise ValueError("bad")
    except ValueError:
        structlog.get_logger().exception("job failed")

    (line,) = lines(capsys)
    assert "ValueError: bad" in str(line["exception"])
