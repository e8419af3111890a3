"""Data of the sizes that matter: real where a folder is given with DATA=, made otherwise, and each says which."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MNIST_SPRITE = "mnist_10k_sprite.png"
_WORDS_71K = "words_71k_384_float16.npy"
_SPRITE_CELLS = 100
_SPRITE_CELL_PX = 28


@dataclass(frozen=True)
class Points:
    """An embedding to measure on.

    Attributes:
        name: what it is and whether it is real or made.
        values: float32 ``(n_points, n_dims)``.
    """

    name: str
    values: NDArray[np.float32]


def digits_10k(n_points: int = 10_000) -> Points:
    """The first rows of MNIST's 10,000 x 784 test images, cut from their sprite, or clusters of that size."""
    folder = os.environ.get("DATA")
    sprite = Path(folder) / _MNIST_SPRITE if folder else None
    if sprite is not None and sprite.exists():
        image = np.asarray(Image.open(sprite).convert("L"), np.float32) / 255
        shape = (_SPRITE_CELLS, _SPRITE_CELL_PX, _SPRITE_CELLS, _SPRITE_CELL_PX)
        values = image.reshape(shape).transpose(0, 2, 1, 3).reshape(_SPRITE_CELLS**2, -1)
        return Points(f"MNIST {n_points:,} x 784", np.ascontiguousarray(values[:n_points]))
    return Points(f"made clusters {n_points:,} x 784", _clusters(n_points, 784))


def words_71k(n_points: int = 71_291) -> Points:
    """The first rows of sentence vectors of 71,291 words, 384 dimensions, or clusters of that size."""
    folder = os.environ.get("DATA")
    path = Path(folder) / _WORDS_71K if folder else None
    if path is not None and path.exists():
        return Points(f"words {n_points:,} x 384", np.load(path)[:n_points].astype(np.float32))
    return Points(f"made clusters {n_points:,} x 384", _clusters(n_points, 384))


def gaussian_1m(n_points: int = 1_000_000) -> Points:
    """Made rows of 128 independent normal numbers: what they are plays no part in how fast they are read."""
    values = np.random.default_rng(0).standard_normal((n_points, 128), np.float32)
    return Points(f"made {n_points:,} x 128", values)


def _clusters(n_points: int, n_dims: int) -> NDArray[np.float32]:
    """Ten clusters on planes of their own, as far apart from each other as digits are."""
    rng = np.random.default_rng(0)
    label = rng.integers(10, size=n_points)
    centres = rng.normal(size=(10, n_dims))
    planes = rng.normal(size=(10, 12, n_dims))
    within = np.einsum("nk,nkd->nd", rng.normal(size=(n_points, 12)), planes[label]) * 0.3
    values: NDArray[np.float64] = centres[label] + within + 0.1 * rng.normal(size=(n_points, n_dims))
    return values.astype(np.float32)
