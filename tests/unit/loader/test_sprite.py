from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from projector_chassis.errors import Conflict, NotFound
from projector_loader.model import Shape
from projector_loader.sprite import read_geometry


def image_bytes(width: int, height: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 10, 10)).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
    ],
)
def test_size_and_media_type_come_from_the_file(write: Any, kind: str, media_type: str) -> None:
    geometry = read_geometry(write("sprite.anything", image_bytes(70, 30, kind)), (20, 10), 9)
    assert (geometry.image_width_px, geometry.image_height_px) == (70, 30)
    assert (geometry.thumbnail_width_px, geometry.thumbnail_height_px) == (20, 10)
    assert (geometry.n_columns, geometry.media_type) == (3, media_type)


def test_digest_follows_the_file_and_the_thumbnails(write: Any) -> None:
    file = write("sprite.png", image_bytes(40, 40))
    digest = read_geometry(file, (10, 10), 4).digest
    assert read_geometry(file, (10, 10), 4).digest == digest
    assert read_geometry(file, (20, 20), 4).digest != digest
    write("sprite.png", image_bytes(80, 40))
    assert read_geometry(file, (10, 10), 4).digest != digest


@pytest.mark.parametrize(
    ("thumbnail_px", "n_points", "reason"),
    [
        ((), 1, "needs two single_image_dim values above 0 in the config.*the config gives none"),
        ((10,), 1, r"the config gives \[10\]"),
        ((10, 0), 1, r"the config gives \[10, 0\]"),
        ((41, 10), 1, "is 40 x 30 px, smaller than one thumbnail of 41 x 10 px"),
        ((10, 10), 13, "holds 4 x 3 thumbnails of 10 x 10 px, fewer than the 13 points"),
    ],
)
def test_geometry_that_cannot_be_is_explained(write: Any, thumbnail_px: Shape, n_points: int, reason: str) -> None:
    file = write("run/sprite.png", image_bytes(40, 30))
    with pytest.raises(Conflict, match=rf"^The sprite run/sprite\.png .*{reason}"):
        read_geometry(file, thumbnail_px, n_points)


def test_missing_image_is_named(place: Any) -> None:
    with pytest.raises(NotFound, match=r"^run/sprite\.png does not exist\.$"):
        read_geometry(place("run/sprite.png"), (10, 10), 1)


@pytest.mark.parametrize("content", [b"", b"no image", image_bytes(40, 30)[:20], b"<svg/>"])
def test_what_is_no_image_is_named(write: Any, content: bytes) -> None:
    with pytest.raises(Conflict, match=r"sprite\.png is damaged or no image of a known format \(PNG, JPEG"):
        read_geometry(write("sprite.png", content), (10, 10), 1)


def test_image_of_too_many_pixels_is_refused_by_its_header(write: Any) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    checked = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    content = b"\x89PNG\r\n\x1a\n" + checked + struct.pack(">I", 1000) + b"IDAT"
    with pytest.raises(Conflict, match="too many pixels"):
        read_geometry(write("sprite.png", content), (10, 10), 1)


@given(st.binary(max_size=100), st.integers(0, 120), st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP"]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_a_header_are_read_or_reported(write: Any, noise: bytes, position: int, kind: str) -> None:
    content = image_bytes(40, 30, kind)
    file = write("sprite.png", content[:position] + noise + content[position + len(noise) :])
    try:
        read_geometry(file, (1, 1), 1)
    except Conflict:
        return
