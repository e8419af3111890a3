from __future__ import annotations

import io

import pytest
from rich.console import Console as Terminal

from projector_cli.console import Console
from projector_cli.part import PartFailed


@pytest.fixture
def notes() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(notes: io.StringIO) -> Console:
    return Console(output=Terminal(file=io.StringIO()), notes=Terminal(file=notes, soft_wrap=True, highlight=False))


def test_a_repeated_warning_is_shown_once(console: Console, notes: io.StringIO) -> None:
    for _ in range(3):
        console.warn("loader: disk nearly full")

    assert notes.getvalue() == "Warning: loader: disk nearly full\n"


def test_a_failure_shows_what_the_part_said_last(console: Console, notes: io.StringIO) -> None:
    console.failure(PartFailed("loader", "could not start (exit code 1)", ["[bold] is no markup"]))

    assert notes.getvalue() == "Error: loader could not start (exit code 1)\n  [bold] is no markup\n"


def test_progress_is_one_line_where_nothing_can_move(console: Console, notes: io.StringIO) -> None:
    with console.progress("Starting") as progress, progress.step("redis"), progress.step("loader"):
        pass

    assert notes.getvalue() == "Starting\n"


def test_progress_names_what_is_pending_on_a_terminal(notes: io.StringIO) -> None:
    terminal = Terminal(file=notes, force_terminal=True, width=100)

    with Console(notes=terminal).progress("Starting") as progress, progress.step("redis"), progress.step("loader"):
        terminal_text = progress.text

    assert terminal_text == "Starting: redis, loader"
