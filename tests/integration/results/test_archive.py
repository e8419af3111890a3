"""Results in SQLite and in PostgreSQL."""

from __future__ import annotations

import asyncio
import math
import struct

import pytest
from integration.results.samples import EMBEDDING_ID, frame, result
from sqlalchemy import func, select

from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import LOSS_ENTRY, JobId
from projector_gateway.collections.orm import BookmarkRow, CollectionRow, LayoutRow
from projector_gateway.collections.records import new_bookmark
from projector_gateway.collections.repository import CollectionRepository
from projector_gateway.collections.schemas import Camera, View
from projector_gateway.database import Database
from projector_gateway.jobs.messages import decode_job
from projector_gateway.jobs.projections import Tsne
from projector_gateway.layouts import inspect_layout
from projector_gateway.results.archive import Archive

pytestmark = pytest.mark.integration
JOB = JobId("job1")


async def n_layouts(database: Database) -> int:
    async with database.reading() as session:
        return (await session.scalars(select(func.count()).select_from(LayoutRow))).one()


async def bookmark(database: Database, event: bytes) -> BookmarkRow:
    """Save a view of a layout."""
    layout = inspect_layout(event)
    camera = Camera(mode="orthographic", position=(0, 0, 4), target=(0, 0, 0), up=(0, 1, 0), zoom=1)
    view = View(
        projection=Tsne(n_dims=2), components=[0, 1], step=1, camera=camera, label_column=None, color_column=None
    )
    collection = CollectionRow(
        id="c1", embedding_id="e", embedding_digest="d", n_points=3, n_dims=4, name="n", source="user", version=1
    )
    saved = new_bookmark(name="b", view=view, layout_digest=layout.digest, position=0)
    collection.created_at = saved.created_at
    async with database.writing() as session:
        repository = CollectionRepository(session)
        await repository.layouts.keep(layout)
        collection.bookmarks = [saved]
        await repository.add(collection)
    return saved


async def test_a_job_comes_back_with_its_rows_but_without_what_is_never_told(archive: Archive) -> None:
    await archive.add(result("job1", frame(3)))
    stored = await archive.job(JOB)
    assert stored is not None
    job = decode_job(stored.spec, stored.state)
    assert (job.id, job.phase, job.rows, job.sequence, job.step) == ("job1", "finished", [1, 4, 6], 3, 30)
    assert [(time.phase, time.seconds) for time in job.times] == [("running", 2.5)]
    kept = job_pb2.JobSpec.FromString(stored.spec).tsne
    assert (kept.initial_layout, kept.supervision.labels, kept.supervision.weight) == (b"", b"", 0.5)
    assert await archive.job(JobId("nobody")) is None


async def test_frames_come_back_as_they_were_published(archive: Archive) -> None:
    frames = [frame(1, x=1), frame(2, x=2, loss=math.nan), frame(5, x=3)]
    await archive.add(result("job1", *frames))
    assert await archive.sequences(JOB) == [1, 2, 5]
    assert await archive.frames(JOB, [5, 4, 1]) == [frames[2], None, frames[0]]
    ((event),) = await archive.frames(JOB, [2])
    assert event is not None
    assert math.isnan(job_pb2.JobEvent.FromString(event).frame.loss)


async def test_equal_layouts_are_kept_once_and_each_frame_keeps_its_own_step(
    archive: Archive, database: Database
) -> None:
    await archive.add(result("job1", frame(1, x=1, step=0, loss=3.0), frame(2, x=2)))
    await archive.add(result("job2", frame(7, x=2, step=99, loss=0.25)))
    assert await n_layouts(database) == 2
    assert await archive.frames(JobId("job2"), [7]) == [frame(7, x=2, step=99, loss=0.25)]
    assert await archive.frames(JOB, [2]) == [frame(2, x=2)]


async def test_the_history_tells_losses_and_kept_frames(archive: Archive) -> None:
    await archive.add(result("job1", frame(2)))
    history = await archive.history(JOB)
    assert history is not None
    assert history.kept == {2}
    assert history.losses[1] == struct.pack(LOSS_ENTRY, 10, 2.0)
    step, loss = struct.unpack(LOSS_ENTRY, history.losses[2])
    assert (step, math.isnan(loss)) == (20, True)


async def test_keeping_a_result_again_changes_nothing(archive: Archive, database: Database) -> None:
    await archive.add(result("job1", frame(1)))
    await archive.add_quality(JOB, b"scores")
    await archive.add(result("job1", frame(1), frame(2, x=9)))
    assert (await archive.sequences(JOB), await archive.quality(JOB)) == ([1], b"scores")
    assert await n_layouts(database) == 1


async def test_results_of_one_moment_that_share_layouts_do_not_disturb_each_other(
    archive: Archive, database: Database
) -> None:
    frames = [frame(sequence, x=sequence) for sequence in range(1, 7)]
    orders = [frames, frames[::-1], frames[3:] + frames[:3], frames[1::2] + frames[::2]]
    await asyncio.gather(*(archive.add(result(f"job{number}", *order)) for number, order in enumerate(orders)))
    assert await n_layouts(database) == 6
    assert await asyncio.gather(*(archive.delete(JobId(f"job{number}")) for number in range(4))) == [True] * 4
    assert await n_layouts(database) == 0


async def test_the_newest_finished_job_answers_for_a_fingerprint_until_another_replaces_it(archive: Archive) -> None:
    await archive.add(result("old", frame(1), fingerprint="f" * 64))
    await archive.add(result("new", frame(1), fingerprint="f" * 64, minutes=1))
    await archive.add(result("stopped", frame(1), minutes=2))
    found = await archive.answering("f" * 64)
    assert found is not None
    assert found.job_id == "new"
    await archive.release("f" * 64)
    assert await archive.answering("f" * 64) is None
    assert await archive.job(JobId("new")) is not None


async def test_lists_are_of_one_embedding_and_newest_first(archive: Archive) -> None:
    for number in (2, 1, 3):
        await archive.add(result(f"job{number}", frame(1), minutes=number))
    assert [job.job_id for job in await archive.of_embedding(EMBEDDING_ID, 2)] == ["job3", "job2"]
    assert await archive.of_embedding("another", 2) == []


async def test_the_oldest_results_make_room(archive: Archive, database: Database) -> None:
    for number in range(4):
        await archive.add(result(f"job{number}", frame(1, x=number), minutes=number))
    size = result("job0", frame(1)).row.n_bytes
    assert await archive.evict(4 * size) == []
    assert await archive.evict(2 * size + 1) == ["job0", "job1"]
    assert await archive.job(JobId("job0")) is None
    assert await archive.sequences(JobId("job1")) == []
    assert await n_layouts(database) == 2


async def test_a_layout_stays_as_long_as_a_bookmark_or_a_result_shows_it(archive: Archive, database: Database) -> None:
    shared = frame(2, x=2)
    await archive.add(result("job1", frame(1, x=1), shared))
    saved = await bookmark(database, shared)
    await archive.evict(0)
    async with database.reading() as session:
        assert (await CollectionRepository(session).read_layout(saved.id)).event == shared
    assert await n_layouts(database) == 1
    await archive.add(result("job1", frame(1, x=1), shared))
    async with database.writing() as session:
        repository = CollectionRepository(session)
        await repository.delete(await repository.read("c1"))
    assert await archive.frames(JOB, [2]) == [shared]
    await archive.delete(JOB)
    assert await n_layouts(database) == 0


async def test_quality_of_a_result_that_is_gone_is_nobodys(archive: Archive) -> None:
    await archive.add_quality(JOB, b"scores")
    assert await archive.quality(JOB) is None
