"""An embedding after a preprocessing, as searches and measurements see it."""

from __future__ import annotations

from projector_compute.core.moments import finite_moments
from projector_compute.core.search_space import SearchSpace, transformed_space
from projector_compute.model import Float32Array, Preprocessing


def preprocessed_space(points: Float32Array, preprocessing: Preprocessing) -> SearchSpace:
    """The rows of a whole embedding, ``(n_points, n_dims)``, which stay where they are."""
    match preprocessing:
        case Preprocessing.NONE:
            return transformed_space(points)
        case Preprocessing.SPHERIZE:
            return transformed_space(points, finite_moments(points).mean, to_unit=True)
        case Preprocessing.Z_SCORE:
            moments = finite_moments(points)
            return transformed_space(points, moments.mean, moments.inverse_deviation)
