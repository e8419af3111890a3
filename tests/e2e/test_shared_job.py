"""Many people at one job: everybody sees the same frames, and whoever comes late sees where it is."""

from __future__ import annotations

from e2e.job_traffic import layout_hash
from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage
from projector_contracts.compute.v1.job_pb2 import Frame


def test_watchers_see_the_same_frames_and_a_late_one_the_current_frame_at_once(open_projector: OpenProjector) -> None:
    first, second, late = open_projector(), open_projector(), open_projector()
    n_steps = 4_000  # some seconds
    first.open()
    job_id = first.run_tsne(n_dims=2, perplexity=300, n_steps=n_steps)
    first.wait(lambda: first.address("job") == job_id, what="the job in the address")
    second.open(first.path)
    second.wait_for_step(20)

    first.cloud.press(" ")
    first.wait_for_phase("paused")
    second.wait_for_phase("paused")
    first.wait(lambda: first.shown().sequence == newest(first, job_id).sequence, what="the last frame before the pause")
    late.open(first.path)
    at_the_pause = first.shown()

    assert [frame.sequence for frame in late.traffic.frames(job_id)] == [at_the_pause.sequence]
    assert late.shown().layout_hash == at_the_pause.layout_hash == layout_hash(newest(late, job_id).layout)

    late.cloud.press(" ")
    for page in (first, second, late):
        page.wait_for_end(n_steps)
    by_sequence = {frame.sequence: frame.layout for frame in first.traffic.frames(job_id)}
    for page in (second, late):
        seen = page.traffic.frames(job_id)
        assert [frame.sequence for frame in seen] == sorted({frame.sequence for frame in seen})
        common = [frame for frame in seen if frame.sequence in by_sequence]
        # Each page is sent the newest frame whenever it has drawn, so that few are the same for all.
        assert len(common) >= 3
        assert all(frame.layout == by_sequence[frame.sequence] for frame in common)
    assert first.shown().layout_hash == second.shown().layout_hash == late.shown().layout_hash


def newest(page: ProjectorPage, job_id: str) -> Frame:
    return page.traffic.frames(job_id)[-1]
