"""What a peer of the loader gets over real gRPC when all is well."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import time
from typing import Any

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from integration.loader.running_loader import Loader
from numpy.typing import NDArray
from PIL import Image

from projector_contracts.loader.v1 import loader_pb2

pytestmark = pytest.mark.integration


def test_runs_are_listed_by_name_with_every_step(loader: Loader) -> None:
    runs = loader.runs()
    assert list(runs) == ["raw", "words"]
    assert [summary.step for summary in runs["words"].embeddings] == [20, 10, 0]
    assert [checkpoint.name for checkpoint in runs["words"].checkpoints] == [
        f"words/model.ckpt-{step}" for step in (20, 10, 0)
    ]
    assert [tensor.tensor_name for tensor in runs["words"].rejected] == ["bias/.ATTRIBUTES/VARIABLE_VALUE"]
    (raw,) = runs["raw"].embeddings
    assert (raw.display_name, raw.HasField("step"), raw.n_points, raw.n_dims) == ("r", False, 50, 4)


def test_embeddings_of_one_run_are_those_of_the_list(loader: Loader) -> None:
    for run in loader.runs().values():
        response = loader.stub.ListEmbeddings(loader_pb2.ListEmbeddingsRequest(run_id=run.id), timeout=10)
        assert list(response.embeddings) == list(run.embeddings)


def test_embeddings_of_a_run_that_is_gone_are_not_found(loader: Loader) -> None:
    request = loader_pb2.ListEmbeddingsRequest(run_id=loader.runs()["raw"].id)
    shutil.rmtree(loader.root / "raw")
    with pytest.raises(grpc.RpcError) as caught:
        loader.stub.ListEmbeddings(request, timeout=10)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_every_step_has_its_own_numbers_and_digest(loader: Loader, vectors: NDArray[np.float32]) -> None:
    digests = set()
    for summary in loader.runs()["words"].embeddings:
        np.testing.assert_array_equal(loader.read(summary.id), vectors + summary.step)
        digests.add(loader.describe(summary.id).digest)
    assert len(digests) == 3


def test_tensor_comes_as_a_header_and_blocks_of_whole_rows_of_about_a_mebibyte(loader: Loader) -> None:
    summary = loader.runs()["words"].embeddings[0]
    request = loader_pb2.ReadTensorRequest(embedding_id=summary.id)
    parts = list(loader.stub.ReadTensor(request, timeout=10))

    assert [part.WhichOneof("part") for part in parts] == ["header", "rows", "rows", "rows"]
    assert parts[0].header.digest == loader.describe(summary.id).digest
    sizes = [len(part.rows) for part in parts[1:]]
    assert all(size % (summary.n_dims * 4) == 0 for size in sizes)
    assert sizes[0] == 1310 * summary.n_dims * 4


def test_rows_are_selected_by_range_and_by_list(loader: Loader, vectors: NDArray[np.float32]) -> None:
    embedding_id = loader.runs()["words"].embeddings[0].id
    rows = np.array([2999, 0, 2999, 17], "<u4")
    for selection, expected in (
        ({"range": loader_pb2.RowRange(first=2990)}, vectors[2990:]),
        ({"range": loader_pb2.RowRange(first=5, n_rows=2)}, vectors[5:7]),
        ({"rows": rows.tobytes()}, vectors[rows]),
    ):
        request = loader_pb2.ReadTensorRequest(embedding_id=embedding_id, **selection)
        header, *chunks = loader.stub.ReadTensor(request, timeout=10)
        assert (header.header.n_points, header.header.n_rows) == (3000, len(expected))
        values = np.frombuffer(b"".join(chunk.rows for chunk in chunks), "<f4").reshape(-1, 200)
        np.testing.assert_array_equal(values, expected + 20)


@pytest.mark.parametrize("selection", [{"range": loader_pb2.RowRange(first=3001)}, {"rows": b"123"}])
def test_rows_that_there_are_not_are_an_invalid_argument(loader: Loader, selection: dict[str, Any]) -> None:
    embedding_id = loader.runs()["words"].embeddings[0].id
    with pytest.raises(grpc.RpcError) as caught:
        list(loader.stub.ReadTensor(loader_pb2.ReadTensorRequest(embedding_id=embedding_id, **selection), timeout=10))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_description_holds_columns_sprite_and_bookmarks(loader: Loader) -> None:
    described = loader.describe(loader.runs()["words"].embeddings[0].id)
    assert (described.run_name, described.dtype, described.has_bookmarks) == ("words", "float32", True)
    assert [(column.name, column.type) for column in described.columns] == [
        ("word", loader_pb2.TEXT),
        ("n", loader_pb2.INTEGER),
        ("part", loader_pb2.CATEGORY),
    ]
    assert not described.columns[0].HasField("minimum")
    assert described.columns[1].maximum == 2999
    assert [level.cell_width_px for level in described.sprite.levels] == [16, 8]
    assert list(described.problems) == []


def columns(loader: Loader, embedding_id: str, *names: str) -> list[loader_pb2.Column]:
    """The columns of one stream, each of the size and digest that its header says."""
    request = loader_pb2.ReadColumnsRequest(embedding_id=embedding_id, names=names)
    received: list[tuple[loader_pb2.ColumnHeader, bytearray]] = []
    for chunk in loader.stub.ReadColumns(request, timeout=10):
        if chunk.WhichOneof("part") == "header":
            received.append((chunk.header, bytearray()))
        else:
            received[-1][1].extend(chunk.column)
    for header, content in received:
        assert (header.total_bytes, header.digest) == (len(content), hashlib.sha256(content).hexdigest())
    read = [loader_pb2.Column.FromString(bytes(content)) for _, content in received]
    assert [column.name for column in read] == [header.name for header, _ in received]
    return read


def test_columns_come_as_typed_values(loader: Loader) -> None:
    embedding_id = loader.runs()["words"].embeddings[0].id

    categories, text_column, numbers = columns(loader, embedding_id, "part", "word", "n")
    np.testing.assert_array_equal(np.frombuffer(numbers.numbers.float64, "<f8"), np.arange(3000))

    assert list(categories.dictionary.values) == ["p0", "p1", "p2"]
    np.testing.assert_array_equal(np.frombuffer(categories.dictionary.codes, "<u4"), np.arange(3000) % 3)

    ends = np.frombuffer(text_column.text.offsets, "<u4")
    assert text_column.text.utf8[ends[7] : ends[8]] == b"w7"
    assert len(ends) == 3001


def test_all_columns_come_in_file_order_where_none_is_named(loader: Loader) -> None:
    words, raw = (loader.runs()[name].embeddings[0].id for name in ("words", "raw"))
    assert [column.name for column in columns(loader, words)] == ["word", "n", "part"]
    assert columns(loader, raw) == []


@pytest.mark.parametrize(
    ("names", "code"), [(["n", "x"], grpc.StatusCode.NOT_FOUND), (["n", "n"], grpc.StatusCode.INVALID_ARGUMENT)]
)
def test_columns_that_there_are_not_end_the_stream_before_any_is_sent(
    loader: Loader, names: list[str], code: grpc.StatusCode
) -> None:
    request = loader_pb2.ReadColumnsRequest(embedding_id=loader.runs()["words"].embeddings[0].id, names=names)
    with pytest.raises(grpc.RpcError) as caught:
        next(loader.stub.ReadColumns(request, timeout=10))
    assert caught.value.code() is code


def sprite_image(loader: Loader, **wanted: Any) -> NDArray[np.uint8]:
    embedding_id = loader.runs()["words"].embeddings[0].id
    parts = list(loader.stub.ReadSprite(loader_pb2.ReadSpriteRequest(embedding_id=embedding_id, **wanted), timeout=10))
    content = b"".join(part.image for part in parts[1:])
    assert parts[0].header.digest == loader.describe(embedding_id).sprite.digest
    assert parts[0].header.total_bytes == len(content)
    return np.asarray(Image.open(io.BytesIO(content)))


def test_thumbnails_come_as_pages_and_by_row(loader: Loader) -> None:
    file = np.asarray(Image.open(loader.root / "words" / "sprite.png"))
    page = sprite_image(loader, level=0, page=0)
    assert page.shape == (55 * 16, 55 * 16)
    np.testing.assert_array_equal(page[:16, 16 * 54 :], file[:16, 16 * 54 :])
    chosen = sprite_image(loader, level=0, rows=np.array([57], "<u4").tobytes())
    np.testing.assert_array_equal(chosen, file[16:32, 32:48])
    assert sprite_image(loader, level=1, page=0).shape == (55 * 8, 55 * 8)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"level": 2}, grpc.StatusCode.NOT_FOUND),
        ({"page": 1}, grpc.StatusCode.NOT_FOUND),
        ({"rows": b"123"}, grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_thumbnails_that_there_are_not(loader: Loader, wanted: dict[str, Any], code: grpc.StatusCode) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        sprite_image(loader, **wanted)
    assert caught.value.code() is code


def test_bookmarks_come_as_the_file_itself(loader: Loader) -> None:
    request = loader_pb2.ReadBookmarksRequest(embedding_id=loader.runs()["words"].embeddings[0].id)
    assert b"".join(part.content for part in loader.stub.ReadBookmarks(request, timeout=10)) == b"[]"


def test_unchanged_runs_are_listed_fast(loader: Loader) -> None:
    loader.runs()
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        loader.runs()
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.3


def test_new_checkpoint_and_changed_labels_appear_without_a_restart(loader: Loader) -> None:
    embedding_id = loader.runs()["words"].embeddings[0].id
    words = loader.root / "words"
    for suffix in (".index", ".data-00000-of-00001"):
        (words / f"model.ckpt-30{suffix}").write_bytes((words / f"model.ckpt-20{suffix}").read_bytes())
    (words / "labels.tsv").write_text("name\tn\n" + "x\t1\n" * 3000)
    os.utime(words / "labels.tsv", (1, 1))

    assert [summary.step for summary in loader.runs()["words"].embeddings] == [30, 20, 10, 0]
    assert [column.name for column in loader.describe(embedding_id).columns] == ["name", "n"]


def test_health_and_reflection_answer(loader: Loader) -> None:
    health = health_pb2_grpc.HealthStub(loader.channel)
    for service in ("", "projector.loader.v1.LoaderService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    reflection = reflection_pb2_grpc.ServerReflectionStub(loader.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (response,) = reflection.ServerReflectionInfo(iter([request]), timeout=5)
    names = {service.name for service in response.list_services_response.service}
    assert names == {
        "projector.loader.v1.LoaderService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
