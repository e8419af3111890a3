"""A click's neighbors, from the request to the answer, through gateway, Redis and worker."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from functools import partial

import httpx
import numpy as np
from numpy.typing import NDArray

from benchmarks.data import gaussian_1m
from benchmarks.row import Row
from benchmarks.serving import served
from benchmarks.timing import seconds

_N_NEIGHBORS = 100
_N_QUERIES = 30
_TARGET_MS = 90.0


def measure(*, quick: bool) -> Iterator[Row]:
    """A row a metric, on an embedding that the worker has seen before."""
    points = gaussian_1m(100_000 if quick else 1_000_000)
    peer_ms = statistics.median(1000 * seconds(lambda: _by_product(points.values, 7)) for _ in range(5))
    with served(points.values) as address, httpx.Client(base_url=address, timeout=120) as http:
        embedding_id = http.get("/api/v1/runs").raise_for_status().json()[0]["embeddings"][0]["id"]
        path = f"/api/v1/embeddings/{embedding_id}/neighbors"
        for metric in ("cosine", "euclidean", "dot_product"):
            times_ms = []
            for row in range(_N_QUERIES):
                body = {"row": row, "k": _N_NEIGHBORS, "metric": metric}
                times_ms.append(1000 * seconds(partial(_ask, http, path, body)))
            times_ms = times_ms[1:]  # the first one fetches and maps the embedding
            yield Row(
                name=f"{_N_NEIGHBORS} neighbors of a row by {metric}, median through the gateway, {points.name}",
                value=statistics.median(times_ms),
                unit="ms",
                peer="numpy product with all rows and argpartition, in process",
                peer_value=peer_ms,
                target=f"at most {_TARGET_MS:g} ms",
                met=statistics.median(times_ms) <= _TARGET_MS,
            )


def _ask(http: httpx.Client, path: str, body: Mapping[str, object]) -> None:
    http.post(path, json=body).raise_for_status()


def _by_product(points: NDArray[np.float32], row: int) -> NDArray[np.intp]:
    products = points @ points[row]
    return np.asarray(np.argpartition(-products, _N_NEIGHBORS)[:_N_NEIGHBORS])
