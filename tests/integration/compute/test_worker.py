"""Jobs on a real worker."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from integration.compute.array_loader import ArrayLoader
from integration.compute.job_client import JobClient, neighbors_query, pca_spec, tsne_spec
from integration.compute.worker_process import WorkerPlace
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from fixtures.deadline import wait_until
from projector_compute.model import PcaResult, Phase
from projector_contracts import names

pytestmark = pytest.mark.integration


def test_pca_from_the_loader_to_the_stored_frame(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    with place.worker("batch"):
        job = client.create(pca_spec(loader.add("digits", digits)))
        state = client.wait_for(job, Phase.FINISHED)
    (frame,) = client.frames(job)
    assert (frame.sequence, frame.step, frame.layout.shape) == (1, 0, (1797, 10))
    assert math.isnan(frame.loss)
    assert isinstance(state.result, PcaResult)
    assert state.result.explained_variance_ratio[0] == pytest.approx(0.1489, abs=1e-4)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_steps_of_a_tsne_are_frames_in_order_from_the_first_to_the_last(
    n_dims: int, place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    with place.worker("batch", SLICE_SECONDS="0.5"):
        job = client.create(tsne_spec(loader.add("digits", digits), n_dims=n_dims, n_steps=600))
        state = client.wait_for(job, Phase.FINISHED, seconds=200)
    frames = client.frames(job)
    # Steps that come faster than a screen shows them are not all frames; that others are is in the unit tests.
    steps = [frame.step for frame in frames]
    assert (steps[0], steps[-1]) == (0, 600)
    assert all(later > earlier for earlier, later in pairwise(steps))
    assert [frame.sequence for frame in frames] == list(range(1, len(frames) + 1))
    assert all(frame.layout.shape == (len(digits), n_dims) for frame in frames)
    assert all(math.isfinite(frame.loss) for frame in frames)
    assert frames[-1].loss < frames[0].loss
    assert (state.step, state.sequence, state.progress) == (600, len(frames), 1.0)


def test_a_stopped_job_keeps_its_last_layout_and_loses_its_fingerprint(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    with place.worker("batch"):
        job = client.create(tsne_spec(loader.add("digits", digits), n_steps=100_000))
        client.wait_for_step(job, 20)
        client.stop(job)
        state = client.wait_for(job, Phase.STOPPED)
    assert client.frames(job)[-1].step == state.step >= 20
    assert client.redis.get(names.fingerprint_key(f"hash-of-{job}")) is None
    assert not client.redis.exists(names.slice_key(job), names.lease_key(job), names.optimizer_key(job))
    for key in (names.spec_key(job), names.state_key(job), names.frames_key(job), names.controls_key(job)):
        assert 0 < client.redis.ttl(key) <= names.FINISHED_JOB_SECONDS
    assert not (place.folder / "cache" / "jobs" / job).exists()


def test_pausing_stops_the_steps_and_changes_none_of_them(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    spec = tsne_spec(loader.add("digits", digits), n_steps=300)
    with place.worker("batch", SLICE_SECONDS="0.3"):
        whole = client.create(spec, "whole")
        client.wait_for(whole, Phase.FINISHED)
        interrupted = client.create(spec, "interrupted")
        client.wait_for_step(interrupted, 20)
        client.pause(interrupted)
        paused = client.wait_for(interrupted, Phase.PAUSED)
        client.wake(names.machine_queue("here"))  # for nothing
        other = client.create(pca_spec(loader.add("digits", digits)), "other")
        client.wait_for(other, Phase.FINISHED)
        assert client.state(interrupted).step == paused.step < 300
        client.resume(interrupted)
        client.wait_for(interrupted, Phase.FINISHED)
    np.testing.assert_array_equal(client.frames(interrupted)[-1].layout, client.frames(whole)[-1].layout)
    sequences = [frame.sequence for frame in client.frames(interrupted)]
    assert sequences == list(range(1, len(sequences) + 1))


def test_a_paused_job_can_be_stopped(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    with place.worker("batch"):
        job = client.create(tsne_spec(loader.add("digits", digits), n_steps=100_000))
        client.wait_for_step(job, 5)
        client.pause(job)
        paused = client.wait_for(job, Phase.PAUSED)
        client.stop(job)
        stopped = client.wait_for(job, Phase.STOPPED)
    assert stopped.step == paused.step
    assert client.frames(job)[-1].step == stopped.step


def test_wake_ups_for_nothing_are_harmless(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    with place.worker("batch", "here", SLICE_SECONDS="0.3"), place.worker("batch", "there", SLICE_SECONDS="0.3"):
        job = client.create(tsne_spec(loader.add("digits", digits), n_steps=400))
        client.wait_for_step(job, 10)
        for _ in range(10):
            client.wake()
            client.wake(names.machine_queue("here"))
        client.wait_for(job, Phase.FINISHED)
        client.wake()
        marker = client.create(pca_spec(loader.add("digits", digits)), "marker")
        client.wait_for(marker, Phase.FINISHED)
    frames = client.frames(job)
    assert [frame.sequence for frame in frames] == list(range(1, len(frames) + 1))
    steps = [frame.step for frame in frames]
    assert steps == sorted(set(steps))
    assert client.state(job).phase is Phase.FINISHED


def test_questions_are_answered_while_a_tsne_runs(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    ref = loader.add("digits", digits)
    with place.worker("batch", SLICE_SECONDS="0.5"), place.worker("interactive"):
        job = client.create(tsne_spec(ref, n_steps=100_000))
        client.wait_for_step(job, 5)
        answer = client.neighbors(neighbors_query(ref, [7], 3))
        quality = client.quality(job, 5).quality  # between two slices
        assert client.state(job).phase is Phase.RUNNING
        outside = client.neighbors(neighbors_query(ref, [1797], 3))
    distances = np.linalg.norm(digits.astype(np.float64) - digits[7], axis=1)
    expected = np.argsort(distances, kind="stable")[1:4]
    np.testing.assert_array_equal(np.frombuffer(answer.neighbors.rows, "<u4"), expected)
    np.testing.assert_allclose(np.frombuffer(answer.neighbors.distances, "<f4"), distances[expected], rtol=1e-6)
    assert 0 < quality.trustworthiness.value < 1
    assert outside.failure.code == "invalid_argument"
    assert "below 1797" in outside.failure.message


def test_a_layout_is_measured_and_searched(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    ref = loader.add("digits", digits)
    with place.worker("batch"), place.worker("interactive"):
        job = client.create(pca_spec(ref, n_components=2))
        client.wait_for(job, Phase.FINISHED)
        quality = client.quality(job, 15).quality
        query = neighbors_query(ref, [7, 0], 3)
        query.layout.job_id = job
        found = client.neighbors(query).neighbors
        query.layout.sequence = 99
        gone = client.neighbors(query).failure
    (frame,) = client.frames(job)
    layout = frame.layout.astype(np.float64)
    expected = trustworthiness(digits.astype(np.float64), layout, n_neighbors=15)
    assert quality.trustworthiness.value == pytest.approx(expected, abs=1e-4)
    assert (quality.sequence, quality.n_sampled, len(quality.preservation)) == (1, 1797, 4 * 1797)
    nearest = [np.argsort(np.linalg.norm(layout - layout[row], axis=1), kind="stable")[1:4] for row in (7, 0)]
    np.testing.assert_array_equal(np.frombuffer(found.rows, "<u4").reshape(2, 3), nearest)
    assert found.sequence == 1
    assert (gone.code, "Frame 99" in gone.message) == ("not_found", True)


def test_a_terminated_worker_hands_its_slice_over(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    job_spec = tsne_spec(loader.add("digits", digits), n_steps=400)
    with place.worker("batch", SLICE_SECONDS="3600") as worker:
        job = client.create(job_spec)
        client.wait_for_step(job, 10)
        assert worker.terminate() == 0
        assert "Traceback" not in worker.log_text()
    assert client.state(job).phase is Phase.RUNNING
    assert not client.redis.exists(names.lease_key(job), names.worker_key("batch", "here"))
    with place.worker("batch", "elsewhere"):
        client.wait_for(job, Phase.FINISHED)
    sequences = [frame.sequence for frame in client.frames(job)]
    assert sequences == list(range(1, len(sequences) + 1))


def test_failures_are_told_in_the_state(place: WorkerPlace, loader: ArrayLoader, client: JobClient) -> None:
    holed = np.ones((10, 3), np.float32)
    holed[4, 1] = np.nan
    holed[7, 0] = np.inf
    ref = loader.add("holed", holed)
    with place.worker("batch", LOADER_PATIENCE_SECONDS="1"):
        job = client.create(tsne_spec(ref), "holed")
        failure = client.wait_for(job, Phase.FAILED).failure
        assert failure is not None
        assert failure.code == "invalid_argument"
        assert "2 of 10 rows" in failure.message
        assert "row 4" in failure.message
        assert client.redis.get(names.fingerprint_key(f"hash-of-{job}")) is None

        loader.add("holed", np.ones((10, 3), np.float32))
        changed = loader.add("changed", np.ones((9, 3), np.float32))
        loader.add("changed", np.zeros((9, 3), np.float32))
        failure = client.wait_for(client.create(pca_spec(changed), "changed"), Phase.FAILED).failure
        assert failure is not None
        assert (failure.code, failure.message) == ("conflict", "words.tsv has changed; reload the page.")

        loader.n_refusals = 1000
        unread = loader.add("unread", np.ones((8, 3), np.float32))
        failure = client.wait_for(client.create(pca_spec(unread), "unread"), Phase.FAILED).failure
        assert failure is not None
        assert failure.code == "unavailable"
        assert loader.n_reads > 3

        loader.n_refusals = 1000
        patient = client.create(pca_spec(unread), "patient")
        wait_until(
            lambda: "loader does not answer" in client.state(patient).interruption, seconds=10, what="a word of it"
        )
        loader.n_refusals = 0
        assert client.wait_for(patient, Phase.FINISHED).interruption == ""
