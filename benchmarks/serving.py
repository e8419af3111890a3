"""The whole projector on this machine, as `projector serve` starts it, for as long as a measurement takes."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from projector_cli.ports import free_port

_READY = "Projector ready: "
_STOP_SECONDS = 30.0


@contextlib.contextmanager
def served(points: NDArray[np.float32]) -> Iterator[str]:
    """The address of a projector that serves this one embedding; everything ends with the context."""
    with tempfile.TemporaryDirectory(prefix="projector-bench-") as folder:
        logdir = Path(folder) / "logdir"
        _write_logdir(logdir, points)
        command = [sys.executable, "-m", "projector_cli.main", "serve", str(logdir), "--home", f"{folder}/home"]
        for option in ("--port", "--grpc-port"):
            command += [option, str(free_port())]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield _address(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if _READY in line:
            return line.split(_READY, 1)[1].strip()
    raise RuntimeError("projector serve ended before it was ready; its messages are above")


def _write_logdir(folder: Path, points: NDArray[np.float32]) -> None:
    folder.mkdir()
    (folder / "points.bytes").write_bytes(points.astype("<f4").tobytes())
    n_points, n_dims = points.shape
    (folder / "projector_config.pbtxt").write_text(
        f'embeddings {{ tensor_name: "points" tensor_path: "points.bytes" '
        f"tensor_shape: {n_points} tensor_shape: {n_dims} }}\n"
    )
