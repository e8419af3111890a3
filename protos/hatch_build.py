"""Generate the Python modules of every .proto file while the distribution is built or installed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from grpc_tools import protoc  # type: ignore[import-untyped]
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GenerateContracts(BuildHookInterface[Any]):
    """Run protoc over src/, so that generated code is never committed and never stale after an install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        source = Path(self.root) / "src"
        files = sorted(str(path) for path in source.rglob("*.proto"))
        well_known = Path(protoc.__file__).with_name("_proto")
        command = [
            "protoc",
            f"-I{source}",
            f"-I{well_known}",
            f"--plugin=protoc-gen-mypy={_script('protoc-gen-mypy')}",
            f"--plugin=protoc-gen-mypy_grpc={_script('protoc-gen-mypy_grpc')}",
            f"--python_out={source}",
            f"--grpc_python_out={source}",
            f"--mypy_out=quiet:{source}",
            f"--mypy_grpc_out=quiet:{source}",
            *files,
        ]
        if protoc.main(command) != 0:
            raise RuntimeError("protoc could not generate the contracts; its message is above")


def _script(name: str) -> str:
    """Path of a protoc plug-in that was installed beside the running interpreter, or is on PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed; install mypy-protobuf beside grpcio-tools")
    return found
