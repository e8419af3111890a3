"""What a tensor's name tells: how it is shown, what it matches, whose it is."""

from __future__ import annotations

import re

_OBJECT_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
_OUTPUT_SUFFIX = ":0"
_INTERNAL_NAMES = frozenset({"_CHECKPOINTABLE_OBJECT_GRAPH"})

# TF1 names a slot after its variable and optimiser, TF2 below `.OPTIMIZER_SLOT`, Keras 3 by number below the optimiser.
_SLOT_OF_VARIABLE = re.compile(r"/(Adam|Adagrad|Adadelta|Momentum|RMSProp|Ftrl|AdaMax|LAMB|LARS)(_\d+)?$")
_SLOT_OF_OBJECT = re.compile(
    r"(^|/)\.OPTIMIZER_SLOT(/|$)|(^|/)\w*optimizer\w*/(_variables|vars)/\d+$|(^|/)optimizer_weights/"
)
_ESCAPED = re.compile(r"\.([S.])")
_NUMBERED = re.compile(r"(^|/)(\d+|layer(_with_weights)?-\d+)(/|$)")


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


def is_unreadable(name: str) -> bool:
    """Whether it numbers what it should call by a name: ``variables/0``, ``layer_with_weights-1/kernel``."""
    return bool(_NUMBERED.search(base_name(name)))
