"""A job on the projector: watch it, steer it, take its result."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Literal

from numpy.typing import ArrayLike

from projector_client import messages, question_messages
from projector_client.errors import JobFailed, ProjectorError, Unavailable, translated
from projector_client.model import Frame, History, JobState, Supervision
from projector_client.questions import Neighbors, Quality
from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_contracts.compute.v1 import job_pb2, query_pb2

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_QUALITY_SECONDS = 150.0
"""Longer than the projector itself gives its workers."""


class Job:
    """One computation of a projection; iterate over it to get its frames.

    Attributes:
        id: the job's opaque id.
        embedding_id: what it projects.
        forked_from: the frame of another job from whose layout it started; None: it is no fork.
    """

    def __init__(
        self,
        stub: api_pb2_grpc.JobServiceStub,
        questions: api_pb2_grpc.QuestionServiceStub,
        created: api_pb2.Job,
        *,
        timeout_seconds: float,
        max_reconnects: int,
    ) -> None:
        self._stub = stub
        self._questions = questions
        self._timeout_seconds = timeout_seconds
        self._max_reconnects = max_reconnects
        self.id = created.state.job_id
        self.embedding_id = created.spec.embedding.embedding_id
        self.forked_from = messages.forked_from(created.spec)

    def __repr__(self) -> str:
        return f"Job({self.id!r})"

    def __iter__(self) -> Iterator[Frame]:
        """All kept frames, then live ones, until the job ends; see ``frames``."""
        return self.frames(after=0)

    def frames(self, after: int | None = None) -> Generator[Frame, None, None]:
        """Frames in rising sequence until the job ends.

        When the connection breaks it is made again and goes on after the last frame, so that none comes twice.
        Whoever reads slowly gets the newest frame next; the last one always comes. Closing the generator ends the
        watching on the projector too.

        Args:
            after: kept frames above this sequence come first; None begins with the newest one.

        Raises:
            JobFailed: the job failed.
            Unavailable: the projector stayed away through all reconnects.
        """
        request = api_pb2.StreamEventsRequest(job_id=self.id, after=after)
        n_failures = 0
        while True:
            try:
                for event in self._events(request):
                    n_failures = 0
                    if event.WhichOneof("event") == "state":
                        if _ends(event.state):
                            return
                        continue
                    request.after = event.frame.sequence
                    yield messages.frame(event.frame)
                raise Unavailable("The projector ended the stream before the job had ended.")
            except Unavailable:
                n_failures += 1
                if n_failures > self._max_reconnects:
                    raise
                time.sleep(min(_FIRST_PAUSE_SECONDS * 2 ** (n_failures - 1), _LONGEST_PAUSE_SECONDS))

    def result(self) -> Frame:
        """Wait until the job ends; its last frame.

        Raises:
            JobFailed: the job failed.
            ProjectorError: it was stopped before its first frame.
        """
        last: Frame | None = None
        for frame in self.frames():
            last = frame
        if last is None:
            raise ProjectorError(f"Job {self.id} ended before its first frame.")
        return last

    def state(self) -> JobState:
        """The newest state."""
        with translated():
            job = self._stub.GetJob(api_pb2.GetJobRequest(job_id=self.id), timeout=self._timeout_seconds)
        return messages.state(job.state)

    def history(self) -> History:
        """Losses by step, and which frames are kept."""
        with translated():
            request = api_pb2.GetJobRequest(job_id=self.id)
            return messages.history(self._stub.GetJobHistory(request, timeout=self._timeout_seconds))

    def frame(self, sequence: int | None = None) -> Frame:
        """One kept frame.

        Args:
            sequence: of the frame; None: the newest.

        Raises:
            NotFound: the frame is not kept, or there is none yet.
        """
        request = api_pb2.GetFrameRequest(job_id=self.id)
        messages.fill(request, sequence=sequence or 0)
        with translated():
            return messages.frame(self._stub.GetFrame(request, timeout=self._timeout_seconds))

    def neighbors(self, rows: ArrayLike, *, n_neighbors: int = 100, sequence: int | None = None) -> Neighbors:
        """The rows nearest to one or several rows in a layout of this job, by Euclidean distance.

        Args:
            rows: of the embedding, a row or a sequence of at most 100; they must be among the job's rows.
            n_neighbors: 1 to 1000; fewer are told where there are fewer.
            sequence: of a kept frame; None: the newest.
        """
        query = query_pb2.NeighborsQuery(rows=question_messages.pack_queries(rows), metric=job_pb2.EUCLIDEAN)
        query.embedding.embedding_id = self.embedding_id
        messages.fill(query, n_neighbors=n_neighbors)
        query.layout.CopyFrom(self._layout(sequence))
        with translated():
            return question_messages.neighbors(self._questions.FindNeighbors(query, timeout=self._timeout_seconds))

    def quality(self, *, n_neighbors: int = 15, sequence: int | None = None) -> Quality:
        """How well a layout of this job shows what is near in the space that the job projected.

        Args:
            n_neighbors: that make a neighborhood, 1 to 200; lowered to below half of the rows.
            sequence: of a kept frame; None: the newest.

        Raises:
            Deadline: no worker was free in time.
        """
        query = query_pb2.QualityQuery(layout=self._layout(sequence))
        messages.fill(query, n_neighbors=n_neighbors)
        with translated():
            return question_messages.quality(self._questions.MeasureQuality(query, timeout=_QUALITY_SECONDS))

    def _layout(self, sequence: int | None) -> query_pb2.LayoutRef:
        layout = query_pb2.LayoutRef(job_id=self.id)
        messages.fill(layout, sequence=sequence or 0)
        return layout

    def pause(self) -> None:
        """Pause between two steps; watching goes on silently until the job is resumed or stopped."""
        self._control(job_pb2.Control(pause=job_pb2.Pause()))

    def resume(self) -> None:
        """Go on after a pause."""
        self._control(job_pb2.Control(resume=job_pb2.Resume()))

    def stop(self) -> None:
        """End the job between two steps; its frames stay. Stopping an ended job is no error."""
        self._control(job_pb2.Control(stop=job_pb2.Stop()))

    def perturb(self) -> None:
        """Move every point of a t-SNE a little at random."""
        self._control(job_pb2.Control(perturb=job_pb2.Perturb()))

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate of a t-SNE from now on; 0 stands for rows / exaggeration."""
        control = job_pb2.Control()
        messages.fill(control.set_learning_rate, learning_rate=learning_rate)
        self._control(control)

    def set_exaggeration(self, exaggeration: float) -> None:
        """Change the exaggeration of a t-SNE from now on."""
        control = job_pb2.Control()
        messages.fill(control.set_exaggeration, exaggeration=exaggeration)
        self._control(control)

    def supervise(self, supervision: Supervision) -> None:
        """Change the supervision of a t-SNE from now on; a weight of 0 ends it."""
        self._control(job_pb2.Control(supervise=job_pb2.Supervise(supervision=messages.supervision(supervision))))

    def fork(
        self,
        *,
        sequence: int | None = None,
        method: Literal["tsne", "umap"] = "tsne",
        seed: int = 0,
        **parameters: object,
    ) -> Job:
        """A new job of the same rows that starts from the coordinates of a frame of this one.

        Args:
            sequence: of a kept frame; None: the newest.
            parameters: of ``Projector.tsne`` or ``Projector.umap``, by the same names; ``n_dims`` as the frame has.

        Raises:
            InvalidArgument: a parameter is unknown, or its value is not allowed.
            NotFound: the frame is not kept.
        """
        request = api_pb2.ForkJobRequest(job_id=self.id)
        messages.fill(request, sequence=sequence or 0)
        messages.fill(request.spec, seed=seed)
        projection = request.spec.tsne if method == "tsne" else request.spec.umap
        projection.SetInParent()
        messages.fill_parameters(projection, parameters)
        with translated():
            created = self._stub.ForkJob(request, timeout=self._timeout_seconds)
        return Job(
            self._stub,
            self._questions,
            created,
            timeout_seconds=self._timeout_seconds,
            max_reconnects=self._max_reconnects,
        )

    def delete(self) -> None:
        """End the job if it runs, and remove what is kept of it; bookmarks keep their layouts."""
        with translated():
            self._stub.DeleteJob(api_pb2.DeleteJobRequest(job_id=self.id), timeout=self._timeout_seconds)

    def _control(self, control: job_pb2.Control) -> None:
        request = api_pb2.ControlJobRequest(job_id=self.id, control=control)
        with translated():
            self._stub.ControlJob(request, timeout=self._timeout_seconds)

    def _events(self, request: api_pb2.StreamEventsRequest) -> Iterator[job_pb2.JobEvent]:
        # No deadline: a paused job may stay silent for days. The channel's keepalive notices a dead connection.
        call = self._stub.StreamEvents(request)
        try:
            with translated():
                yield from call
        finally:
            call.cancel()


def _ends(state: job_pb2.JobState) -> bool:
    """Whether a state is final; raises ``JobFailed`` for a failed one."""
    if state.phase == job_pb2.FAILED:
        raise JobFailed(state.failure.code, state.failure.message)
    return state.phase in (job_pb2.FINISHED, job_pb2.STOPPED)
