"""The public gRPC services, over the same use cases as REST."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio

from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.loader.v1 import loader_pb2
from projector_contracts.names import JobId
from projector_gateway.clients.answers import read_answer
from projector_gateway.clients.frames import FrameStore
from projector_gateway.clients.loader import Loader
from projector_gateway.jobs.feed import JobFeeds
from projector_gateway.jobs.forks import ForkService
from projector_gateway.jobs.history import encode_history
from projector_gateway.jobs.service import JobService
from projector_gateway.jobs.watch import Watch
from projector_gateway.jobs.watchers import Watchers
from projector_gateway.neighbors.service import NeighborService
from projector_gateway.people.anonymous import anonymous, named_program
from projector_gateway.people.schemas import Person
from projector_gateway.quality.service import QualityService
from projector_gateway.rpc import messages, question_messages
from projector_gateway.uploads.service import UploadService

PROGRAM_NAME = "projector-name"
"""Metadata with a program's name, percent-encoded where it is not ASCII."""

Context = grpc.aio.ServicerContext[Any, Any]


class DatasetServicer(api_pb2_grpc.DatasetServiceServicer):
    """Runs and embeddings."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    async def ListRuns(self, request: api_pb2.ListRunsRequest, context: Context) -> api_pb2.ListRunsResponse:
        return api_pb2.ListRunsResponse(runs=[messages.encode_run(run) for run in await self._loader.runs()])

    async def GetEmbedding(self, request: api_pb2.GetEmbeddingRequest, context: Context) -> loader_pb2.Embedding:
        return messages.encode_embedding(await self._loader.embedding(request.embedding_id))


class JobServicer(api_pb2_grpc.JobServiceServicer):
    """Jobs and their events."""

    def __init__(
        self, jobs: JobService, forks: ForkService, feeds: JobFeeds, frames: FrameStore, watchers: Watchers
    ) -> None:
        self._jobs = jobs
        self._forks = forks
        self._feeds = feeds
        self._frames = frames
        self._watchers = watchers

    async def CreateJob(self, request: api_pb2.CreateJobRequest, context: Context) -> api_pb2.Job:
        wish = await asyncio.to_thread(messages.decode_job_request, request.spec)  # it may name a million rows
        created = await self._jobs.create(wish, by=_person(context))
        return messages.encode_job(created.job)

    async def GetJob(self, request: api_pb2.GetJobRequest, context: Context) -> api_pb2.Job:
        return messages.encode_job(await self._jobs.read(JobId(request.job_id)))

    async def ListJobs(self, request: api_pb2.ListJobsRequest, context: Context) -> api_pb2.ListJobsResponse:
        jobs = await self._jobs.of_embedding(request.embedding_id)
        return api_pb2.ListJobsResponse(jobs=[messages.encode_listed_job(job) for job in jobs])

    async def ControlJob(self, request: api_pb2.ControlJobRequest, context: Context) -> api_pb2.Job:
        job_id = JobId(request.job_id)
        await self._jobs.control(job_id, messages.decode_control(request.control), by=_person(context))
        return messages.encode_job(await self._jobs.read(job_id))

    async def ForkJob(self, request: api_pb2.ForkJobRequest, context: Context) -> api_pb2.Job:
        wish = messages.decode_fork_request(request)
        forked = await self._forks.fork(JobId(request.job_id), wish, by=_person(context))
        return messages.encode_job(forked.job)

    async def DeleteJob(self, request: api_pb2.DeleteJobRequest, context: Context) -> api_pb2.DeleteJobResponse:
        await self._jobs.delete(JobId(request.job_id))
        return api_pb2.DeleteJobResponse()

    async def GetJobHistory(self, request: api_pb2.GetJobRequest, context: Context) -> job_pb2.JobHistory:
        history = await self._frames.history(JobId(request.job_id))
        return job_pb2.JobHistory.FromString(await asyncio.to_thread(encode_history, history))

    async def GetFrame(self, request: api_pb2.GetFrameRequest, context: Context) -> job_pb2.Frame:
        job_id = JobId(request.job_id)
        sequence = request.sequence or await self._frames.newest(job_id)
        return job_pb2.JobEvent.FromString(await self._frames.frame(job_id, sequence)).frame

    async def StreamEvents(  # type: ignore[override]  # the bytes of events, which are sent as they are
        self, request: api_pb2.StreamEventsRequest, context: Context
    ) -> AsyncIterator[bytes]:
        """Serialised JobEvents, unread (see ``forwarding``).

        Flow control of the transport stands for acknowledgements: while it holds a frame back, others go by.
        """
        job_id = JobId(request.job_id)
        after = request.after if request.HasField("after") else None
        person = _person(context)
        async with self._feeds.of(job_id) as feed:
            watch = Watch(job_id, feed, self._frames, after=after, window=None)
            with self._watchers.noting(job_id, person, has_ended=feed.is_final):
                async with aclosing(watch.events()) as events:
                    async for event in events:
                        yield event


class QuestionServicer(api_pb2_grpc.QuestionServiceServicer):
    """Neighbors of rows and quality of layouts; the workers' answers are handed on as they are."""

    def __init__(self, neighbors: NeighborService, quality: QualityService) -> None:
        self._neighbors = neighbors
        self._quality = quality

    async def FindNeighbors(self, request: query_pb2.NeighborsQuery, context: Context) -> query_pb2.Neighbors:
        asked = question_messages.decode_neighbors_query(request)
        found = await self._neighbors.find(request.embedding.embedding_id, asked, by=_person(context))
        return read_answer(found).neighbors

    async def MeasureQuality(self, request: query_pb2.QualityQuery, context: Context) -> query_pb2.Quality:
        asked = question_messages.decode_quality_query(request)
        measured = await self._quality.measure(JobId(request.layout.job_id), asked, by=_person(context))
        return read_answer(measured).quality


