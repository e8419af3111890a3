"""What a person sees: one progress while parts start, warnings, one line when the page can be opened."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console as Terminal
from rich.markup import escape

from projector_cli.part import PartFailed

_REPEATED_SECONDS: Final = 30.0
"""The same warning is not shown again within this time."""


class Console:
    """Results go to standard output, all else to standard error; colour and motion only on a terminal."""

    def __init__(self, *, output: Terminal | None = None, notes: Terminal | None = None) -> None:
        self._output = output or Terminal(soft_wrap=True, highlight=False)
        self._notes = notes or Terminal(stderr=True, soft_wrap=True, highlight=False)
        self._shown_at: dict[str, float] = {}

    def result(self, text: str) -> None:
        """A line that other programs may read."""
        self._output.print(escape(text), style="bold green" if self._output.is_terminal else None)
        sys.stdout.flush()

    def note(self, text: str) -> None:
        self._notes.print(escape(text), style="dim")

    def warn(self, text: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(text, -_REPEATED_SECONDS) < _REPEATED_SECONDS:
            return
        self._shown_at[text] = now
        self._notes.print(f"Warning: {escape(text)}", style="yellow")

    def error(self, text: str) -> None:
        self._notes.print(f"Error: {escape(text)}", style="bold red")

    def failure(self, failed: PartFailed) -> None:
        """Which part failed, why, and the last that it said."""
        self.error(f"{failed.part} {failed.reason}")
        for line in failed.last_lines:
            self._notes.print(f"  {escape(line)}", style="dim")

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """Names of what is waited for; a spinner on a terminal, one line elsewhere."""
        if not self._notes.is_terminal:
            self.note(title)
            yield Progress(title)
            return
        with self._notes.status(title) as status:
            yield Progress(title, show=status.update)


class Progress:
    """Steps that are under way at the same time."""

    def __init__(self, title: str, *, show: Callable[[str], None] | None = None) -> None:
        self._title = title
        self._show = show
        self._pending: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Shown as pending while the context is entered."""
        self._pending.append(name)
        self._refresh()
        try:
            yield
        finally:
            self._pending.remove(name)
            self._refresh()

    @property
    def text(self) -> str:
        """Title and what is pending."""
        return f"{self._title}: {', '.join(self._pending)}" if self._pending else self._title

    def _refresh(self) -> None:
        if self._show is not None:
            self._show(self.text)
