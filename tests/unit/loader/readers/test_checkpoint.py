from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from unit.loader.reading import assert_reads_as, read
from unit.loader.tables import HEADER, block_of, entry, table

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import DataRoot
from projector_loader.checkpoints import CheckpointFiles, find_checkpoints
from projector_loader.model import TensorName
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers.checkpoint import CheckpointReader
from projector_loader.readers.contiguous import ContiguousTensor
from projector_loader.readers.partitioned import PartitionedTensor
from projector_loader.row_selection import RowList, RowRange
from projector_loader.tensors import FoundTensor, TensorSource

DTYPES = [
    *(
        "float32",
        "float64",
        "float16",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "bool",
    ),
    ml_dtypes.bfloat16,
]
SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


def only_checkpoint(root: DataRoot) -> CheckpointFiles:
    (checkpoint,) = find_checkpoints(root, root.top).checkpoints
    return checkpoint


def variables(root: DataRoot, processes: ReaderProcesses | None = None) -> dict[str, FoundTensor]:
    found = CheckpointReader(root, processes or ReaderProcesses()).variables(only_checkpoint(root))
    return {variable.name: variable for variable in found}


def source(variable: FoundTensor) -> TensorSource:
    assert variable.source is not None
    return variable.source


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: np.dtype(dtype).name)
def test_every_real_dtype_reads_as_tensorflow_casts_it(
    root: DataRoot, save_checkpoint: Any, tensorflow: Any, dtype: Any
) -> None:
    values = (np.random.default_rng(2).random((17, 3)) * 100).astype(dtype)
    save_checkpoint(root.top.absolute / "model.ckpt", {"before": np.arange(7, dtype=np.uint8), "values": values})

    variable = variables(root)[f"values{SUFFIX}"]

    assert isinstance(variable.source, ContiguousTensor)
    expected = tensorflow.train.load_variable(str(root.top.absolute / "model.ckpt"), variable.name)
    assert_reads_as(source(variable), expected)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int64"])
def test_partitioned_variable_is_joined(root: DataRoot, save_graph: Any, matrix: Any, axis: int, dtype: str) -> None:
    matrix = (matrix * 10).astype(dtype)
    save_graph(root.top.absolute / "model.ckpt", {"cut": matrix}, parts=3, axis=axis)

    variable = variables(root)["cut"]

    assert isinstance(variable.source, PartitionedTensor)
    assert_reads_as(source(variable), matrix)


def test_sharded_variable_of_tensorflow_2_is_joined(root: DataRoot, tensorflow: Any, matrix: Any) -> None:
    from tensorflow.python.distribute.sharded_variable import ShardedVariable

    parts = [tensorflow.Variable(matrix[:7]), tensorflow.Variable(matrix[7:])]
    tensorflow.train.Checkpoint(words=ShardedVariable(parts)).write(str(root.top.absolute / "model.ckpt"))
    assert_reads_as(source(variables(root)[f"words{SUFFIX}"]), matrix)


def test_cut_shard_of_a_partitioned_variable_is_named(root: DataRoot, save_graph: Any, matrix: Any) -> None:
    save_graph(root.top.absolute / "model.ckpt", {"cut": matrix}, parts=3)
    shard = root.top.absolute / "model.ckpt.data-00000-of-00001"
    tensor = source(variables(root)["cut"])
    os.truncate(shard, 200)
    assert "was cut short: it has 200 bytes" in variables(root)["cut"].damage
    with pytest.raises(Conflict, match="ends at byte 200, but the tensor needs"):
        read(tensor)


def test_checkpoint_of_more_than_two_gibibytes_is_read_from_any_row(root: DataRoot, write: Any) -> None:
    n_points, n_dims = 800_000, 1000
    write("model.index", table(block_of([HEADER, (b"words", entry(1, (n_points, n_dims), 4, 4 * n_points * n_dims))])))
    rows = np.array([0, 536_870, 536_871, n_points - 1], np.uint32)  # around the first byte that 31 bits do not count
    with open(root.top.absolute / "model.data-00000-of-00001", "wb") as shard:
        shard.truncate(4 + 4 * n_points * n_dims)
        for row in rows:
            shard.seek(4 + 4 * n_dims * int(row))
            shard.write(np.full(n_dims, row + 1, "<f4").tobytes())
    tensor = source(variables(root)["words"])
    expected = np.repeat(rows[:, None] + 1, n_dims, 1).astype(np.float32)
    np.testing.assert_array_equal(read(tensor, RowList(rows)), expected)
    np.testing.assert_array_equal(read(tensor, RowRange(536_870, 2)), expected[1:3])
    np.testing.assert_array_equal(read(tensor, RowRange(n_points - 2))[:, 0], [0, n_points])


def test_format_before_bundles_is_read(
    root: DataRoot, processes: ReaderProcesses, save_graph: Any, matrix: Any
) -> None:
    save_graph(root.top.absolute / "model.ckpt", {"old": matrix, "bias": matrix[0]}, step=3, version=1)

    found = variables(root, processes)

    assert {name: (variable.shape, variable.dtype) for name, variable in found.items()} == {
        "bias": ((5,), "float32"),
        "old": ((12, 5), "float32"),
    }
    assert found["bias"].source is None
    assert_reads_as(source(found["old"]), matrix)


