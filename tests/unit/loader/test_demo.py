from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from unit.loader.reading import read

from projector_loader import demo
from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.metadata import MetadataReader
from projector_loader.reader_process import ReaderProcesses
from projector_loader.sprites.reader import SpriteReader


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, tensorflow: Any) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "logs"
    demo.write_demo(folder)
    return folder


def test_loader_shows_the_demo_without_a_problem(out: Path, sprites: SpriteReader) -> None:
    catalog = Catalog(DataRoot(out), processes=ReaderProcesses(), max_folders=10)
    embeddings = Embeddings(catalog, MetadataReader(cache_bytes=2**20, max_file_bytes=2**20), sprites)

    (run,) = catalog.list_runs().runs
    described = embeddings.describe(run.embeddings[0].id)

    assert (run.name, [summary.display_name for summary in run.embeddings]) == ("digits", ["digits"])
    assert (described.summary.n_points, described.summary.n_dims) == (1797, 64)
    assert [(column.name, column.n_missing) for column in described.columns] == [("digit", 0), ("ink", 0)]
    assert described.sprite is not None
    assert (run.problems, described.problems) == ((), ())


def test_numbers_are_scikit_learns_digits(out: Path) -> None:
    from sklearn.datasets import load_digits

    catalog = Catalog(DataRoot(out), processes=ReaderProcesses(), max_folders=10)
    source = catalog.find(catalog.list_runs().runs[0].embeddings[0].id).source
    np.testing.assert_array_equal(read(source), load_digits().data)


def test_what_is_there_is_left_as_it_is(out: Path) -> None:
    labels = out / "digits" / "labels.tsv"
    before = labels.stat().st_mtime_ns
    demo.write_demo(out)
    assert labels.stat().st_mtime_ns == before
    assert [path.name for path in out.iterdir()] == ["digits"]


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(demo, "_write_checkpoint", fail)
    with pytest.raises(OSError, match="disk full"):
        demo.write_demo(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_cards_have_dark_digits_on_white_and_transparent_corners(out: Path) -> None:
    atlas = Image.open(out / "digits" / "sprite.png").convert("RGBA")
    card = np.asarray(atlas)[:32, :32]
    assert card[0, 0, 3] < 64
    assert card[16, 1, 3] == 255
    assert card[16, 2, :3].min() > 240
    assert card[4:28, 4:28, :3].min() < 60
