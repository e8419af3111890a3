"""What a fresh process loads when it starts a part: heavy libraries of its own room, and of no other."""

from __future__ import annotations

import subprocess
import sys

import pytest

NUMERICS = {"numpy", "scipy", "sklearn", "numba", "tensorflow", "pandas", "openTSNE", "umap"}
DATABASE = {"sqlalchemy", "alembic"}
SERVING = {"fastapi", "starlette", "uvicorn"}
_PROGRAM = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules, sep='\\n')"


def loaded(module: str) -> set[str]:
    """Top-level packages that a new process has loaded after one import."""
    ended = subprocess.run([sys.executable, "-c", _PROGRAM, module], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in ended.stdout.splitlines()}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("projector_gateway.main", NUMERICS | {"pyarrow"}),
        ("projector_client", (NUMERICS | DATABASE | SERVING | {"celery", "redis"}) - {"numpy"}),
        ("projector_loader.main", DATABASE | SERVING | {"celery", "redis", "sklearn", "numba", "tensorflow"}),
        ("projector_compute.worker", DATABASE | SERVING | {"tensorflow"}),
        ("projector_cli.main", NUMERICS | DATABASE | SERVING),
    ],
)
def test_a_part_loads_nothing_of_another_room(module: str, forbidden: set[str]) -> None:
    names = loaded(module)
    assert names & forbidden == set()
    own = {name for name in names if name.startswith("projector_")}
    assert own <= {module.partition(".")[0], "projector_chassis", "projector_contracts"}
