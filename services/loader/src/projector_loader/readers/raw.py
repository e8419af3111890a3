"""Raw tensors: nothing but little-endian float32 numbers, row by row; the config gives the shape."""

from __future__ import annotations

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, stamp
from projector_loader.model import Shape
from projector_loader.readers.contiguous import ContiguousTensor

_ELEMENT_BYTES = 4


def open_raw(file: AssetPath, shape: Shape) -> ContiguousTensor:
    """The tensor of a raw file.

    Args:
        file: the file.
        shape: what the config's ``tensor_shape`` says; empty where it says nothing.

    Raises:
        NotFound, Conflict: the file is missing, or the shape is missing or does not fit the file's size.
    """
    n_bytes = stamp(file).n_bytes
    if len(shape) != 2 or 0 in shape:
        raise Conflict(
            f"{file.name} holds raw float32 numbers, so the config has to give its shape: two tensor_shape values,"
            f" points and dimensions. It gives {list(shape) or 'none'}."
        )
    n_points, n_dims = shape
    needed = n_points * n_dims * _ELEMENT_BYTES
    if n_bytes != needed:
        raise Conflict(
            f"{file.name} has {n_bytes:,} bytes, but tensor_shape {n_points} x {n_dims} of float32 needs {needed:,}."
            " The file is cut short or the shape is wrong."
        )
    return ContiguousTensor(file, 0, n_points, n_dims, "float32")