def test_damaged_file_of_the_old_format_is_reported_without_its_path(
    root: DataRoot, processes: ReaderProcesses, save_graph: Any, matrix: Any
) -> None:
    save_graph(root.top.absolute / "model.ckpt", {"old": matrix}, version=1)
    file = root.top.absolute / "model.ckpt"
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(Conflict, match=r"^model\.ckpt or a data file beside it is damaged") as caught:
        variables(root, processes)

    assert str(root.top.absolute) not in str(caught.value)


def test_digest_changes_with_the_values(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    prefix = root.top.absolute / "model.ckpt"
    save_checkpoint(prefix, {"values": matrix})
    first = variables(root)[f"values{SUFFIX}"].source
    assert first is not None
    digest = first.digest()

    save_checkpoint(prefix, {"values": matrix + 1})
    second = variables(root)[f"values{SUFFIX}"].source

    assert second is not None
    assert second.digest() != digest


def test_tensors_before_the_cut_of_a_shard_stay_readable(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"early": matrix, "late": matrix})
    shard = root.top.absolute / "model.ckpt.data-00000-of-00001"
    late = variables(root)[f"late{SUFFIX}"].source
    assert isinstance(late, ContiguousTensor)
    shard.write_bytes(shard.read_bytes()[: late.offset + 8])

    found = variables(root)

    assert_reads_as(source(found[f"early{SUFFIX}"]), matrix)
    assert found[f"late{SUFFIX}"].source is None
    assert found[f"late{SUFFIX}"].damage.startswith("model.ckpt.data-00000-of-00001 was cut short: it has ")


def test_missing_shard_is_named(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"values": matrix})
    checkpoint = only_checkpoint(root)
    (root.top.absolute / "model.ckpt.data-00000-of-00001").unlink()

    (variable,) = [
        v for v in CheckpointReader(root, ReaderProcesses()).variables(checkpoint) if v.name == f"values{SUFFIX}"
    ]

    assert variable.damage == "model.ckpt.data-00000-of-00001 does not exist."


def test_cut_index_is_named(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"values": matrix})
    index = root.top.absolute / "model.ckpt.index"
    index.write_bytes(index.read_bytes()[:-10])

    with pytest.raises(Conflict, match=r"^model\.ckpt\.index is damaged: it does not end as an index file does"):
        variables(root)


def test_shard_cut_after_listing_is_a_typed_error(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"values": matrix})
    variable = variables(root)[f"values{SUFFIX}"]
    shard = root.top.absolute / "model.ckpt.data-00000-of-00001"
    shard.write_bytes(shard.read_bytes()[:100])

    with pytest.raises(Conflict, match="ends at byte 100, but the tensor needs"):
        read(source(variable))


def test_plain_bundles_need_no_tensorflow(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"values": matrix})
    program = (
        "import sys; from pathlib import Path\n"
        "from projector_loader.asset_paths import DataRoot\n"
        "from projector_loader.checkpoints import find_checkpoints\n"
        "from projector_loader.readers.checkpoint import CheckpointReader\n"
        "from projector_loader.reader_process import ReaderProcesses\n"
        "from projector_loader.row_selection import ALL_ROWS, read_blocks\n"
        "root = DataRoot(Path(sys.argv[1]))\n"
        "(found,) = find_checkpoints(root, root.top).checkpoints\n"
        "sources = [v.source for v in CheckpointReader(root, ReaderProcesses()).variables(found) if v.source]\n"
        "n_bytes = sum(len(block) for source in sources for block in read_blocks(source, ALL_ROWS))\n"
        "sys.stdout.write(f'{n_bytes} {\"tensorflow\" in sys.modules}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root.top.absolute)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "240 False"


def test_index_that_is_a_link_out_of_the_root_is_not_read(
    root: DataRoot, save_checkpoint: Any, matrix: Any, tmp_path: Path
) -> None:
    save_checkpoint(tmp_path / "outside" / "model.ckpt", {"values": matrix})
    for suffix in (".index", ".data-00000-of-00001"):
        (root.top.absolute / f"model.ckpt{suffix}").symlink_to(tmp_path / "outside" / f"model.ckpt{suffix}")

    found = find_checkpoints(root, root.top)

    assert found.checkpoints == ()
    assert "leads out of the data root" in found.problems[0].message


def test_shard_that_is_a_link_out_of_the_root_is_not_read(
    root: DataRoot, save_checkpoint: Callable[..., None], matrix: Any, tmp_path: Path
) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"values": matrix})
    shard = root.top.absolute / "model.ckpt.data-00000-of-00001"
    shard.rename(tmp_path / "outside")
    shard.symlink_to(tmp_path / "outside")

    with pytest.raises(Conflict, match="leads out of the data root"):
        variables(root)


def test_tensor_names_are_typed(root: DataRoot, save_checkpoint: Any, matrix: Any) -> None:
    save_checkpoint(root.top.absolute / "model.ckpt", {"values": matrix})
    assert TensorName(f"values{SUFFIX}") in variables(root)
