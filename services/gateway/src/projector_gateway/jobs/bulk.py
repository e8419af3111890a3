"""What is large in a JobSpec: a million rows, labels, coordinates."""

from __future__ import annotations

from projector_contracts.compute.v1 import job_pb2


def drop_bulk(spec: job_pb2.JobSpec) -> None:
    """Drop the rows, and what is never told again: given coordinates, labels."""
    spec.ClearField("rows")
    projection = nonlinear(spec)
    if projection is not None:
        projection.ClearField("initial_layout")
        if projection.HasField("supervision"):
            projection.supervision.ClearField("labels")


def without_bulk(spec: bytes) -> bytes:
    """A serialised JobSpec without what is large."""
    message = job_pb2.JobSpec.FromString(spec)
    drop_bulk(message)
    return message.SerializeToString()


def nonlinear(spec: job_pb2.JobSpec) -> job_pb2.TsneParameters | job_pb2.UmapParameters | None:
    """The parameters of a t-SNE or UMAP; None for other projections."""
    return spec.tsne if spec.HasField("tsne") else spec.umap if spec.HasField("umap") else None
