"""What a variable's name, type and shape mean: how it is called, whether it can be viewed, and why not."""

from __future__ import annotations

import re

from projector_loader.model import Shape, TensorName
from projector_loader.readers.elements import is_numeric
from projector_loader.tensors import MAX_DIMS

_OBJECT_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
_OUTPUT_SUFFIX = ":0"
_INTERNAL_NAMES = frozenset({"_CHECKPOINTABLE_OBJECT_GRAPH"})

# TF1 names a slot after its variable and optimiser, TF2 below `.OPTIMIZER_SLOT`, Keras 3 by number below the optimiser.
_SLOT_OF_VARIABLE = re.compile(r"/(Adam|Adagrad|Adadelta|Momentum|RMSProp|Ftrl|AdaMax|LAMB|LARS)(_\d+)?$")
_SLOT_OF_OBJECT = re.compile(r"(^|/)\.OPTIMIZER_SLOT(/|$)|(^|/)\w*optimizer\w*/_variables/\d+$")
_ESCAPED = re.compile(r"\.([S.])")


def base_name(name: str) -> str:
    """The name without what TensorFlow appends: entries of a config match variables by it."""
    return name.removesuffix(_OUTPUT_SUFFIX).removesuffix(_OBJECT_SUFFIX)


def display_name(name: str) -> str:
    """A short name to read: TensorFlow 2's suffix and its escaped dots and slashes undone."""
    base = base_name(name)
    if name.removesuffix(_OUTPUT_SUFFIX).endswith(_OBJECT_SUFFIX):
        base = _ESCAPED.sub(lambda match: "/" if match[1] == "S" else ".", base)
    return base or name


def is_internal(name: str) -> bool:
    """Whether it is TensorFlow's own bookkeeping and no tensor of the model."""
    return name in _INTERNAL_NAMES


def is_optimizer_slot(name: str) -> bool:
    """Whether an optimiser keeps it beside a variable, in that variable's shape."""
    base = base_name(name)
    return bool(_SLOT_OF_OBJECT.search(base) or _SLOT_OF_VARIABLE.search(base))


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
