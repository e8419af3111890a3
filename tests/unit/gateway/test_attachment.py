"""Names of files that people take away."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_gateway.attachment import attachment


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("Digits.json", "Digits.json", "Digits.json"),
        ("ü.json", "_.json", "ü.json"),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ('a"b\r\nx: y.json', "a_b_x_ y.json", "a_b_x_ y.json"),
        ("50%25.json", "50_25.json", "50%25.json"),
        ("...", "download", "download"),
    ],
)
def test_a_download_has_a_name_that_every_system_takes(name: str, plain: str, whole: str) -> None:
    header = attachment(name)
    assert header.split('"')[1] == plain
    assert unquote(header.rpartition("''")[2]) == whole


@given(st.text())
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.count(";") == 2 + header.split('"')[1].count(";")
