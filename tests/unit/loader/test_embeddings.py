from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image

from projector_chassis.errors import Conflict, InvalidArgument, NotFound
from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.metadata import MetadataReader
from projector_loader.model import EmbeddingId
from projector_loader.row_selection import RowList, RowRange
from projector_loader.sprites.reader import SpriteReader


@pytest.fixture
def embeddings(catalog: Catalog, sprites: SpriteReader) -> Embeddings:
    return Embeddings(catalog, MetadataReader(cache_bytes=2**20, max_file_bytes=2**20), sprites)


@pytest.fixture
def embedding_id(catalog: Catalog, write: Any, matrix: Any) -> EmbeddingId:
    """A raw tensor of 12 points with all other files."""
    image = io.BytesIO()
    Image.new("L", (40, 30)).save(image, "PNG")
    write("run/tensors.bytes", matrix.tobytes())
    write("run/labels.tsv", "word\tn\n" + "".join(f"w{i}\t{i}\n" for i in range(12)))
    write("run/sprite.png", image.getvalue())
    write("run/views.txt", b"[]")
    write(
        "run/projector_config.pbtxt",
        'embeddings { tensor_name: "t" tensor_shape: [12, 5] tensor_path: "tensors.bytes" metadata_path: "labels.tsv"'
        ' bookmarks_path: "views.txt" sprite { image_path: "sprite.png" single_image_dim: [10, 10] } }',
    )
    return catalog.list_runs().runs[0].embeddings[0].id


def test_description_holds_all_that_goes_with_an_embedding(embeddings: Embeddings, embedding_id: EmbeddingId) -> None:
    described = embeddings.describe(embedding_id)
    assert (described.run_name, described.dtype, described.has_bookmarks) == ("run", "float32", True)
    assert [column.name for column in described.columns] == ["word", "n"]
    assert described.sprite is not None
    assert described.sprite.n_columns == 4
    assert described.problems == ()


def test_numbers_are_those_of_the_file(embeddings: Embeddings, embedding_id: EmbeddingId, matrix: Any) -> None:
    tensor = embeddings.read_tensor(embedding_id)
    values = np.frombuffer(b"".join(tensor.blocks), "<f4").reshape(tensor.n_points, tensor.n_dims)
    np.testing.assert_array_equal(values, matrix)
    assert tensor.digest == embeddings.describe(embedding_id).digest


def test_rows_can_be_selected(embeddings: Embeddings, embedding_id: EmbeddingId, matrix: Any) -> None:
    rows = np.array([11, 0, 11], np.uint32)
    tensor = embeddings.read_tensor(embedding_id, selection=RowList(rows))
    assert (tensor.n_points, tensor.n_rows) == (12, 3)
    assert b"".join(tensor.blocks) == matrix[rows].tobytes()
    with pytest.raises(InvalidArgument, match="beyond the 12 rows"):
        embeddings.read_tensor(embedding_id, selection=RowRange(12, 1))


def test_another_digest_than_expected_is_refused(embeddings: Embeddings, embedding_id: EmbeddingId) -> None:
    digest = embeddings.describe(embedding_id).digest
    assert embeddings.read_tensor(embedding_id, digest).digest == digest
    with pytest.raises(Conflict, match="have changed since"):
        embeddings.read_tensor(embedding_id, "0" * 64)


def test_file_that_changes_while_it_is_read_is_reported(
    embeddings: Embeddings, embedding_id: EmbeddingId, write: Any, matrix: Any
) -> None:
    blocks = embeddings.read_tensor(embedding_id).blocks
    next(blocks)
    file = write("run/tensors.bytes", (matrix + 1).tobytes())
    os.utime(file.absolute, ns=(1, 1))
    with pytest.raises(Conflict, match="have changed while they were read"):
        list(blocks)


def test_file_that_another_takes_the_place_of_while_it_is_read_is_reported(
    embeddings: Embeddings, embedding_id: EmbeddingId, write: Any, matrix: Any
) -> None:
    blocks = embeddings.read_tensor(embedding_id).blocks
    next(blocks)
    file, other = write("run/tensors.bytes", matrix.tobytes()), write("run/other.bytes", (matrix + 1).tobytes())
    os.utime(other.absolute, ns=(1, os.stat(file.absolute).st_mtime_ns))
    os.replace(other.absolute, file.absolute)
    with pytest.raises(Conflict, match="have changed while they were read"):
        list(blocks)


