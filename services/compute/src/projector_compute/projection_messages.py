"""Projections in a JobSpec -> their parameters.

A spec that was stored before a parameter existed lacks it; it is read as what was computed then.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import InvalidArgument
from projector_compute.specs import (
    AxisSide,
    CustomAxis,
    CustomParameters,
    EmbeddingRef,
    Float32Array,
    Initialisation,
    Metric,
    PcaParameters,
    Projection,
    RawParameters,
    Supervision,
    TsneParameters,
    UmapParameters,
)
from projector_contracts.compute.v1 import job_pb2

_METRICS: dict[int, Metric] = {job_pb2.Metric.Value(metric.name): metric for metric in Metric}
_INITIALISATIONS: dict[int, Initialisation] = {job_pb2.Initialisation.Value(each.name): each for each in Initialisation}
_FLOAT32_BYTES = 4


def decode_projection(spec: job_pb2.JobSpec, embedding: EmbeddingRef, *, n_rows: int) -> Projection:
    """The projection of a job of ``n_rows`` rows; raises ``InvalidArgument`` for what cannot be computed."""
    match spec.WhichOneof("projection"):
        case "pca":
            return PcaParameters(spec.pca.n_components, spec.pca.uncentred)
        case "tsne":
            return _tsne(spec.tsne, n_rows)
        case "umap":
            return _umap(spec.umap, n_rows)
        case "custom":
            return _custom(spec.custom, embedding.n_points)
        case "raw":
            return _raw(spec.raw, embedding.n_dims)
        case _:
            raise InvalidArgument("The job names no projection; pca, tsne, umap, custom and raw can be computed.")


def decode_metric(value: int) -> Metric:
    """A metric; raises ``InvalidArgument`` for an unknown one."""
    if value not in _METRICS:
        names = ", ".join(metric.value for metric in Metric)
        raise InvalidArgument(f"metric {value} is unknown; known are {names}.")
    return _METRICS[value]


def read_supervision(message: job_pb2.Supervision) -> Supervision:
    """A supervision as it stands in a spec or a control."""
    labels = np.frombuffer(message.labels, "<i4").astype(np.int32)
    return Supervision(message.weight, labels, message.column, message.ignored_label)


def _tsne(tsne: job_pb2.TsneParameters, n_rows: int) -> TsneParameters:
    _check_layout_dims("t-SNE", tsne.n_dims)
    initialisation = _initialisation(tsne.initialisation, Initialisation.PCA_SCALED)
    return TsneParameters(
        n_dims=tsne.n_dims,
        perplexity=tuple(tsne.perplexity),
        learning_rate=tsne.learning_rate,
        early_exaggeration=tsne.early_exaggeration,
        early_exaggeration_steps=tsne.early_exaggeration_steps,
        n_steps=tsne.n_steps,
        metric=decode_metric(tsne.metric),
        late_exaggeration=tsne.late_exaggeration if tsne.HasField("late_exaggeration") else 1.0,
        early_momentum=tsne.early_momentum if tsne.HasField("early_momentum") else 0.5,
        late_momentum=tsne.late_momentum if tsne.HasField("late_momentum") else 0.8,
        initialisation=initialisation,
        initial_layout=_layout(tsne, n_rows) if initialisation is Initialisation.GIVEN else None,
        patience_steps=tsne.patience_steps,
        supervision=_supervision(tsne.supervision, n_rows) if tsne.HasField("supervision") else None,
    )


def _umap(umap: job_pb2.UmapParameters, n_rows: int) -> UmapParameters:
    _check_layout_dims("UMAP", umap.n_dims)
    initialisation = _initialisation(umap.initialisation, Initialisation.SPECTRAL)
    return UmapParameters(
        n_dims=umap.n_dims,
        n_neighbors=umap.n_neighbors,
        min_dist=umap.min_dist,
        metric=decode_metric(umap.metric),
        n_epochs=umap.n_epochs,
        initialisation=initialisation,
        supervision=_supervision(umap.supervision, n_rows) if umap.HasField("supervision") else None,
        initial_layout=_layout(umap, n_rows) if initialisation is Initialisation.GIVEN else None,
    )


def _custom(custom: job_pb2.CustomParameters, n_points: int) -> CustomParameters:
    named = [(name, getattr(custom, name)) for name in ("x", "y", "z") if name != "z" or custom.HasField("z")]
    return CustomParameters(
        axes=tuple(_axis(name, axis, n_points) for name, axis in named),
        normalise=custom.normalise,
        orthogonalise=custom.orthogonalise,
    )


def _axis(name: str, axis: job_pb2.CustomAxis, n_points: int) -> CustomAxis:
    start = AxisSide(_side_rows(axis.from_rows, n_points), axis.from_label)
    end = AxisSide(_side_rows(axis.to_rows, n_points), axis.to_label)
    if not (len(start.rows) or len(end.rows)):
        raise InvalidArgument(f"Axis {name} has no rows on either side; name rows of at least one.")
    return CustomAxis(start, end)


def _side_rows(content: bytes, n_points: int) -> NDArray[np.uint32]:
    if len(content) % 4:
        raise InvalidArgument(f"A side of an axis holds {len(content)} bytes; it must hold whole 4-byte indices.")
    rows = np.frombuffer(content, "<u4").astype(np.uint32)
    if len(rows) and rows.max() >= n_points:
        raise InvalidArgument(f"A side of an axis holds row {rows.max()}; the embedding's rows are below {n_points}.")
    return rows


def _raw(raw: job_pb2.RawParameters, n_dims: int) -> RawParameters:
    dims = tuple(raw.dims)
    if len(dims) not in (2, 3) or len(set(dims)) < len(dims) or max(dims) >= n_dims:
        raise InvalidArgument(f"dims is {list(dims)}; name 2 or 3 different dimensions below {n_dims}.")
    return RawParameters(dims)


def _check_layout_dims(method: str, n_dims: int) -> None:
    if n_dims not in (2, 3):
        raise InvalidArgument(f"n_dims is {n_dims}; {method} makes layouts of 2 or 3 dimensions.")


def _initialisation(value: int, usual: Initialisation) -> Initialisation:
    if value == job_pb2.INITIALISATION_UNSPECIFIED:
        return usual
    if value not in _INITIALISATIONS:
        raise InvalidArgument(f"initialisation {value} is unknown to this worker.")
    return _INITIALISATIONS[value]


def _layout(parameters: job_pb2.TsneParameters | job_pb2.UmapParameters, n_rows: int) -> Float32Array:
    given, n_dims = parameters.initial_layout, parameters.n_dims
    n_bytes = n_rows * n_dims * _FLOAT32_BYTES
    if len(given) != n_bytes:
        raise InvalidArgument(f"initial_layout holds {len(given)} bytes; this job needs {n_bytes}.")
    layout = np.frombuffer(given, "<f4").astype(np.float32).reshape(n_rows, n_dims)
    if not np.isfinite(layout).all():
        raise InvalidArgument("initial_layout holds NaN or infinite values; give finite coordinates.")
    return layout


def _supervision(message: job_pb2.Supervision, n_rows: int) -> Supervision:
    if len(message.labels) != n_rows * 4:
        raise InvalidArgument(f"labels hold {len(message.labels)} bytes; this job needs {n_rows * 4}, as int32.")
    return read_supervision(message)
