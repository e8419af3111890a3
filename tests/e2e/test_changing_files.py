"""A page that stays open while a training run writes its files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage
from fixtures.browser import Pages
from fixtures.projector import running_projector

N_POINTS = 30


def write_run(folder: Path, n_points: int = N_POINTS) -> None:
    """A run with a raw tensor, whose files may be there already."""
    folder.mkdir(exist_ok=True)
    values = np.random.default_rng(n_points).standard_normal((n_points, 4))
    (folder / "points.bytes").write_bytes(values.astype("<f4").tobytes())
    (folder / "projector_config.pbtxt").write_text(
        f'embeddings {{ tensor_name: "points" tensor_path: "points.bytes" tensor_shape: [{n_points}, 4] }}'
    )
    later = time.time() + n_points
    for file in folder.iterdir():
        os.utime(file, (later, later))


@pytest.fixture(scope="module")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changing")


@pytest.fixture(scope="module")
def changing_url(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A projector over a data root that is empty at first."""
    with running_projector(data_root, tmp_path_factory.mktemp("home")) as running:
        yield running.url


@pytest.fixture
def open_changing(pages: Pages, changing_url: str) -> OpenProjector:
    return lambda: ProjectorPage(pages.open().page, changing_url)


def test_runs_and_changed_files_reach_an_open_page(open_changing: OpenProjector, data_root: Path) -> None:
    shown = open_changing()
    shown.page.goto(shown.base_url)
    expect(shown.page.get_by_text("No runs found")).to_be_visible()

    write_run(data_root / "first")
    shown.wait_for_points(N_POINTS)

    write_run(data_root / "second")
    shown.by_id("run-picker").click()
    expect(shown.page.get_by_test_id("embedding-option")).to_have_count(2, timeout=20_000)
    shown.page.keyboard.press("Escape")

    write_run(data_root / "first", n_points=2 * N_POINTS)
    shown.page.get_by_test_id("outdated").get_by_role("button", name="Reload").click()
    shown.wait_for_points(2 * N_POINTS)
    expect(shown.page.get_by_test_id("outdated")).to_be_hidden()
