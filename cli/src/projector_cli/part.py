"""A part of the projector: one process of it, and what there is to know for starting and stopping it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Probe = Callable[[], Awaitable[bool]]
"""Asks once whether a part does its work; false or an ``OSError`` mean not yet."""


@dataclass(frozen=True)
class Part:
    """One process.

    Attributes:
        name: as shown to people and used for the log file.
        command: program and arguments.
        environment: the whole environment of the process.
        is_ready: asked repeatedly after the start.
        stage: parts of a higher stage need those of lower ones and are stopped before them.
        start_seconds: how long becoming ready may take.
        stop_seconds: how long the process may take to end by itself once it is told to.
        standard_input: what the process can read; secrets go this way, never by argument.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    is_ready: Probe
    stage: int
    start_seconds: float = 120.0
    stop_seconds: float = 6.0
    standard_input: bytes = field(default=b"", repr=False)


class PartFailed(Exception):
    """A part could not start or would not stay up."""

    def __init__(self, part: str, reason: str, last_lines: list[str]) -> None:
        super().__init__(f"{part} {reason}")
        self.part = part
        self.reason = reason
        self.last_lines = last_lines
