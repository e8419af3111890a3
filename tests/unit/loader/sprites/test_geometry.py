"""What cannot be cut into thumbnails is told with the file, what was found and what to change."""

from __future__ import annotations

import contextlib
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from unit.loader.sprites.atlases import file_of, reader, sprite

from projector_chassis.errors import Conflict, NotFound
from projector_loader.assets import SpriteFile
from projector_loader.model import Shape

MAX_SECONDS = 2.0


def plain(width: int, height: int, kind: str = "PNG") -> bytes:
    return file_of(Image.new("RGB", (width, height), (200, 10, 10)), kind)


def png_header(width: int, height: int) -> bytes:
    """A PNG that ends where its pixels should begin."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checked = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + checked + struct.pack(">I", 1000) + b"IDAT"


def test_geometry_comes_from_the_header_alone(tmp_path: Path, write: Any) -> None:
    file = sprite(write("sprite.png", png_header(70, 40)), (10, 20))
    geometry = reader(tmp_path).geometry(file, 9)
    assert (geometry.image_width_px, geometry.image_height_px, geometry.n_columns) == (70, 40, 7)
    assert list(tmp_path.glob("*.cells")) == []


def test_digest_follows_the_file_the_thumbnails_and_the_points(tmp_path: Path, write: Any) -> None:
    made = reader(tmp_path)
    file = write("sprite.png", plain(40, 40))
    digests = {made.geometry(sprite(file, size), n).digest for size, n in (((10, 10), 4), ((20, 20), 4), ((10, 10), 5))}
    assert made.geometry(sprite(file, (10, 10)), 4).digest in digests
    write("sprite.png", plain(80, 40))
    digests.add(made.geometry(sprite(file, (10, 10)), 4).digest)
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("thumbnail_px", "n_points", "reason"),
    [
        ((), 1, "needs two numbers above 0 for single_image_dim, width and height.*given are none"),
        ((10,), 1, r"given are \[10\]"),
        ((10, 0), 1, r"given are \[10, 0\]"),
        ((10, 10, 3), 1, r"given are \[10, 10, 3\]"),
        ((41, 10), 1, "is 40 x 30 px, smaller than one thumbnail of 41 x 10 px; set single_image_dim"),
        (
            (12, 10),
            5,
            "no whole number of thumbnails of 12 x 10 px: 4 x 0 px are left over; set single_image_dim to width",
        ),
        ((10, 12), 12, "10 x 12 px: 0 x 6 px are left over; .* perhaps 10 and 10"),
        ((20, 10), 12, "holds 2 x 3 thumbnails of 20 x 10 px, fewer than the 12 points; .* perhaps 10 and 10"),
    ],
)
def test_geometry_that_cannot_be_is_explained(
    tmp_path: Path, write: Any, thumbnail_px: Shape, n_points: int, reason: str
) -> None:
    file = sprite(write("run/sprite.png", plain(40, 30)), thumbnail_px)
    with pytest.raises(Conflict, match=rf"^The sprite run/sprite\.png .*{reason}"):
        reader(tmp_path).geometry(file, n_points)


def test_without_a_config_the_atlas_is_the_smallest_square_grid(tmp_path: Path, write: Any) -> None:
    geometry = reader(tmp_path).geometry(SpriteFile(write("sprite.png", plain(40, 32)), None), 13)
    assert (geometry.thumbnail_width_px, geometry.thumbnail_height_px, geometry.n_columns) == (10, 8, 4)


def test_missing_image_is_named(tmp_path: Path, place: Any) -> None:
    with pytest.raises(NotFound, match=r"^run/sprite\.png does not exist\.$"):
        reader(tmp_path).geometry(sprite(place("run/sprite.png"), (10, 10)), 1)


@pytest.mark.parametrize("content", [b"", b"no image", plain(40, 30)[:20], b"<svg/>"])
def test_what_is_no_image_is_named(tmp_path: Path, write: Any, content: bytes) -> None:
    with pytest.raises(Conflict, match=r"sprite\.png is damaged, cut off or no image of a known format \(PNG, JPEG"):
        reader(tmp_path).geometry(sprite(write("sprite.png", content), (10, 10)), 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_cut_off_image_is_named_and_leaves_nothing_behind(tmp_path: Path, write: Any, kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    content = file_of(Image.fromarray(noise), kind)
    file = sprite(write("sprite", content[: len(content) * 3 // 4]), (10, 10))
    with pytest.raises(Conflict, match=r"^The sprite sprite is damaged, cut off"):
        reader(tmp_path / "cache").read_page(file, 16, 0, 0)
    assert list((tmp_path / "cache").glob("*")) == []


def test_image_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path, write: Any) -> None:
    file = sprite(write("sprite.png", png_header(100_000, 100_000)), (10, 10))
    reason = "is 100,000 x 100,000 px, 10,000 million pixels; at most 67 million are read.*PROJECTOR_MAX_SPRITE_PIXELS"
    started = time.perf_counter()
    with pytest.raises(Conflict, match=reason):
        reader(tmp_path).geometry(file, 1)
    assert time.perf_counter() - started < MAX_SECONDS


@pytest.mark.usefixtures("bounded_memory")
@given(st.binary(max_size=100), st.integers(0, 120), st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP"]))
@settings(max_examples=300, deadline=MAX_SECONDS * 1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_a_header_are_read_or_reported(
    tmp_path: Path, write: Any, noise: bytes, position: int, kind: str
) -> None:
    content = plain(40, 30, kind)
    file = sprite(write("sprite.png", content[:position] + noise + content[position + len(noise) :]), (1, 1))
    made = reader(tmp_path, max_pixels=10**6)
    try:
        for level in range(len(made.geometry(file, 1).levels)):
            made.read_page(file, 1, level, 0)
    except Conflict:
        return


def claiming(kind: str, width: int, height: int) -> bytes:
    """A small image whose header says that it is this large."""
    content = bytearray(plain(40, 30, kind))
    match kind:
        case "PNG":
            struct.pack_into(">II", content, 16, width, height)
            struct.pack_into(">I", content, 29, zlib.crc32(content[12:29]))
        case "JPEG":
            start_of_frame = content.index(b"\xff\xc0")
            struct.pack_into(">HH", content, start_of_frame + 5, height % 2**16, width % 2**16)
        case "GIF":
            struct.pack_into("<HH", content, 6, width % 2**16, height % 2**16)
            struct.pack_into("<HH", content, content.index(b",\0\0\0\0") + 5, width % 2**16, height % 2**16)
        case "BMP":
            struct.pack_into("<ii", content, 18, width % 2**31, height % 2**31)
        case "WEBP":
            struct.pack_into("<HH", content, 26, width % 2**14, height % 2**14)
    return bytes(content)


SIDES = st.sampled_from([1, 999, 2**14 - 1, 2**16 - 1, 2**31 - 1]) | st.integers(1, 2**31 - 1)


@pytest.mark.usefixtures("bounded_memory")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
@given(width=SIDES, height=SIDES)
@settings(max_examples=60, deadline=MAX_SECONDS * 1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_size_that_a_header_claims_costs_no_memory_beyond_the_limit(
    tmp_path: Path, write: Any, kind: str, width: int, height: int
) -> None:
    file = sprite(write(f"sprite.{kind}", claiming(kind, width, height)), (1, 1))
    with contextlib.suppress(Conflict):
        reader(tmp_path, max_pixels=4 * 10**6).read_page(file, 1, 0, 0)
