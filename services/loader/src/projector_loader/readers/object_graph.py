"""The object graph that TensorFlow 2 keeps in each checkpoint: what the variables behind its keys are called.

Keys follow the Python objects that held a variable (``variables/0``); the graph tells the variable's own name
(``sequential/words/embeddings``).

Source: tensorflow/core/protobuf/trackable_object_graph.proto.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from projector_loader.readers.wire import DamagedMessageError, as_bytes, fields, varint

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"

_CHECKSUM_BYTES = 4
_NAMELESS = re.compile(rb"(Variable(_\d+)?)?")
_NODES, _ATTRIBUTES, _FULL_NAME, _CHECKPOINT_KEY = 1, 2, 2, 3


def variable_names(stored: bytes) -> Mapping[str, str]:
    """The own names of variables that were given one, by their keys in the checkpoint; none where the graph is damaged.

    Args:
        stored: the graph as the bundle stores a text: its length, a checksum, its bytes.
    """
    names: dict[str, str] = {}
    try:
        n_bytes, position = varint(stored, 0)
        graph = stored[position + _CHECKSUM_BYTES :][:n_bytes]
        for node_field, node in fields(graph):
            for field, value in fields(as_bytes(node)) if node_field == _NODES else ():
                if field == _ATTRIBUTES:
                    attribute = dict(fields(as_bytes(value)))
                    key, name = attribute.get(_CHECKPOINT_KEY), attribute.get(_FULL_NAME)
                    if isinstance(key, bytes) and isinstance(name, bytes) and not _NAMELESS.fullmatch(name):
                        names[key.decode("utf-8", "replace")] = name.decode("utf-8", "replace")
    except DamagedMessageError:
        return {}
    return names
