"""Data that is damaged is named with its cause in the page, while everything else keeps working."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from e2e.digits import N_DIGITS
from e2e.projector_page import ProjectorPage
from fixtures.projector import RunningProjector

N_POINTS, N_DIMS = 50, 4
CONFIG = "projector_config.pbtxt"
CUT_SHORT = "cut-short/digits.ckpt-1.data-00000-of-00001 was cut short: it has 1,000 bytes"
MISSING = f'missing-file/{CONFIG} names the metadata file "labels.tsv": missing-file/labels.tsv does not exist.'
FEW_ROWS = (
    f"few-rows/labels.tsv has 40 rows, but the embedding has {N_POINTS} points: the last 10 points have no metadata."
)
WAY_OUT = f'way-out/{CONFIG} names the metadata file "../../secret.tsv": "../../secret.tsv" leads out of the data root'


@pytest.fixture(scope="module")
def damaged(demo_root: Path, projector: RunningProjector) -> Iterator[None]:
    """Four damaged runs beside the demo, which a projector serves already."""
    assert projector.process.poll() is None
    names = ("cut-short", "missing-file", "few-rows", "way-out")
    cut_short, missing_file, few_rows, way_out = (demo_root / name for name in names)
    shutil.copytree(demo_root / "digits", cut_short, ignore=shutil.ignore_patterns("*.tsv", "*.png", CONFIG))
    os.truncate(cut_short / "digits.ckpt-1.data-00000-of-00001", 1000)
    write_run(missing_file, metadata_path="labels.tsv")
    write_run(few_rows, metadata_path="labels.tsv")
    (few_rows / "labels.tsv").write_text("word\tn\n" + "a\t1\n" * 40)
    write_run(way_out, metadata_path="../../secret.tsv")
    (demo_root.parent / "secret.tsv").write_text("secret\tn\n" + "s\t1\n" * N_POINTS)
    yield
    (demo_root.parent / "secret.tsv").unlink()
    for name in names:
        shutil.rmtree(demo_root / name)


def write_run(folder: Path, *, metadata_path: str) -> None:
    """A run of one tensor in a file of its own, as a config names it."""
    folder.mkdir()
    points = np.random.default_rng(5).standard_normal((N_POINTS, N_DIMS)).astype("<f4")
    (folder / "points.bytes").write_bytes(points.tobytes())
    (folder / CONFIG).write_text(
        f'embeddings {{ tensor_name: "points" tensor_path: "points.bytes" tensor_shape: [{N_POINTS}, {N_DIMS}]'
        f' metadata_path: "{metadata_path}" }}'
    )


@pytest.mark.usefixtures("damaged")
def test_all_damage_is_listed_and_the_demo_is_shown(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()

    projector_page.wait_for_points(N_DIGITS)
    expect(page.get_by_role("alert").locator("visible=true")).to_have_count(0)
    projector_page.by_id("notices").click()
    for message in (CUT_SHORT, MISSING, WAY_OUT):
        expect(page.get_by_role("dialog", name="Notices")).to_contain_text(message)
    projector_page.by_id("run-picker").click()
    expect(page.locator("section", has=page.get_by_role("heading", name="cut-short"))).to_contain_text(CUT_SHORT)


@pytest.mark.usefixtures("damaged")
@pytest.mark.parametrize(
    ("run", "message"),
    [
        pytest.param("missing-file", MISSING, id="missing file"),
        pytest.param("few-rows", FEW_ROWS, id="few rows"),
        pytest.param("way-out", WAY_OUT, id="way out"),
    ],
)
def test_points_are_shown_beside_what_is_wrong_with_their_files(
    projector_page: ProjectorPage, run: str, message: str
) -> None:
    projector_page.open()

    projector_page.open_embedding(run)

    projector_page.wait_for_points(N_POINTS)
    expect(projector_page.by_id("problems")).to_contain_text(message)
    expect(projector_page.page.get_by_label("Label by")).not_to_contain_text("secret")
    projector_page.open_embedding("digits")
    projector_page.wait_for_points(N_DIGITS)
