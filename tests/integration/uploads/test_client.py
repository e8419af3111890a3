"""Uploads of programs: over gRPC to the gateway, and on to the loader."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc.aio
import numpy as np
import pytest
from integration.gateway.conftest import RunningGateway
from integration.uploads.conftest import MAX_FILE_BYTES, UploadingLoader
from PIL import Image

from fixtures.waiting import until
from projector_client import InvalidArgument, NotFound, Projector, TooLarge
from projector_contracts.api.v1 import api_pb2_grpc
from projector_contracts.loader.v1 import loader_pb2

pytestmark = pytest.mark.integration

README = Path(__file__).parents[3] / "client" / "README.md"


@pytest.fixture
def projector(gateway: RunningGateway) -> Iterator[Projector]:
    with Projector(f"127.0.0.1:{gateway.app.state.grpc_port}", timeout_seconds=10) as projector:
        yield projector


async def test_an_array_with_columns_and_thumbnails_is_uploaded_and_deleted(
    projector: Projector, uploading_loader: UploadingLoader, tmp_path: Path
) -> None:
    Image.new("RGB", (30, 40)).save(tmp_path / "faces.png")
    embedding = await asyncio.to_thread(
        projector.upload,
        "Faces",
        np.random.default_rng(1).normal(size=(12, 5)),
        metadata={"name": [f"n{i}" for i in range(12)], "age": range(12)},
        sprite=tmp_path / "faces.png",
        thumbnail_px=(10, 10),
    )
    assert (embedding.run_name, embedding.n_points, embedding.n_dims) == ("Uploads/Faces", 12, 5)
    assert [(column.name, column.type) for column in embedding.columns] == [("name", "category"), ("age", "integer")]
    assert embedding.problems == ()
    (run,) = await asyncio.to_thread(projector.runs)
    assert run.is_upload

    await asyncio.to_thread(projector.delete, run)

    assert await asyncio.to_thread(projector.runs) == []
    assert uploading_loader.files() == []
    with pytest.raises(NotFound):
        await asyncio.to_thread(projector.delete, run.id)


async def test_a_single_column_keeps_its_name(projector: Projector) -> None:
    embedding = await asyncio.to_thread(projector.upload, "Words", np.ones((3, 2)), metadata={"word": ["a", "", "c"]})
    assert [column.name for column in embedding.columns] == ["word"]


async def test_a_file_of_raw_numbers_is_uploaded_with_its_shape(projector: Projector, tmp_path: Path) -> None:
    (tmp_path / "words.bytes").write_bytes(np.zeros((4, 3), "<f4").tobytes())
    embedding = await asyncio.to_thread(projector.upload, "Words", tmp_path / "words.bytes", tensor_shape=(4, 3))
    assert (embedding.display_name, embedding.n_points) == ("words.bytes", 4)


async def test_refusals_are_told_and_leave_nothing(
    projector: Projector, uploading_loader: UploadingLoader, tmp_path: Path
) -> None:
    (tmp_path / "model.pt").write_bytes(bytes(2**20))
    (tmp_path / "words.npy").write_bytes(b"no array")
    (tmp_path / "large.npy").touch()
    with (tmp_path / "large.npy").open("r+b") as large:
        large.truncate(MAX_FILE_BYTES + 1)
    for tensor, kind, text in (
        (tmp_path / "model.pt", InvalidArgument, "is a pickle"),
        (tmp_path / "words.npy", InvalidArgument, "words.npy"),
        (tmp_path / "large.npy", TooLarge, "268,435,456 bytes at most"),
    ):
        for _ in range(5):
            with pytest.raises(kind, match=text):
                await asyncio.to_thread(projector.upload, "Words", tensor)
    (tmp_path / "labels.xlsx").touch()
    with pytest.raises(InvalidArgument, match=r"labels\.xlsx is no table"):
        await asyncio.to_thread(projector.upload, "Words", np.ones((3, 2)), metadata=tmp_path / "labels.xlsx")
    assert uploading_loader.files() == []


async def test_the_wrong_shape_is_named(projector: Projector) -> None:
    sizes: list[Any] = [(0, 4), (-1, 4), (1.5, 4), (4,)]
    for size in sizes:
        with pytest.raises(InvalidArgument, match="thumbnail_px"):
            await asyncio.to_thread(projector.upload, "Words", np.ones((3, 2)), thumbnail_px=size)


async def test_the_example_of_the_readme_runs(
    gateway: RunningGateway, projector: Projector, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = (code for code in re.findall(r"```python\n(.*?)```", README.read_text(), re.S) if "upload(" in code)
    here = example.replace("127.0.0.1:8081", f"127.0.0.1:{gateway.app.state.grpc_port}")
    await asyncio.to_thread(exec, here, {"Projector": Projector})
    assert capsys.readouterr().out == "Uploads/My words 1000\n"
    assert await asyncio.to_thread(projector.runs) == []


async def test_a_program_that_dies_half_way_leaves_nothing(
    gateway: RunningGateway, uploading_loader: UploadingLoader
) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.app.state.grpc_port}") as channel:
        call = api_pb2_grpc.UploadServiceStub(channel).WriteUpload(timeout=30)
        header = loader_pb2.UploadHeader(upload_id="upload-0123456789", role=loader_pb2.TENSOR, file_name="words.npy")
        await call.write(loader_pb2.UploadChunk(header=header))
        await call.write(loader_pb2.UploadChunk(content=bytes(2**20)))
        await until(lambda: len(uploading_loader.files()) == 1, what="the file to begin to arrive")
    await until(lambda: uploading_loader.files() == [], what="nothing to be left")


async def test_a_stream_without_header_or_end_is_refused(
    gateway: RunningGateway, uploading_loader: UploadingLoader
) -> None:
    header = loader_pb2.UploadChunk(
        header=loader_pb2.UploadHeader(upload_id="upload-0123456789", role=loader_pb2.TENSOR, file_name="words.tsv")
    )
    content = loader_pb2.UploadChunk(content=b"1\t2\n")
    without_role = loader_pb2.UploadChunk(header=loader_pb2.UploadHeader())

    def send(*chunks: loader_pb2.UploadChunk) -> grpc.StatusCode:
        with grpc.insecure_channel(f"127.0.0.1:{gateway.app.state.grpc_port}") as channel:
            call = api_pb2_grpc.UploadServiceStub(channel).WriteUpload.future(iter(chunks), timeout=10)
            status: grpc.StatusCode = call.code()
            return status

    for sent in ([], [content], [without_role], [header, content]):
        assert await asyncio.to_thread(send, *sent) is grpc.StatusCode.INVALID_ARGUMENT
    # The peer hears of its mistake from the gateway; the loader may still be clearing up.
    await until(lambda: uploading_loader.files() == [], what="nothing to be left")


async def test_the_rules_are_told(gateway: RunningGateway) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.app.state.grpc_port}") as channel:
        rules = await api_pb2_grpc.UploadServiceStub(channel).GetUploadRules(loader_pb2.GetUploadRulesRequest())
    assert (rules.is_on, rules.max_file_bytes) == (True, MAX_FILE_BYTES)
