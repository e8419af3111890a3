"""The generated Python modules are those of the .proto files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROTOS = Path(__file__).parents[2] / "protos"
_RUN_HOOK = """
import runpy, sys
from types import SimpleNamespace
hook = runpy.run_path(sys.argv[1])["GenerateContracts"]
hook.initialize(SimpleNamespace(root=sys.argv[2]), "standard", {})
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build hook makes of the .proto files now."""
    root = tmp_path_factory.mktemp("protos")
    for proto in PROTOS.rglob("*.proto"):
        copy = root / proto.relative_to(PROTOS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(proto, copy)
    # In a process of its own: protoc and the protobuf that TensorFlow brings do not bear each other.
    subprocess.run([sys.executable, "-c", _RUN_HOOK, str(PROTOS / "hatch_build.py"), str(root)], check=True)
    return root


def test_installed_modules_are_fresh(generated: Path) -> None:
    made = {path.relative_to(generated): path for path in generated.rglob("*_pb2*.py*")}
    assert len(made) >= 4 * len(list(PROTOS.rglob("*.proto")))
    stale = [str(name) for name, path in made.items() if not _is_same(PROTOS / name, path)]
    assert stale == [], "run `make contracts`"


def test_no_module_is_left_of_a_proto_file_that_is_gone(generated: Path) -> None:
    made = {path.relative_to(generated) for path in generated.rglob("*_pb2*.py*")}
    installed = {path.relative_to(PROTOS) for path in PROTOS.rglob("*_pb2*.py*")}
    assert {str(path) for path in installed - made} == set()


def _is_same(installed: Path, made: Path) -> bool:
    return installed.exists() and installed.read_bytes() == made.read_bytes()
