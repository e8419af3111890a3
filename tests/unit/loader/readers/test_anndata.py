"""AnnData files, written with h5py as anndata's documentation describes the format."""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from unit.loader.reading import assert_reads_as, read

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.formats import list_tensors
from projector_loader.metadata import MetadataReader
from projector_loader.reader_process import ReaderProcesses
from projector_loader.sprites.reader import SpriteReader
from projector_loader.tensors import FoundTensor, TensorSource

N_CELLS, N_GENES = 60, 9


def encoded(item: Any, kind: str, version: str = "0.2.0") -> Any:
    item.attrs["encoding-type"] = kind
    item.attrs["encoding-version"] = version
    return item


def write_frame(group: Any, columns: list[str], index: list[str]) -> None:
    encoded(group, "dataframe")
    group.attrs["_index"] = "_index"
    group.attrs["column-order"] = np.array(columns, h5py.string_dtype())
    encoded(group.create_dataset("_index", data=np.array(index, object), dtype=h5py.string_dtype()), "string-array")


def write_sparse(group: Any, matrix: Any, kind: str) -> None:
    encoded(group, kind, "0.1.0")
    group.attrs["shape"] = np.array(matrix.shape)
    for part in ("data", "indices", "indptr"):
        group[part] = getattr(matrix, part)


@pytest.fixture
def counts() -> NDArray[np.float32]:
    dense = np.random.default_rng(1).poisson(0.4, (N_CELLS, N_GENES)).astype(np.float32)
    dense[3] = 0
    return dense


@pytest.fixture
def tensors(root: DataRoot, processes: ReaderProcesses, counts: Any) -> Any:
    """The arrays of a file whose ``X`` is stored in a way."""

    def save(kind: str, fill: Any = None) -> dict[str, FoundTensor]:
        with h5py.File(root.top.absolute / "cells.h5ad", "w") as file:
            encoded(file, "anndata", "0.1.0")
            if kind == "dense":
                encoded(file.create_dataset("X", data=counts, compression="gzip"), "array")
            else:
                convert = sparse.csr_matrix if kind.startswith("csr") else sparse.csc_matrix
                write_sparse(file.create_group("X"), convert(counts), kind)
            obsm = encoded(file.create_group("obsm"), "dict", "0.1.0")
            encoded(obsm.create_dataset("X_umap", data=counts[:, :2].astype(np.float64)), "array")
            write_sparse(obsm.create_group("hops"), sparse.csr_matrix(counts[:, :4]), "csr_matrix")
            write_frame(obsm.create_group("frame"), [], [f"c{i}" for i in range(N_CELLS)])
            obs = file.create_group("obs")
            write_frame(obs, ["kind", "n_genes", "age", "note"], [f"c{i}" for i in range(N_CELLS)])
            category = encoded(obs.create_group("kind"), "categorical")
            category["categories"] = np.array(["B cell", "T cell"], object)
            category["codes"] = np.array([-1] + [i % 2 for i in range(1, N_CELLS)], np.int8)
            encoded(obs.create_dataset("n_genes", data=np.arange(N_CELLS)), "array")
            age = encoded(obs.create_group("age"), "nullable-integer", "0.1.0")
            age["values"], age["mask"] = np.arange(N_CELLS), np.arange(N_CELLS) == 1
            notes = np.array(["ü"] * N_CELLS, object)
            encoded(obs.create_dataset("note", data=notes, dtype=h5py.string_dtype()), "string-array")
            if fill:
                fill(file)
        return {each.name: each for each in list_tensors(processes, root.child(root.top, "cells.h5ad"))}

    return save


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


@pytest.mark.parametrize("kind", ["dense", "csr_matrix", "csc_matrix"])
def test_matrices_are_read_however_they_are_stored(tensors: Any, counts: Any, kind: str) -> None:
    found = tensors(kind)
    assert list(found) == ["X", "obsm/X_umap", "obsm/frame", "obsm/hops"]
    assert_reads_as(source(found["X"]), counts)
    assert_reads_as(source(found["obsm/X_umap"]), counts[:, :2])
    assert_reads_as(source(found["obsm/hops"]), counts[:, :4])
    assert found["obsm/frame"].refusal.startswith("It is a table")


def test_columns_of_obs_become_metadata(tensors: Any, catalog: Catalog, sprites: SpriteReader) -> None:
    tensors("csr_matrix")
    embeddings = Embeddings(catalog, MetadataReader(cache_bytes=2**20, max_file_bytes=2**20), sprites)
    (run,) = catalog.list_runs().runs
    assert [summary.display_name for summary in run.embeddings] == [
        "X (cells.h5ad)",
        "X_umap (cells.h5ad)",
        "hops (cells.h5ad)",
    ]
    described = embeddings.describe(run.embeddings[1].id)
    assert [(each.name, each.type.value, each.n_missing) for each in described.columns] == [
        ("obs_names", "text", 0),
        ("kind", "category", 1),
        ("n_genes", "integer", 0),
        ("age", "integer", 1),
        ("note", "category", 0),
    ]


def test_categories_of_older_files_are_read(tensors: Any) -> None:
    def fill(file: Any) -> None:
        obs = file["obs"]
        obs["old"] = np.array([0, 1] * (N_CELLS // 2), np.int8)
        obs["__categories/old"] = np.array(["p", "q"], object)
        obs.attrs["column-order"] = np.array(["old"], h5py.string_dtype())

    tensor = tensors("dense", fill)["X"]
    cells = {each.name: list(each.cells) for each in tensor.columns.read_columns()}
    assert cells["old"] == ["p", "q"] * (N_CELLS // 2)


@pytest.mark.parametrize(
    ("part", "place", "number", "cause"),
    [
        ("indices", 0, N_GENES, "beyond its last column"),
        ("indices", 0, -1, "beyond its last column"),
        ("indptr", 5, 10**6, "row pointers of a sparse matrix are wrong"),
        ("indptr", -1, 10**6, "row pointers of a sparse matrix are wrong"),
    ],
)
def test_damaged_sparse_matrix_is_reported(tensors: Any, part: str, place: int, number: int, cause: str) -> None:
    def damage(file: Any) -> None:
        file[f"X/{part}"][place] = number

    with pytest.raises(Conflict, match=rf"^cells\.h5ad is damaged: .*{cause}"):
        read(source(tensors("csr_matrix", damage)["X"]))


def test_shape_that_the_pointers_do_not_fit_is_refused(tensors: Any) -> None:
    def damage(file: Any) -> None:
        file["X"].attrs["shape"] = np.array([10**12, N_GENES])

    assert "row pointers do not fit its shape" in tensors("csr_matrix", damage)["X"].refusal
