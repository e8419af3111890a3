from __future__ import annotations

import pytest

from projector_loader.readers.crc32c import crc32c


@pytest.mark.parametrize(
    ("content", "expected"),
    # The examples of RFC 3720, appendix B.4, and the usual check value.
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (b"123456789", 0xE3069283),
    ],
)
def test_published_examples(content: bytes, expected: int) -> None:
    assert crc32c(content) == expected
