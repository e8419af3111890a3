"""Whether a request for a job fits its embedding."""

from __future__ import annotations

from itertools import pairwise

from projector_chassis.errors import InvalidArgument
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.projections import Raw, Tsne, Umap
from projector_gateway.jobs.schemas import JobRequest

_MIN_TSNE_ROWS = 5  # perplexity must exceed 1 and is at most (rows - 1) / 3
_FLOAT32_BYTES = 4


def check_request(request: JobRequest, embedding: Embedding, *, max_rows: int) -> JobRequest:
    """The request if it fits the embedding; rows that are all rows become None, so that both find the same job.

    Raises:
        InvalidArgument: naming the parameter, its value and what is allowed.
    """
    rows = request.rows
    if rows is not None:
        _check_rows(rows, n_points=embedding.n_points, max_rows=max_rows)
    n_rows = embedding.n_points if rows is None else len(rows)
    if isinstance(request.projection, Tsne):
        _check_tsne_rows(n_rows)
    if isinstance(request.projection, Tsne | Umap):
        _check_start(request.projection, n_rows)
    if isinstance(request.projection, Raw):
        _check_dims(request.projection.dims, embedding.n_dims)
    return request.model_copy(update={"rows": None}) if n_rows == embedding.n_points else request


def _check_rows(rows: list[int], *, n_points: int, max_rows: int) -> None:
    if not rows:
        raise InvalidArgument("rows is empty; name at least one row, or leave rows out to take all.")
    if len(rows) > max_rows:
        raise InvalidArgument(f"rows holds {len(rows)} indices; at most {max_rows} are allowed.")
    for before, row in pairwise(rows):
        if row <= before:
            raise InvalidArgument(f"rows must be strictly ascending; {row} follows {before}.")
    if rows[0] < 0 or rows[-1] >= n_points:
        wrong = rows[0] if rows[0] < 0 else rows[-1]
        raise InvalidArgument(f"rows holds {wrong}; the embedding's rows are 0 to {n_points - 1}.")


def _check_tsne_rows(n_rows: int) -> None:
    if n_rows < _MIN_TSNE_ROWS:
        raise InvalidArgument(f"t-SNE needs at least {_MIN_TSNE_ROWS} rows; this job would have {n_rows}.")


def _check_start(projection: Tsne | Umap, n_rows: int) -> None:
    given = projection.initial_layout
    if projection.initialisation == "given":
        n_bytes = n_rows * projection.n_dims * _FLOAT32_BYTES
        if given is None or len(given) != n_bytes:
            raise InvalidArgument(
                f"initial_layout holds {len(given or b'')} bytes; for {n_rows} rows in {projection.n_dims} dimensions "
                f"it must hold {n_bytes}, as float32."
            )
    elif given is not None:
        raise InvalidArgument(
            f"initialisation is {projection.initialisation!r}, which takes no initial_layout; "
            "leave it out or give 'given'."
        )


def _check_dims(dims: list[int], n_dims: int) -> None:
    wrong = next((dim for dim in dims if dim >= n_dims), None)
    if wrong is not None:
        raise InvalidArgument(f"dims holds {wrong}; the embedding's dimensions are 0 to {n_dims - 1}.")
    if len(set(dims)) < len(dims):
        raise InvalidArgument(f"dims is {dims}; each dimension may be named once.")
