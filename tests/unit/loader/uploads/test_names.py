from __future__ import annotations

import unicodedata
from itertools import islice
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_chassis.errors import InvalidArgument
from projector_loader.model import UploadRole
from projector_loader.upload_names import check_upload_id, first_free, folder_names, shown_file_name, stored_file_name

TENSOR, METADATA, SPRITE = UploadRole.TENSOR, UploadRole.METADATA, UploadRole.SPRITE


@pytest.mark.parametrize(
    ("role", "given_name", "stored"),
    [
        (TENSOR, "vectors.npy", "tensor.npy"),
        (TENSOR, "VECTORS.NPY", "tensor.npy"),
        (TENSOR, "vectors", "tensor"),
        (TENSOR, "../../etc/passwd", "tensor"),
        (TENSOR, "..\\..\\boot.tsv", "tensor.tsv"),
        (TENSOR, "a.npy/../..", "tensor"),
        (TENSOR, "a.n py", "tensor"),
        (TENSOR, "a.\0npy", "tensor"),
        (TENSOR, "a." + "x" * 40, "tensor"),
        (METADATA, "labels", "metadata"),
        (METADATA, "labels.tsv", "metadata.tsv"),
        (SPRITE, "digits.JPEG", "sprite.jpeg"),
    ],
)
def test_a_file_is_stored_under_its_role_and_a_plain_suffix(role: UploadRole, given_name: str, stored: str) -> None:
    assert stored_file_name(role, given_name) == stored


@given(st.text())
def test_no_file_name_leads_anywhere_else(file_name: str) -> None:
    try:
        stored = stored_file_name(TENSOR, file_name)
    except InvalidArgument:
        return
    assert PurePath(stored).parts == (stored,)
    assert stored.startswith("tensor")


@pytest.mark.parametrize(
    ("role", "file_name", "reason"),
    [
        (TENSOR, "model.pt", "is a pickle, which can run any program"),
        (TENSOR, "C:\\secret\\words.PKL", r"^words\.PKL is a pickle"),
        (METADATA, "labels.pickle", "is a pickle"),
        (TENSOR, "model.ckpt-10.data-00000-of-00001", "one of several files of a TensorFlow checkpoint"),
        (TENSOR, "vectors.tsv.gz", "is packed; unpack it"),
        (METADATA, "labels.xlsx", "is no table"),
        (SPRITE, "digits.svg", "is no image"),
    ],
)
def test_what_can_never_be_shown_is_refused_before_it_is_sent(role: UploadRole, file_name: str, reason: str) -> None:
    with pytest.raises(InvalidArgument, match=reason):
        stored_file_name(role, file_name)


def test_a_file_name_that_turns_itself_around_is_shown_as_it_is_stored() -> None:
    assert shown_file_name("words\u202eyp.tsv\n") == "words_yp.tsv_"


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("My words", "My words"),
        ("a/b\\c", "a_b_c"),
        (" ..hidden.. ", "hidden"),
        ("../../etc", "_.._etc"),
        ("line\nbreak", "line_break"),
        ("كلمات 单词 👩‍🔬", "كلمات 单词 👩‍🔬"),
        ("model.ckpt_temp", "model.ckpt_temp_"),
    ],
)
def test_a_run_is_called_as_it_should_be_where_a_folder_can(name: str, folder: str) -> None:
    assert next(folder_names(name)) == folder


@given(st.text(), st.integers(1, 12))
def test_every_name_is_that_of_one_visible_folder(name: str, n_taken: int) -> None:
    try:
        names = list(islice(folder_names(name), n_taken))
    except InvalidArgument:
        return
    assert len(set(names)) == n_taken
    for each in names:
        assert PurePath(each).parts == (each,)
        assert not each.startswith(".")
        assert len(each.encode()) <= 255
        assert "\0" not in each


@pytest.mark.parametrize("name", ["", "   ", "...", "/", "\u2028"])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match="name is"):
        folder_names(name)


def test_a_name_that_another_has_gets_a_number() -> None:
    assert first_free(folder_names("Words"), ["words", "WORDS (2)", "other"]) == "Words (3)"
    decomposed = unicodedata.normalize("NFD", "Wörter")
    assert first_free(folder_names("Wörter"), [decomposed]) == "Wörter (2)"


def test_a_long_name_keeps_its_number() -> None:
    first, second = islice(folder_names("語" * 200), 2)
    assert second.endswith(" (2)")
    assert len(first.encode()) <= 200


@pytest.mark.parametrize("upload_id", ["", "short", "a" * 65, "../../../../../../etc", "a" * 15 + "/", "a" * 16 + "\n"])
def test_an_id_that_is_no_folder_of_its_own_is_refused(upload_id: str) -> None:
    with pytest.raises(InvalidArgument, match="upload_id is"):
        check_upload_id(upload_id)
