from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.loader.reading import assert_reads_as, fuzzing, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.model import Severity
from projector_loader.readers.delimited import list_tensors
from projector_loader.tensors import FoundTensor, TensorSource


def only(file: Any) -> FoundTensor:
    (tensor,) = list_tensors(file, is_named=True)
    return tensor


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


def columns(tensor: FoundTensor) -> dict[str, list[str]]:
    return {} if tensor.columns is None else {each.name: list(each.cells) for each in tensor.columns.read_columns()}


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", " ", "   "])
def test_numbers_come_back_to_the_last_bit(write: Any, matrix: NDArray[np.float32], delimiter: str) -> None:
    text = "\n".join(delimiter.join(repr(float(value)) for value in row) for row in matrix)
    assert_reads_as(source(only(write("tensors.tsv", text))), matrix)


def test_file_of_many_rows_is_read_from_the_middle(write: Any) -> None:
    array = np.arange(6000, dtype=np.float32).reshape(2000, 3)
    stream = io.StringIO()
    np.savetxt(stream, array, "%d", "\t")
    assert_reads_as(source(only(write("x.tsv", stream.getvalue()))), array)


def test_blank_lines_line_ends_and_byte_order_mark_are_no_rows(write: Any) -> None:
    tensor = only(write("tensors.tsv", b"\xef\xbb\xbf1\t2\r\n\r\n3\t-4e-1\r\n\n"))
    assert_reads_as(source(tensor), np.array([[1, 2], [3, -0.4]]))


def test_one_dimension_and_one_point_are_allowed(write: Any) -> None:
    assert_reads_as(source(only(write("column.tsv", "1\n2\n3\n"))), np.array([[1], [2], [3]]))
    assert_reads_as(source(only(write("row.tsv", "1\t2\t3\n"))), np.array([[1, 2, 3]]))


def test_ragged_row_is_named(write: Any) -> None:
    with pytest.raises(Conflict, match=r"^run/tensors\.tsv, line 4: 1 values, but the first row has 2\.$"):
        only(write("run/tensors.tsv", "1\t2\n3\t4\n\n5\n"))
    blanks = source(only(write("run/tensors.txt", "1 2\n3  4\n\n5\n")))
    with pytest.raises(Conflict, match=r"^run/tensors\.txt, line 4: 1 values, but the first row has 2\.$"):
        read(blanks)


def test_text_in_a_cell_is_named(write: Any) -> None:
    with pytest.raises(Conflict, match=r"line 2, value 2: 'four' is not a number"):
        read(source(only(write("tensors.tsv", "1\t2\n3\tfour\n"))))
    with pytest.raises(Conflict, match=r"line 1, value 1: 'one' is not a number"):
        only(write("tensors.tsv", "one\t2\n3\t4\n"))


def test_empty_cell_is_no_number(write: Any) -> None:
    with pytest.raises(Conflict, match=r"line 2, value 2: '' is not a number"):
        read(source(only(write("tensors.csv", "1,2\n3,\n"))))


def test_empty_file_is_reported(write: Any) -> None:
    with pytest.raises(Conflict, match=r"^empty\.tsv holds no rows"):
        only(write("empty.tsv", "\n\n"))


def test_row_lost_since_it_was_opened_is_reported(write: Any) -> None:
    tensor = source(only(write("tensors.tsv", "1\t2\n3\t4\n")))
    write("tensors.tsv", "1\t2\n")
    with pytest.raises(Conflict, match="fewer than the 2 rows it had"):
        read(tensor)


def test_header_is_passed_over_with_a_notice(write: Any) -> None:
    tensor = only(write("run/t.csv", "x,y\n1,2\n3,4\n"))
    assert_reads_as(source(tensor), np.array([[1, 2], [3, 4]]))
    (notice,) = tensor.notices
    assert (notice.severity, notice.message) == (
        Severity.NOTICE,
        "run/t.csv, line 1, is a header and no point: 'x,y'.",
    )


def test_index_and_quotes_of_pandas_are_understood(write: Any) -> None:
    tensor = only(write("t.csv", ',x,y\n"a, b",1,2\n"c ""d""","3",4\n'))
    assert_reads_as(source(tensor), np.array([[1, 2], [3, 4]]))
    assert columns(tensor) == {"index": ["a, b", 'c "d"']}


def test_numbered_index_of_pandas_is_no_dimension(write: Any) -> None:
    tensor = only(write("t.csv", ",x,y\n0,1,2\n1,3,4\n"))
    assert_reads_as(source(tensor), np.array([[1, 2], [3, 4]]))
    assert columns(tensor) == {"index": ["0", "1"]}


