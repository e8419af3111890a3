"""A running t-SNE at its watchers: how long after a step its layout is there, and how many frames a second come."""

from __future__ import annotations

import contextlib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import httpx

from benchmarks.data import digits_10k
from benchmarks.row import Row
from benchmarks.serving import served
from fixtures.socket_watchers import Watched, watching
from projector_cli.ports import free_port

_PUBLISHED_HZ = 60.0  # the most that a worker publishes
_N_LATENCY_WATCHERS = 20
_N_WATCHERS, _N_SLOW = 200, 20
_MEDIAN_TARGET_MS = 15.0
_P99_TARGET_MS = 60.0
_TARGET_MS = {1: 20.0, 20: 20.0, 200: 50.0}
"""Between two frames at each of so many watchers."""
_PEER = "websockets' broadcast of made frames, no worker, no Redis"
_START_SECONDS = 120.0
_BINS_MS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 100, float("inf"))
_BAR = 40


def measure(*, quick: bool) -> Iterator[Row]:
    """Latency beside twenty watchers, the rate at 1, 20 and 200, each beside the peer, and what slow watchers cost.

    A step ends when the worker stamps the state that goes with its frame (``updated_at``), before either is encoded;
    a frame is there when its last byte was read. Both clocks are this machine's.
    """
    points, seconds = digits_10k(3_000 if quick else 10_000), 3.0 if quick else 15.0
    n_points = len(points.values)
    with served(points.values) as address, running_tsne(address) as job_id, peer(n_points) as peer_port:
        port = urlsplit(address).port or 0
        for n_watchers, target_ms in _TARGET_MS.items():
            ours = _watch(port, job_id, n_watchers, seconds)
            peers = _watch(peer_port, "peer", n_watchers, seconds)
            where = f"3-D, {n_points:,} points, {n_watchers} watchers"
            if n_watchers == _N_LATENCY_WATCHERS:
                yield from _latency_rows(ours, peers, where)
            between_ms, peers_between_ms = _between_frames_ms(ours), _between_frames_ms(peers)
            yield Row(
                name=f"between two frames ({1000 / between_ms:.1f} frames/s), {where}",
                value=between_ms,
                unit="ms",
                peer=_PEER,
                peer_value=peers_between_ms,
                target=f"at most {target_ms:g} ms",
                met=between_ms <= target_ms,
            )
        yield _slow_tenth_row(port, job_id, seconds, f"3-D, {n_points:,} points")


def _slow_tenth_row(port: int, job_id: str, seconds: float, where: str) -> Row:
    """Our own rate without slow watchers is the peer here; measured in the order A B B A against drift."""
    n_fast = _N_WATCHERS - _N_SLOW
    rounds_ms = [
        _between_frames_ms([each for each in _watch(port, job_id, n_fast, seconds, n_slow=n_slow) if not each.is_slow])
        for n_slow in (0, _N_SLOW, _N_SLOW, 0)
    ]
    alone_ms, beside_ms = (rounds_ms[0] + rounds_ms[3]) / 2, (rounds_ms[1] + rounds_ms[2]) / 2
    return Row(
        name=f"between two frames of {n_fast} watchers beside {_N_SLOW} that read 1 frame/s, {where}",
        value=beside_ms,
        unit="ms",
        peer="the same watchers without the slow ones",
        peer_value=alone_ms,
        target="at most 10 % of the rate lost",
        met=alone_ms / beside_ms > 0.9,
    )


def _latency_rows(ours: Sequence[Watched], peers: Sequence[Watched], where: str) -> Iterator[Row]:
    ours_ms, peers_ms = _latencies_ms(ours), _latencies_ms(peers)
    for what, part, target_ms in (("median", 0.5, _MEDIAN_TARGET_MS), ("99 %", 0.99, _P99_TARGET_MS)):
        value = _quantile(ours_ms, part)
        yield Row(
            name=f"step finished to bytes at the socket, {what}, {where}",
            value=value,
            unit="ms",
            peer=_PEER,
            peer_value=_quantile(peers_ms, part),
            target=f"at most {target_ms:g} ms",
            met=value <= target_ms,
            note=_histogram(ours_ms) if part == 0.5 else "",
        )


def _watch(port: int, job_id: str, n_watchers: int, seconds: float, *, n_slow: int = 0) -> list[Watched]:
    with watching(port, job_id, n_fast=n_watchers, n_slow=n_slow) as watchers:
        time.sleep(seconds)
        return watchers.leave()


def _latencies_ms(watched: Sequence[Watched]) -> list[float]:
    stamped = dict(stamp for watcher in watched for stamp in watcher.stamps)
    return sorted(
        1000 * (moment - stamped[sequence])
        for watcher in watched
        for sequence, moment in watcher.arrivals[1:]  # the first one is not new
        if sequence in stamped
    )


def _between_frames_ms(watched: Sequence[Watched]) -> float:
    return 1000 / statistics.fmean(watcher.frames_hz for watcher in watched)


def _quantile(ascending: Sequence[float], part: float) -> float:
    return ascending[min(len(ascending) - 1, int(part * len(ascending)))]


def _histogram(values_ms: Sequence[float]) -> str:
    lines, low = [], 0.0
    for high in _BINS_MS:
        count = sum(low <= value < high for value in values_ms)
        part = count / len(values_ms)
        lines.append(f"{low:5g} to {high:<4g} ms {100 * part:5.1f} % {'#' * round(_BAR * part)}")
        low = high
    return "\n".join(lines)


@contextlib.contextmanager
def running_tsne(address: str) -> Iterator[str]:
    """A 3-D t-SNE that has begun to step and outlasts every measurement."""
    with httpx.Client(base_url=address, timeout=60) as http:
        embedding_id = http.get("/api/v1/runs").raise_for_status().json()[0]["embeddings"][0]["id"]
        projection = {"method": "tsne", "n_dims": 3, "n_steps": 100_000, "patience_steps": 0}
        body = {"embedding_id": embedding_id, "projection": projection}
        job_id = http.post("/api/v1/jobs", json=body).raise_for_status().json()["id"]
        deadline = time.monotonic() + _START_SECONDS
        while http.get(f"/api/v1/jobs/{job_id}").raise_for_status().json()["step"] < 1:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no step within {_START_SECONDS:g} s")
            time.sleep(0.1)
        yield job_id
        http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "stop"}).raise_for_status()


@contextlib.contextmanager
def peer(n_points: int) -> Iterator[int]:
    """The port of the peer."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.live_peer", str(port), str(n_points), str(_PUBLISHED_HZ)]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not _listens(port):
            if time.monotonic() > deadline or process.poll() is not None:
                raise TimeoutError("the peer does not listen")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
