from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from projector_cli.part_log import PartLog


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def log(tmp_path: Path, warnings: list[str]) -> Iterator[PartLog]:
    part_log = PartLog(tmp_path / "part.log", on_warning=warnings.append, max_file_bytes=100)
    yield part_log
    part_log.close()


def structured(level: str, event: str, **fields: str) -> bytes:
    return json.dumps({"level": level, "event": event, **fields}).encode() + b"\n"


def test_a_line_may_come_in_pieces(log: PartLog) -> None:
    log.write(b"first li")
    log.write(b"ne\nsecond line\n")

    assert log.last_lines(5) == ["first line", "second line"]
    assert log.path.read_bytes() == b"first line\nsecond line\n"


def test_a_line_that_a_death_cut_short_is_kept(log: PartLog) -> None:
    log.write(b"cannot open the fi")
    log.end_of_output()

    assert log.last_lines(1) == ["cannot open the fi"]


def test_only_warnings_and_errors_are_passed_on(log: PartLog, warnings: list[str]) -> None:
    nearly_full = structured("warning", "disk nearly full", service="loader", free_bytes="12")
    log.write(structured("info", "started") + nearly_full + b"WARNING: unstructured\n")

    assert warnings == ["disk nearly full free_bytes=12"]


def test_an_exception_is_among_the_last_lines_but_only_its_event_is_passed_on(
    log: PartLog, warnings: list[str]
) -> None:
    log.write(structured("error", "failed", exception="Traceback\nValueError: bad"))

    assert warnings == ["failed"]
    assert log.last_lines(2) == ["Traceback", "ValueError: bad"]


def test_a_full_file_gives_way_to_a_new_one(log: PartLog) -> None:
    for number in range(10):
        log.write(b"%d %s\n" % (number, b"x" * 40))

    older = log.path.with_suffix(".log.1")
    assert log.path.stat().st_size <= 110
    assert older.stat().st_size <= 110
    assert log.path.read_bytes().startswith(b"8 ")


def test_endless_output_without_a_newline_is_bounded(log: PartLog) -> None:
    for _ in range(50):
        log.write(b"y" * 60)

    assert log.path.stat().st_size < 300


def test_a_broken_record_is_an_ordinary_line(log: PartLog, warnings: list[str]) -> None:
    log.write(b'{"level": "error", \n{}\n')

    assert warnings == []
    assert log.last_lines(2) == ['{"level": "error",', "{}"]