def test_words_before_the_numbers_become_a_column(write: Any) -> None:
    tensor = only(write("t.tsv", "term\tx\ty\nof\t1\t2\nthe\t3\t4\n"))
    assert_reads_as(source(tensor), np.array([[1, 2], [3, 4]]))
    assert columns(tensor) == {"term": ["of", "the"]}


def rows(words: list[str], matrix: NDArray[np.float32], end: str = "\n") -> str:
    return "".join(
        f"{word} " + " ".join(f"{value:.9g}" for value in row) + end for word, row in zip(words, matrix, strict=True)
    )


WORDS = [",", "the", "\xa0", "1999", ". . .", "at name@x.org", '"', "ü\x85", "x", "y", "z", "<unk>"]


def test_glove_text_is_read(write: Any, matrix: Any) -> None:
    tensor = only(write("glove.txt", rows(WORDS, matrix)))
    assert_reads_as(source(tensor), matrix)
    assert columns(tensor) == {"word": WORDS}


def test_first_word_may_hold_blanks(write: Any, matrix: Any) -> None:
    assert columns(only(write("glove.txt", rows([". . .", "b"], matrix[:2])))) == {"word": [". . .", "b"]}


@pytest.mark.parametrize("end", ["\n", " \n"])
def test_word2vec_text_is_read(write: Any, matrix: Any, end: str) -> None:
    tensor = only(write("words.vec", "12 5\n" + rows(WORDS, matrix, end)))
    assert_reads_as(source(tensor), matrix)
    assert columns(tensor) == {"word": WORDS}
    assert tensor.notices == ()


def test_word2vec_text_of_numbers_alone_is_read_by_its_count_line(write: Any) -> None:
    tensor = only(write("words.txt", "2 3\n1 0.5 0.25 0.125\n2 1 2 3\n"))
    assert_reads_as(source(tensor), np.array([[0.5, 0.25, 0.125], [1, 2, 3]]))
    assert columns(tensor) == {"word": ["1", "2"]}


def test_count_line_that_claims_more_than_there_is_costs_nothing_and_is_a_warning(write: Any, matrix: Any) -> None:
    tensor = only(write("words.vec", "1000000000000 5\n" + rows(WORDS, matrix)))
    assert source(tensor).n_points == 12
    (warning,) = tensor.notices
    assert warning.severity is Severity.WARNING
    assert "it holds 1,000,000,000,000 vectors, but it holds 12" in warning.message


def test_short_row_of_words_is_named(write: Any, matrix: Any) -> None:
    tensor = source(only(write("glove.txt", rows(WORDS, matrix) + "late 1 2\n")))
    with pytest.raises(Conflict, match=r"^glove\.txt, line 13: 2 values, but the first row has 5"):
        read(tensor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1\n2\n3\n",
        "1 2 3\n",
        "label\tn\na\t1\nb\t2\n",
        "x,y\n1,2\n3,4\n",
        "epoch 1 0.5\nepoch 2 0.4\n",
        "Dear reader,\nthis is prose, 1 2 3\n",
        "1 2 3\n4 5\n",
        "\x1c",
        "a\nb\n",
    ],
)
def test_what_may_be_something_else_is_passed_over_unless_named(write: Any, text: str) -> None:
    assert list_tensors(write("x.txt", text), is_named=False) == ()


@pytest.mark.parametrize("text", ["1 2\n3 4\n", "1,2\n3,4\n", "1 2\na 1 2\n", "a 1 2 3 4 5\nb 1 2 3 4 5\n"])
def test_what_cannot_be_anything_else_needs_no_name(write: Any, text: str) -> None:
    assert len(list_tensors(write("x.txt", text), is_named=False)) == 1


def test_endless_line_is_refused_in_no_time(write: Any) -> None:
    file = write("x.tsv", b"1\t" * 12 * 2**20)
    started = time.process_time()
    with pytest.raises(Conflict, match=r"x\.tsv, line 1: more than 16,777,216 bytes without a line's end"):
        only(file)
    assert time.process_time() - started < 2


LINE = st.text("0123456789.e-+\t\r naif_#\"',;xü", max_size=20)


@pytest.mark.usefixtures("bounded_memory")
@given(st.binary(max_size=120) | st.lists(LINE, max_size=8).map(lambda lines: "\n".join(lines).encode()))
@fuzzing
def test_any_bytes_are_read_whole_or_reported(write: Any, content: bytes) -> None:
    file = write("any.tsv", content)
    for is_named in (True, False):
        try:
            for tensor in list_tensors(file, is_named=is_named):
                assert read(source(tensor)).shape == tensor.shape
                assert all(len(cells) == tensor.shape[0] for cells in columns(tensor).values())
        except PublicError:
            continue
