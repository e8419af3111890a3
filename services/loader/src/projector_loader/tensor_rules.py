"""Whether a tensor can be viewed, and why not."""

from __future__ import annotations

from projector_loader.model import Shape, TensorName
from projector_loader.readers.elements import is_numeric
from projector_loader.tensor_names import is_optimizer_slot
from projector_loader.tensors import MAX_DIMS


def why_not_viewable(name: TensorName, shape: Shape, dtype: str, *, is_named: bool) -> str | None:
    """The reason why a tensor cannot be viewed as points, or None where it can.

    Args:
        name: full name.
        shape: its sizes.
        dtype: its element type.
        is_named: whether a config asks for it by name, which makes an optimiser's slot welcome.
    """
    if dtype == "string":
        return "It holds text, not numbers."
    if dtype.startswith("complex"):
        return "It holds complex numbers; store their real and imaginary parts as columns to view them."
    if not is_numeric(dtype):
        return f"Its element type {dtype} is not one of real numbers."
    if len(shape) != 2:
        return f"It has {len(shape)} dimensions; an embedding has two, points and their coordinates."
    if 0 in shape:
        return "It is empty."
    if shape[1] > MAX_DIMS:
        return f"Its rows have {shape[1]:,} values; at most {MAX_DIMS:,} can be sent."
    if is_optimizer_slot(name) and not is_named:
        return "An optimiser keeps it beside a variable; name it in projector_config.pbtxt to view it."
    return None