class UploadServicer(api_pb2_grpc.UploadServiceServicer):
    """Uploads."""

    def __init__(self, uploads: UploadService) -> None:
        self._uploads = uploads

    async def GetUploadRules(
        self, request: loader_pb2.GetUploadRulesRequest, context: Context
    ) -> loader_pb2.UploadRules:
        return messages.encode_upload_rules(await self._uploads.rules())

    async def WriteUpload(
        self, request_iterator: AsyncIterator[loader_pb2.UploadChunk], context: Context
    ) -> loader_pb2.WriteUploadResponse:
        chunks = aiter(request_iterator)
        header = messages.decode_upload_header(await anext(chunks, None))
        n_bytes = await self._uploads.receive(
            header.upload_id,
            header.role,
            file_name=header.file_name,
            n_bytes=header.n_bytes,
            parts=messages.decode_upload_parts(chunks),
        )
        return loader_pb2.WriteUploadResponse(n_bytes=n_bytes)

    async def FinishUpload(self, request: loader_pb2.FinishUploadRequest, context: Context) -> loader_pb2.Run:
        run = await self._uploads.finish(request.upload_id, messages.decode_upload_request(request))
        return messages.encode_run(run)

    async def DeleteUpload(
        self, request: loader_pb2.DeleteUploadRequest, context: Context
    ) -> loader_pb2.DeleteUploadResponse:
        await self._uploads.delete(request.id)
        return loader_pb2.DeleteUploadResponse()


def _person(context: Context) -> Person:
    """Who calls: gRPC tells a peer as ``ipv4:127.0.0.1:51234``; a program may say its name.

    Raises:
        InvalidArgument: its name cannot be shown.
    """
    address = context.peer().rpartition(":")[0].partition(":")[2]
    name = dict(context.invocation_metadata() or ()).get(PROGRAM_NAME)
    return anonymous(address) if name is None else named_program(address, str(name))
