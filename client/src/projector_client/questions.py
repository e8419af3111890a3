"""What can be asked about rows and layouts, as frozen values and numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_client.model import Problem


@dataclass(frozen=True, eq=False)
class Neighbors:
    """Of each row asked about, ascending by distance, ties by row; the row itself is left out.

    Attributes:
        rows: uint32 (n_queries, n_neighbors).
        distances: float32 (n_queries, n_neighbors); of the dot product the negative product.
        notices: which rows were left out.
        sequence: of the layout; None where none was asked about.
    """

    rows: NDArray[np.uint32]
    distances: NDArray[np.float32]
    notices: tuple[Problem, ...]
    sequence: int | None


@dataclass(frozen=True)
class Score:
    """From 0 (bad) to 1 (perfect), a correlation from -1.

    Attributes:
        standard_error: 0 where all rows, or all pairs of rows, were looked at.
    """

    value: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class Quality:
    """How well a layout shows what is near in the space that its job projected.

    Attributes:
        sequence: of the layout.
        n_sampled: rows whose neighborhoods were compared with all others.
        trustworthiness: low where the layout shows neighbors that are none.
        continuity: low where the layout tears neighbors apart.
        neighbor_preservation: the mean part of the neighbors that are so in the layout, too.
        distance_rank_correlation: Spearman's; None where all distances are equal.
        preservation: of each row of the job, float32 (n_points,); NaN where it was not sampled.
    """

    sequence: int
    n_points: int
    n_neighbors: int
    n_sampled: int
    trustworthiness: Score
    continuity: Score
    neighbor_preservation: Score
    distance_rank_correlation: Score | None
    notices: tuple[Problem, ...]
    preservation: NDArray[np.float32]
