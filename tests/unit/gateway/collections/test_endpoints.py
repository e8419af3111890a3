"""Names of downloads and versions in headers."""

from __future__ import annotations

import pytest

from projector_gateway.collections.endpoints import _versions


@pytest.mark.parametrize(
    ("if_match", "versions"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"3"', {3}),
        ('"3", "7"', {3, 7}),
        ('W/"3"', {3}),
        ("3", set()),
        ("", set()),
        ('"-3"', set()),
        ('"' + "9" * 30 + '"', set()),
    ],
)
def test_the_versions_that_a_change_is_based_on(if_match: str | None, versions: set[int] | None) -> None:
    assert _versions(if_match) == versions
