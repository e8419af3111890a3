"""The projector as a Python program sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Literal, Self

import grpc
import numpy as np
from numpy.typing import ArrayLike

from projector_client import messages, question_messages
from projector_client.errors import ProjectorError, translated
from projector_client.job import Job
from projector_client.model import (
    CustomAxis,
    Embedding,
    EmbeddingSummary,
    Initialisation,
    Metric,
    Preprocessing,
    Run,
    Supervision,
)
from projector_client.questions import Neighbors
from projector_client.uploads import (
    FilePath,
    Metadata,
    OutgoingFile,
    Tensor,
    chunks,
    new_upload,
    open_metadata,
    open_path,
    open_tensor,
)
from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.loader.v1 import loader_pb2

DEFAULT_ADDRESS = "127.0.0.1:8081"
_MAX_MESSAGE_BYTES = 256 * 2**20  # a layout of 20 million rows in 3-D
_UPLOAD_SECONDS = 3600.0
_FINISH_UPLOAD_SECONDS = 300.0
_OPTIONS = (
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_reconnect_backoff_ms", 2000),
)


class Projector:
    """A connection to the gateway's gRPC face; use it in a ``with`` block, or call ``close``.

    Args:
        address: ``host:port``, the gateway's PROJECTOR_GRPC_ADDRESS.
        timeout_seconds: of each question; streams of frames have none, an upload may take an hour.
        max_reconnects: how often in a row a broken stream of frames is taken up again.
    """

    def __init__(self, address: str = DEFAULT_ADDRESS, *, timeout_seconds: float = 60, max_reconnects: int = 8) -> None:
        self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        self._datasets = api_pb2_grpc.DatasetServiceStub(self._channel)
        self._jobs = api_pb2_grpc.JobServiceStub(self._channel)
        self._questions = api_pb2_grpc.QuestionServiceStub(self._channel)
        self._uploads = api_pb2_grpc.UploadServiceStub(self._channel)
        self._timeout_seconds = timeout_seconds
        self._max_reconnects = max_reconnects

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; streams of frames that still run end with an error."""
        self._channel.close()

    def runs(self) -> list[Run]:
        """All runs below the projector's data root, by name."""
        with translated():
            reply = self._datasets.ListRuns(api_pb2.ListRunsRequest(), timeout=self._timeout_seconds)
        return [messages.run(run) for run in reply.runs]

    def embedding(self, embedding_id: str) -> Embedding:
        """One embedding; raises ``NotFound``."""
        request = api_pb2.GetEmbeddingRequest(embedding_id=embedding_id)
        with translated():
            return messages.embedding(self._datasets.GetEmbedding(request, timeout=self._timeout_seconds))

    def upload(
        self,
        name: str,
        tensor: Tensor,
        *,
        tensor_shape: tuple[int, int] | None = None,
        metadata: Metadata | None = None,
        sprite: FilePath | None = None,
        thumbnail_px: tuple[int, int] | None = None,
    ) -> Embedding:
        """Bring an embedding with what goes with it; everybody sees it as the run ``Uploads/{name}``.

        Files are streamed as they are and never lie in memory as a whole.

        Args:
            name: of the run; a number is added where another upload has it.
            tensor: an array ``(n_points, n_dims)`` of real numbers, or the path of a file that the projector reads.
            tensor_shape: points and dimensions, for a file of raw float32 numbers.
            metadata: columns of one length by their names, or the path of a table; one row a point.
            sprite: path of an image with a thumbnail of each point, row by row.
            thumbnail_px: (width, height) of one; None: the sprite is a grid of as many columns as rows.

        Returns:
            Its first embedding; files with several tensors give more, which ``runs`` tells.

        Raises:
            InvalidArgument: it cannot be shown, for the reasons told; nothing is kept.
            TooLarge: a file, or all uploads together, would be too large.
            Conflict: the projector takes no uploads.
            RateLimited: too many files are being uploaded; try again later.
        """
        end = new_upload(name, tensor_shape, thumbnail_px)
        with ExitStack() as files:
            outgoing = {loader_pb2.TENSOR: files.enter_context(open_tensor(tensor))}
            if metadata is not None:
                outgoing[loader_pb2.METADATA] = files.enter_context(open_metadata(metadata))
            if sprite is not None:
                outgoing[loader_pb2.SPRITE] = files.enter_context(open_path(sprite))
            run = self._send(outgoing, end)
        return self.embedding(run.embeddings[0].id)

    def delete(self, run: Run | str) -> None:
        """Delete the run of an upload, for everybody.

        Args:
            run: what ``runs`` gave, or its id, which every embedding carries as ``run_id``.

        Raises:
            NotFound: it is no upload, or deleted already.
        """
        request = loader_pb2.DeleteUploadRequest(id=run if isinstance(run, str) else run.id)
        with translated():
            self._uploads.DeleteUpload(request, timeout=self._timeout_seconds)

    def pca(
        self,
        embedding: EmbeddingSummary | str,
        *,
        n_components: int = 10,
        uncentred: bool = False,
        preprocessing: Preprocessing = "none",
        rows: ArrayLike | None = None,
        seed: int = 0,
    ) -> Job:
        """Principal components; one frame whose columns are the components.

        Args:
            embedding: what ``runs`` or ``embedding`` gave, or its id.
            n_components: 1 to 10.
            uncentred: of the second moment about the origin, as TensorBoard has it.
            preprocessing: of the rows, by means and deviations of all finite rows of the embedding.
            rows: strictly ascending row indices; None: all rows.
        """
        spec = job_pb2.JobSpec()
        messages.fill(spec.pca, n_components=n_components, uncentred=uncentred)
        return self._create(spec, embedding, preprocessing, rows, seed)

    def tsne(
        self,
        embedding: EmbeddingSummary | str,
        *,
        n_dims: Literal[2, 3] = 3,
        perplexity: float | Sequence[float] = 30,
        n_steps: int = 1000,
        learning_rate: float = 0,
        early_exaggeration: float = 12,
        early_exaggeration_steps: int = 250,
        late_exaggeration: float = 1,
        early_momentum: float = 0.5,
        late_momentum: float = 0.8,
        patience_steps: int = 0,
        metric: Metric = "euclidean",
        initialisation: Initialisation = "pca_scaled",
        initial_layout: ArrayLike | None = None,
        supervision: Supervision | None = None,
        preprocessing: Preprocessing = "none",
        rows: ArrayLike | None = None,
        seed: int = 0,
    ) -> Job:
        """t-SNE, every step a frame. The same arguments find the same job while it holds.

        Args:
            embedding: what ``runs`` or ``embedding`` gave, or its id.
            perplexity: above 1; lowered where rows are few; several: the mean of their affinities.
            learning_rate: 0 stands for rows / exaggeration.
            patience_steps: end when the loss has not fallen for so many steps after early exaggeration; 0: never.
            metric: ``dot_product`` needs rows of unit length.
            initial_layout: (rows, n_dims), for the initialisation ``given``.
            preprocessing: of the rows, by means and deviations of all finite rows of the embedding.
            rows: strictly ascending row indices; None: all rows.
        """
        spec = job_pb2.JobSpec()
        messages.fill(
            spec.tsne,
            n_dims=n_dims,
            learning_rate=learning_rate,
            early_exaggeration=early_exaggeration,
            early_exaggeration_steps=early_exaggeration_steps,
            n_steps=n_steps,
            late_exaggeration=late_exaggeration,
            early_momentum=early_momentum,
            late_momentum=late_momentum,
            patience_steps=patience_steps,
            metric=messages.metric(metric),
            initialisation=messages.initialisation(initialisation),
            initial_layout=messages.pack_layout(initial_layout),
        )
        messages.extend(spec.tsne.perplexity, "perplexity", np.atleast_1d(perplexity).tolist())
        if supervision is not None:
            spec.tsne.supervision.CopyFrom(messages.supervision(supervision))
        return self._create(spec, embedding, preprocessing, rows, seed)

    def umap(
        self,
        embedding: EmbeddingSummary | str,
        *,
        n_dims: Literal[2, 3] = 3,
        n_neighbors: int = 15,
        min_dist: float = 0.1,
        metric: Metric = "euclidean",
        n_epochs: int = 0,
        initialisation: Initialisation = "spectral",
        initial_layout: ArrayLike | None = None,
        supervision: Supervision | None = None,
        preprocessing: Preprocessing = "none",
        rows: ArrayLike | None = None,
        seed: int = 0,
    ) -> Job:
        """UMAP, every epoch a frame. The same arguments find the same job while it holds.

        Args:
            embedding: what ``runs`` or ``embedding`` gave, or its id.
            n_neighbors: 2 to 200; lowered where rows are few.
            min_dist: 0 to 1, how close points may lie.
            metric: ``dot_product`` needs rows of unit length.
            n_epochs: 0 stands for 500 up to 10,000 rows, 200 above.
            initial_layout: (rows, n_dims), for the initialisation ``given``.
            preprocessing: of the rows, by means and deviations of all finite rows of the embedding.
            rows: strictly ascending row indices; None: all rows.
        """
        spec = job_pb2.JobSpec()
        messages.fill(
            spec.umap,
            n_dims=n_dims,
            n_neighbors=n_neighbors,
            min_dist=min_dist,
            metric=messages.metric(metric),
            n_epochs=n_epochs,
            initialisation=messages.initialisation(initialisation),
            initial_layout=messages.pack_layout(initial_layout),
        )
        if supervision is not None:
            spec.umap.supervision.CopyFrom(messages.supervision(supervision))
        return self._create(spec, embedding, preprocessing, rows, seed)

    def custom(
        self,
        embedding: EmbeddingSummary | str,
        *,
        x: CustomAxis,
        y: CustomAxis,
        z: CustomAxis | None = None,
        normalise: bool = True,
        orthogonalise: bool = False,
        preprocessing: Preprocessing = "none",
        rows: ArrayLike | None = None,
        seed: int = 0,
    ) -> Job:
        """Linear projection on directions between centroids of rows; one frame.

        Args:
            embedding: what ``runs`` or ``embedding`` gave, or its id.
            z: None for a layout of two dimensions.
            normalise: directions to unit length.
            orthogonalise: y without its part along x; z without its parts along x and y.
            preprocessing: of the rows, by means and deviations of all finite rows of the embedding.
            rows: strictly ascending row indices; None: all rows.
        """
        spec = job_pb2.JobSpec()
        messages.fill(spec.custom, normalise=normalise, orthogonalise=orthogonalise)
        for name, axis in (("x", x), ("y", y), ("z", z)):
            if axis is not None:
                getattr(spec.custom, name).CopyFrom(messages.custom_axis(axis))
        return self._create(spec, embedding, preprocessing, rows, seed)

    def raw(
        self,
        embedding: EmbeddingSummary | str,
        *,
        dims: Sequence[int] = (0, 1),
        preprocessing: Preprocessing = "none",
        rows: ArrayLike | None = None,
        seed: int = 0,
    ) -> Job:
        """Two or three dimensions as they are; one frame.

        Args:
            embedding: what ``runs`` or ``embedding`` gave, or its id.
            dims: 2 or 3 different ones, from 0.
            preprocessing: of the rows, by means and deviations of all finite rows of the embedding.
            rows: strictly ascending row indices; None: all rows.
        """
        spec = job_pb2.JobSpec()
        messages.extend(spec.raw.dims, "dims", dims)
        return self._create(spec, embedding, preprocessing, rows, seed)

    def neighbors(
        self,
        embedding: EmbeddingSummary | str,
        rows: ArrayLike,
        *,
        n_neighbors: int = 100,
        metric: Metric = "cosine",
        preprocessing: Preprocessing = "none",
    ) -> Neighbors:
        """The rows nearest to one or several rows of an embedding; ``Job.neighbors`` looks into a layout.

        Args:
            embedding: what ``runs`` or ``embedding`` gave, or its id.
            rows: a row or a sequence of at most 100.
            n_neighbors: 1 to 1000; fewer are told where there are fewer.
            metric: of "dot_product" the largest product is nearest.
        """
        query = query_pb2.NeighborsQuery(
            rows=question_messages.pack_queries(rows),
            metric=messages.metric(metric),
            preprocessing=messages.preprocessing(preprocessing),
        )
        query.embedding.embedding_id = _id_of(embedding)
        messages.fill(query, n_neighbors=n_neighbors)
        with translated():
            return question_messages.neighbors(self._questions.FindNeighbors(query, timeout=self._timeout_seconds))

    def job(self, job_id: str) -> Job:
        """A job by its id; raises ``NotFound``."""
        with translated():
            found = self._jobs.GetJob(api_pb2.GetJobRequest(job_id=job_id), timeout=self._timeout_seconds)
        return self._job(found)

    def jobs(self, embedding: EmbeddingSummary | str) -> list[Job]:
        """Jobs of an embedding, newest first."""
        request = api_pb2.ListJobsRequest(embedding_id=_id_of(embedding))
        with translated():
            reply = self._jobs.ListJobs(request, timeout=self._timeout_seconds)
        return [self._job(job) for job in reply.jobs]

    def _send(
        self, files: Mapping[loader_pb2.UploadRole.ValueType, OutgoingFile], end: loader_pb2.FinishUploadRequest
    ) -> loader_pb2.Run:
        try:
            with translated():
                for role, file in files.items():
                    self._uploads.WriteUpload(chunks(end.upload_id, role, file), timeout=_UPLOAD_SECONDS)
                return self._uploads.FinishUpload(end, timeout=_FINISH_UPLOAD_SECONDS)
        except ProjectorError:
            with suppress(ProjectorError):  # what was refused in the end is deleted already
                self.delete(end.upload_id)
            raise

    def _create(
        self,
        spec: job_pb2.JobSpec,
        embedding: EmbeddingSummary | str,
        preprocessing: Preprocessing,
        rows: ArrayLike | None,
        seed: int,
    ) -> Job:
        spec.embedding.embedding_id = _id_of(embedding)
        spec.preprocessing = messages.preprocessing(preprocessing)
        spec.rows = messages.pack_rows(rows)
        messages.fill(spec, seed=seed)
        with translated():
            return self._job(self._jobs.CreateJob(api_pb2.CreateJobRequest(spec=spec), timeout=self._timeout_seconds))

    def _job(self, message: api_pb2.Job) -> Job:
        return Job(
            self._jobs,
            self._questions,
            message,
            timeout_seconds=self._timeout_seconds,
            max_reconnects=self._max_reconnects,
        )


def _id_of(embedding: EmbeddingSummary | str) -> str:
    return embedding if isinstance(embedding, str) else embedding.id