def test_broken_companions_leave_the_embedding_readable(
    embeddings: Embeddings, embedding_id: EmbeddingId, write: Any, matrix: Any
) -> None:
    write("run/sprite.png", b"no image")
    write("run/labels.tsv", "word\tn\nw0\t0\n")

    described = embeddings.describe(embedding_id)

    assert described.sprite is None
    assert [problem.subject for problem in described.problems] == ["run/labels.tsv", "run/sprite.png"]
    assert b"".join(embeddings.read_tensor(embedding_id).blocks) == matrix.tobytes()
    with pytest.raises(Conflict, match=r"^The sprite run/sprite\.png is damaged"):
        embeddings.read_sprite_page(embedding_id, 0, 0)


def test_columns_are_found_by_their_names(embeddings: Embeddings, embedding_id: EmbeddingId) -> None:
    assert [each.summary.name for each in embeddings.read_columns(embedding_id, ["n", "word"])] == ["n", "word"]
    assert [each.summary.name for each in embeddings.read_columns(embedding_id)] == ["word", "n"]
    with pytest.raises(NotFound, match=r'^The embedding has no column "x"; it has "word", "n"\.$'):
        embeddings.read_columns(embedding_id, ["n", "x"])
    with pytest.raises(InvalidArgument, match="a column twice"):
        embeddings.read_columns(embedding_id, ["n", "n"])


def test_thumbnails_are_pages_and_bookmarks_the_files_bytes(embeddings: Embeddings, embedding_id: EmbeddingId) -> None:
    page = embeddings.read_sprite_page(embedding_id, 0, 0)
    assert Image.open(io.BytesIO(page.content)).size == (40, 30)
    two = embeddings.read_thumbnails(embedding_id, 0, np.array([0, 11], np.uint32))
    assert Image.open(io.BytesIO(two.content)).size == (20, 10)
    assert b"".join(embeddings.read_bookmarks(embedding_id)) == b"[]"


def test_columns_of_the_tensors_own_file_come_after_those_of_the_metadata_file(
    embeddings: Embeddings, catalog: Catalog, root: DataRoot, write: Any
) -> None:
    write("run/labels.tsv", "word\tn\na\t1\nb\t2\n")
    np.savez(root.top.absolute / "run/x.npz", x=np.zeros((2, 3)), n=np.array([7, 8]), kind=np.array(["p", "q"]))
    write("run/projector_config.pbtxt", 'embeddings { tensor_name: "x.npz/x" metadata_path: "labels.tsv" }')
    (summary,) = catalog.list_runs().runs[0].embeddings
    described = embeddings.describe(summary.id)
    assert (summary.display_name, described.problems) == ("x (x.npz)", ())
    assert [column.name for column in described.columns] == ["word", "n", "n (2)", "kind"]
    assert embeddings.read_columns(summary.id, ["n (2)"])[0].summary.maximum == 8


def test_metadata_of_the_tensors_own_file_is_bounded(catalog: Catalog, root: DataRoot, sprites: SpriteReader) -> None:
    words = np.array(["x" * 40] * 20)
    (root.top.absolute / "run").mkdir()
    np.savez(root.top.absolute / "run/x.npz", x=np.zeros((20, 3)), n=np.arange(20), words=words)
    embeddings = Embeddings(catalog, MetadataReader(cache_bytes=2**20, max_file_bytes=500), sprites)
    described = embeddings.describe(catalog.list_runs().runs[0].embeddings[0].id)
    assert [column.name for column in described.columns] == ["n"]
    assert 'its column "words" and those after it are left out' in described.problems[0].message


def test_embedding_without_companions_has_none(embeddings: Embeddings, catalog: Catalog, write: Any) -> None:
    write("run/tensors.tsv", "1\t2\n")
    write("run/projector_config.pbtxt", 'embeddings { tensor_path: "tensors.tsv" }')
    embedding_id = catalog.list_runs().runs[0].embeddings[0].id
    described = embeddings.describe(embedding_id)
    assert (described.columns, described.sprite, described.has_bookmarks) == ((), None, False)
    with pytest.raises(NotFound, match='The run "run" has no sprite'):
        embeddings.read_thumbnails(embedding_id, 0, np.zeros(1, np.uint32))
    with pytest.raises(NotFound, match='The run "run" has no bookmarks file'):
        embeddings.read_bookmarks(embedding_id)
    with pytest.raises(NotFound, match="it has none"):
        embeddings.read_columns(embedding_id, ["label"])
