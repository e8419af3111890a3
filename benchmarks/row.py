"""One measured figure and how it is printed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """A figure beside its peer's, both taken in the same run.

    Attributes:
        name: what was measured, with its sizes and where the data came from.
        value: ours, in ``unit``; smaller is better.
        peer: who else did the same work; None where nobody can be run here.
        ratio: how many times faster than the peer.
        target: what was aimed for, in words.
        met: whether it was reached.
        note: what is printed below the table, for example how a figure is spread.
    """

    name: str
    value: float
    unit: str
    peer: str | None
    peer_value: float | None
    target: str
    met: bool
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.peer_value is None else self.peer_value / self.value

    def to_json(self) -> str:
        """One JSON object on one line."""
        fields = dataclasses.asdict(self)
        target, met, note = (fields.pop(name) for name in ("target", "met", "note"))
        return json.dumps(
            {**fields, "ratio": self.ratio, "target": target, "met": met} | ({"note": note} if note else {})
        )


def print_json(rows: Iterable[Row], console: Console) -> None:
    """Each row as soon as it is known."""
    for row in rows:
        console.out(row.to_json(), highlight=False)


def print_table(rows: Iterator[Row], console: Console) -> None:
    table = Table("measured", "ours", "peer's", "ratio", "target", "met", box=None)
    noted: list[Row] = []
    with console.status("measuring"):
        for row in rows:
            noted += [row] if row.note else []
            peer = "-" if row.peer_value is None else f"{row.peer_value:.3g} {row.unit}  ({row.peer})"
            ratio = "-" if row.ratio is None else f"{row.ratio:.2f}x"
            table.add_row(row.name, f"{row.value:.3g} {row.unit}", peer, ratio, row.target, "yes" if row.met else "no")
    console.print(table)
    for row in noted:
        console.print(f"\n{row.name}\n{row.note}", highlight=False, markup=False)
