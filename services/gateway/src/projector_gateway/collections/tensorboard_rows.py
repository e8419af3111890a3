"""Which rows of an embedding a TensorBoard bookmark shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from projector_chassis.errors import InvalidArgument
from projector_gateway.collections.tensorboard_format import State


@dataclass(frozen=True)
class EmbeddingShape:
    """Rows and columns of the embedding that a file is opened for."""

    n_points: int
    n_dims: int


def filtered_rows(state: State, n_state_points: int, shape: EmbeddingShape) -> list[int] | None:
    """The embedding's rows that a state shows, in the state's order; None: all.

    Raises:
        InvalidArgument: the state belongs to an embedding of another shape, or contradicts itself.
    """
    n_points, n_dims = state.data_set_dimensions or (n_state_points, shape.n_dims)
    sizes = f"It was saved for {n_points} x {n_dims} (points x dimensions)"
    ours = f"this embedding is {shape.n_points} x {shape.n_dims}"
    if n_state_points != n_points:
        raise InvalidArgument(f"{sizes}, but its field projections holds {n_state_points} points.")
    if n_dims != shape.n_dims:
        raise InvalidArgument(f"{sizes}; {ours}.")
    rows = state.filtered_points
    if not rows:
        if n_points != shape.n_points:
            raise InvalidArgument(f"{sizes} and names no filteredPoints; {ours}.")
        return None
    if len(rows) != n_points:
        raise InvalidArgument(f"{sizes}, but its field filteredPoints names {len(rows)} rows.")
    if max(rows) >= shape.n_points:
        raise InvalidArgument(f"{sizes}, and its field filteredPoints names row {max(rows)}; {ours}.")
    if len(set(rows)) < len(rows):
        raise InvalidArgument("Its field filteredPoints names a row twice.")
    return rows


def row_order(filtered: list[int]) -> list[int] | None:
    """Places in a state whose rows ascend, as everywhere else in the projector; None: they do already."""
    if all(before < row for before, row in pairwise(filtered)):
        return None
    return sorted(range(len(filtered)), key=filtered.__getitem__)
