from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, open_file, printable, read_small_file, stamp

NOBODY = 65534


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside the data root."""
    file = tmp_path / "secret.tsv"
    file.write_text("secret")
    return file


def test_names_are_relative_to_the_root(root: DataRoot, write: Any) -> None:
    run = write("run/config", "").absolute.parent
    base = AssetPath(run, "run")
    assert root.resolve("labels.tsv", base=base).name == "run/labels.tsv"
    assert root.resolve("./a/../b.tsv", base=base).name == "run/b.tsv"
    assert root.resolve("../shared/labels.tsv", base=base).name == "shared/labels.tsv"
    assert root.resolve(str(run / "labels.tsv"), base=base).name == "run/labels.tsv"
    assert root.resolve(".", base=root.top) == root.top


def test_names_below_a_root_with_a_name_begin_with_it(tmp_path: Path) -> None:
    (tmp_path / "run" / "inner").mkdir(parents=True)
    root = DataRoot(tmp_path, name="Uploads")
    run = root.child(root.top, "run")
    assert (root.top.name, run.name, run.absolute) == ("Uploads", "Uploads/run", tmp_path / "run")
    assert root.resolve("inner/../x.npy", base=run).name == "Uploads/run/x.npy"
    assert root.resolve("../x.npy", base=run).name == "Uploads/x.npy"
    assert root.resolve(str(tmp_path / "x.npy"), base=run).name == "Uploads/x.npy"
    assert root.parent(run) == root.top
    assert root.resolve("..", base=run) == root.top


def test_tilde_is_an_ordinary_character(root: DataRoot) -> None:
    assert root.resolve("~/labels.tsv", base=root.top).absolute == root.top.absolute / "~/labels.tsv"


@pytest.mark.parametrize("text", ["../secret.tsv", "a/../../secret.tsv", "/etc/passwd", ".."])
def test_paths_that_leave_the_root_are_refused(root: DataRoot, secret: Path, text: str) -> None:
    with pytest.raises(Conflict, match="leads out of the data root") as caught:
        root.resolve(text, base=root.top)
    assert str(root.top.absolute) not in caught.value.message


def test_sibling_with_the_same_beginning_is_outside(root: DataRoot, tmp_path: Path) -> None:
    (tmp_path / "root-of-another").mkdir()
    with pytest.raises(Conflict):
        root.resolve("../root-of-another/x", base=root.top)


def test_link_out_of_the_root_is_refused_and_its_target_not_shown(root: DataRoot, secret: Path) -> None:
    (root.top.absolute / "labels.tsv").symlink_to(secret)
    with pytest.raises(Conflict, match=r'^"labels\.tsv" leads out of the data root') as caught:
        root.resolve("labels.tsv", base=root.top)
    assert "secret" not in caught.value.message


def test_link_folder_out_of_the_root_is_refused(root: DataRoot, secret: Path) -> None:
    (root.top.absolute / "out").symlink_to(secret.parent)
    with pytest.raises(Conflict):
        root.resolve("out/secret.tsv", base=root.top)


def test_link_inside_the_root_is_followed_and_keeps_its_name(root: DataRoot, write: Any) -> None:
    real = write("data/labels.tsv", "x")
    (root.top.absolute / "labels.tsv").symlink_to(real.absolute)
    place = root.resolve("labels.tsv", base=root.top)
    assert (place.absolute, place.name) == (real.absolute, "labels.tsv")


def test_root_that_is_a_link_itself_is_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    root = DataRoot(tmp_path / "link")
    assert root.resolve("x", base=root.top).absolute == tmp_path / "real" / "x"


def test_circle_of_links_is_a_typed_error(root: DataRoot) -> None:
    (root.top.absolute / "a").symlink_to("b")
    (root.top.absolute / "b").symlink_to("a")
    with pytest.raises(PublicError):
        stamp(root.resolve("a", base=root.top))


@pytest.mark.parametrize("text", ["", "a\0b"])
def test_what_is_no_file_name_is_refused(root: DataRoot, text: str) -> None:
    with pytest.raises(InvalidArgument):
        root.resolve(text, base=root.top)


def test_missing_file_folder_device_and_pipe_are_told_apart(root: DataRoot, place: Any) -> None:
    (root.top.absolute / "folder").mkdir()
    os.mkfifo(root.top.absolute / "pipe")
    with pytest.raises(NotFound, match=r"^gone does not exist\.$"):
        open_file(place("gone"))
    with pytest.raises(NotFound, match=r"^pipe/x does not exist\.$"):
        open_file(place("pipe/x"))
    with pytest.raises(Conflict, match=r"^folder is a folder where a file is expected\.$"):
        open_file(place("folder"))
    with pytest.raises(Conflict, match=r"^pipe is not a regular file"):
        open_file(place("pipe"))


def test_device_is_not_read_even_where_it_lies_in_the_root() -> None:
    devices = DataRoot(Path("/dev"))
    with pytest.raises(Conflict, match=r"^zero is not a regular file"):
        read_small_file(devices.resolve("zero", base=devices.top), limit_bytes=10)


@pytest.mark.parametrize("replaced", ["run/labels.tsv", "run"])
def test_link_that_took_the_place_of_a_resolved_file_or_its_folder_is_not_followed(
    root: DataRoot, write: Any, tmp_path: Path, replaced: str
) -> None:
    file = write("run/labels.tsv", "x")
    outside = tmp_path / "outside"
    (root.top.absolute / replaced).rename(outside)
    (root.top.absolute / replaced).symlink_to(outside)
    with pytest.raises(Conflict, match=r"^run/labels\.tsv (cannot be read: too many levels|was moved while)"):
        open_file(file)


@pytest.fixture
def readable_by_nobody() -> Iterator[DataRoot]:
    """A root with files that this process may not read; as root it is another user for that time."""
    with tempfile.TemporaryDirectory() as folder:
        root = DataRoot(Path(folder))
        os.chmod(folder, 0o755)
        for name, mode in (("file", 0o000), ("folder/file", 0o644)):
            path = root.top.absolute / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("secret")
            path.chmod(mode)
        (root.top.absolute / "folder").chmod(0o000)
        user = os.geteuid()
        os.seteuid(user or NOBODY)
        try:
            yield root
        finally:
            os.seteuid(user)
            (root.top.absolute / "folder").chmod(0o700)


@pytest.mark.parametrize("name", ["file", "folder/file"])
def test_file_that_may_not_be_read_is_a_typed_error(readable_by_nobody: DataRoot, name: str) -> None:
    with pytest.raises(Conflict, match=rf"^{name} cannot be read: permission denied\.$"):
        open_file(readable_by_nobody.resolve(name, base=readable_by_nobody.top))


def test_name_that_is_too_long_is_a_typed_error(place: Any) -> None:
    with pytest.raises(Conflict, match="cannot be read: file name too long"):
        stamp(place("x" * 300))


def test_small_file_is_read_up_to_its_limit(write: Any) -> None:
    file = write("a", "12345")
    assert read_small_file(file, limit_bytes=5) == b"12345"
    with pytest.raises(Conflict, match=r"^a is larger than the 4 bytes"):
        read_small_file(file, limit_bytes=4)


def test_file_name_that_is_not_utf8_can_be_shown() -> None:
    assert printable(os.fsdecode(b"caf\xe9.tsv")) == "caf\ufffd.tsv"


_PARTS = st.sampled_from(["..", ".", "/", "//", "link", "a", "~", "\u00e9", "...", "\n", " ", "\0"])


@given(st.lists(_PARTS, max_size=8).map("/".join))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_leaves_the_root(root: DataRoot, secret: Path, text: str) -> None:
    link = root.top.absolute / "link"
    if not link.is_symlink():
        link.symlink_to(secret.parent)
    try:
        place = root.resolve(text, base=root.top)
    except PublicError:
        return
    assert place.absolute.is_relative_to(root.top.absolute)
    assert Path(place.name).parts[:1] not in (("..",), ("/",))
