"""CRC-32C (Castagnoli) as TensorFlow's index files use it.

Source: RFC 3720 appendix B.4 (polynomial); the masking follows the LevelDB table format, which stores checksums of
bytes that themselves hold checksums.
"""

from __future__ import annotations

from functools import cache

_REVERSED_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8


@cache
def _table() -> tuple[int, ...]:
    remainders = []
    for byte in range(256):
        remainder = byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (_REVERSED_POLYNOMIAL if remainder & 1 else 0)
        remainders.append(remainder)
    return tuple(remainders)


def crc32c(content: bytes) -> int:
    """The CRC-32C of ``content``. Takes about 0.1 s a MiB: meant for index files, not for tensors."""
    table = _table()
    remainder = 0xFFFFFFFF
    for byte in content:
        remainder = table[(remainder ^ byte) & 0xFF] ^ (remainder >> 8)
    return remainder ^ 0xFFFFFFFF


def unmask(stored: int) -> int:
    """The checksum that a table's block trailer holds in masked form."""
    rotated = (stored - _MASK_DELTA) & 0xFFFFFFFF
    return ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF
