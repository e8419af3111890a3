from __future__ import annotations

import stat
from pathlib import Path

from projector_cli.home import Home, default_home


def test_the_environment_decides_first(tmp_path: Path) -> None:
    assert default_home({"PROJECTOR_HOME": str(tmp_path), "XDG_DATA_HOME": "/elsewhere"}) == tmp_path


def test_the_platform_decides_else() -> None:
    assert default_home({"XDG_DATA_HOME": "/data"}, platform="linux") == Path("/data/embedding-projector")
    assert default_home({}, platform="linux") == Path.home() / ".local/share/embedding-projector"
    assert default_home({}, platform="darwin") == Path.home() / "Library/Application Support/embedding-projector"


def test_only_the_owner_may_enter(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    home.create()

    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    assert home.compiled.is_dir()


def test_each_data_root_has_a_database_of_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "logs").mkdir()

    database = home.database(tmp_path / "logs")

    assert database != home.database(tmp_path)
    assert database == home.database(tmp_path / "logs" / ".." / "logs")


def test_each_data_root_has_uploads_of_its_own_apart_from_the_demo(tmp_path: Path) -> None:
    home = Home(tmp_path)

    uploads = home.uploads(tmp_path / "logs")

    assert uploads != home.uploads(home.demo)
    assert uploads not in home.demo.parents
    assert uploads == home.uploads(tmp_path / "logs" / ".." / "logs")
