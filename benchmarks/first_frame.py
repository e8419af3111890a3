"""From Run pressed to the first t-SNE frame at the socket, through every part of the projector."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import httpx
import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from websockets.sync.client import connect

from benchmarks.data import digits_10k
from benchmarks.row import Row
from benchmarks.serving import served
from projector_contracts.compute.v1 import job_pb2

_PERPLEXITY = 30.0
_TARGET_SECONDS = 3.0
_DEADLINE_SECONDS = 300.0


def measure(*, quick: bool) -> Iterator[Row]:
    """Rows for 2-D and 3-D, on a warm worker: a PCA of the same embedding has run before, as in the page."""
    points = digits_10k(3_000 if quick else 10_000)
    peer_seconds = _sklearn_until_first_step(points.values)
    with served(points.values) as address, httpx.Client(base_url=address, timeout=60) as http:
        embedding_id = http.get("/api/v1/runs").raise_for_status().json()[0]["embeddings"][0]["id"]
        _seconds_to_step(http, embedding_id, {"method": "pca"}, step=0)
        for n_dims in (2, 3):
            projection = {"method": "tsne", "n_dims": n_dims, "perplexity": _PERPLEXITY}
            seconds = _seconds_to_step(http, embedding_id, projection, step=0)
            yield Row(
                name=f"Run pressed to first frame, t-SNE {n_dims}-D, {points.name}",
                value=seconds,
                unit="s",
                peer="scikit-learn TSNE, everything before its second step, in process",
                peer_value=peer_seconds,
                target=f"at most {_TARGET_SECONDS:g} s",
                met=seconds <= _TARGET_SECONDS,
            )


def _seconds_to_step(http: httpx.Client, embedding_id: str, projection: Mapping[str, object], *, step: int) -> float:
    begun = time.perf_counter()
    body = {"embedding_id": embedding_id, "projection": projection, "fresh": True}
    job_id = http.post("/api/v1/jobs", json=body).raise_for_status().json()["id"]
    events = str(http.base_url.join(f"/api/v1/jobs/{job_id}/events")).replace("http", "ws", 1)
    with connect(events, compression=None, max_size=None) as socket:
        while time.perf_counter() - begun < _DEADLINE_SECONDS:
            event = job_pb2.JobEvent.FromString(_binary(socket.recv(timeout=_DEADLINE_SECONDS)))
            if event.HasField("frame") and event.frame.step >= step:
                elapsed = time.perf_counter() - begun
                _stop(http, job_id)
                return elapsed
            if event.state.phase == job_pb2.FAILED:
                raise RuntimeError(event.state.failure.message)
    raise TimeoutError(f"no frame within {_DEADLINE_SECONDS:g} s")


def _stop(http: httpx.Client, job_id: str) -> None:
    """The next measurement must not share the cores with this job; one that has already ended answers 409."""
    http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "stop"})
    while http.get(f"/api/v1/jobs/{job_id}").raise_for_status().json()["phase"] not in ("finished", "stopped"):
        time.sleep(0.05)


def _binary(message: str | bytes) -> bytes:
    if isinstance(message, str):
        raise TypeError("the event stream is binary")
    return message


def _sklearn_until_first_step(points: NDArray[np.float32]) -> float:
    """Seconds of neighbors, affinities, initialisation and one step: scikit-learn shows nothing earlier."""
    estimator = TSNE(perplexity=_PERPLEXITY, init="pca", max_iter=250, n_iter_without_progress=1, n_jobs=2)
    estimator._EXPLORATION_MAX_ITER = 1
    estimator._N_ITER_CHECK = 1
    begun = time.perf_counter()
    estimator.fit(points)
    return time.perf_counter() - begun
