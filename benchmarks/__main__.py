"""`python -m benchmarks NAME`: run one benchmark. QUICK=1 takes smaller sizes, JSON=1 prints one object a row."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator

from rich.console import Console

from benchmarks.row import Row, print_json, print_table
from projector_compute.threads import bound_threads

BENCHMARKS = {
    "engines": "benchmarks.engines",
    "first-frame": "benchmarks.first_frame",
    "live": "benchmarks.live",
    "loader": "benchmarks.loader",
    "neighbors": "benchmarks.neighbors",
    "tsne-step": "benchmarks.engines.tsne",
}
_N_THREADS = 2


def main() -> int:
    console = Console(width=None if sys.stdout.isatty() else 200)
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in BENCHMARKS:
        console.print(f"NAME is {name or 'missing'!r}; it must be one of: {', '.join(BENCHMARKS)}")
        return 2
    bound_threads(_N_THREADS)  # as workers do, before anything imports numerics
    measure: Callable[..., Iterator[Row]] = importlib.import_module(BENCHMARKS[name]).measure
    rows = measure(quick=os.environ.get("QUICK") == "1")
    if os.environ.get("JSON") == "1":
        print_json(rows, console)
    else:
        print_table(rows, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
