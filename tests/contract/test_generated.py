"""The generated Python modules are those of the .proto files."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

PROTOS = Path(__file__).parents[2] / "protos"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build hook makes of the .proto files now."""
    root = tmp_path_factory.mktemp("protos")
    for proto in PROTOS.rglob("*.proto"):
        copy = root / proto.relative_to(PROTOS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(proto, copy)
    spec = importlib.util.spec_from_file_location("hatch_build", PROTOS / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    hook.GenerateContracts.initialize(SimpleNamespace(root=str(root)), "standard", {})
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
