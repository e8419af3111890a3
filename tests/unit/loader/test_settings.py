from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from projector_loader.settings import LoaderSettings


@pytest.mark.parametrize("data_root", ["", "logs", "link"])
def test_a_data_root_that_anybody_could_delete_is_refused(tmp_path: Path, data_root: str) -> None:
    uploads = tmp_path / "uploads"
    (uploads / "logs").mkdir(parents=True)
    (tmp_path / "link").symlink_to(uploads / "logs")
    place = tmp_path / "link" if data_root == "link" else uploads / data_root
    with pytest.raises(ValidationError, match="data_root lies in uploads_root"):
        LoaderSettings(data_root=place, uploads_root=uploads)


def test_an_empty_folder_for_uploads_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJECTOR_UPLOADS_ROOT", "")
    assert LoaderSettings(data_root=tmp_path).uploads_root is None


def test_uploads_may_lie_below_the_data_root(tmp_path: Path) -> None:
    settings = LoaderSettings(data_root=tmp_path, uploads_root=tmp_path / "uploads")
    assert settings.uploads_root == tmp_path / "uploads"
