"""Numbers and times as the page shows them, so that a search finds what people see."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

# From these magnitudes on ECMAScript writes an exponent: 1e21 and above, below 1e-6.
_LARGEST_PLAIN_EXPONENT = 20
_SMALLEST_PLAIN_EXPONENT = -6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def shown_number(number: float) -> str:
    """The text that a browser shows for a number: the shortest that reads back as the same float64.

    Source: ECMAScript, Number::toString with radix 10.
    """
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    # Python's repr finds the same shortest digits; only the layout differs.
    sign, digit_values, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)
    digits = "".join(map(str, digit_values))
    leading = exponent + len(digits) - 1
    text = _plain(digits, exponent) if _is_plain(leading) else _scientific(digits, leading)
    return f"-{text}" if sign else text


def shown_time(seconds: float) -> str:
    """The date of a moment, given in seconds since 1970, and its UTC time of day where that is not midnight."""
    moment = _EPOCH + timedelta(milliseconds=round(seconds * 1000))
    if moment.time() == moment.min.time():
        return moment.date().isoformat()
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec=precision)


def _is_plain(leading_exponent: int) -> bool:
    return _SMALLEST_PLAIN_EXPONENT <= leading_exponent <= _LARGEST_PLAIN_EXPONENT


def _plain(digits: str, exponent: int) -> str:
    if exponent >= 0:
        return digits + "0" * exponent
    padded = digits.rjust(1 - exponent, "0")
    return f"{padded[:exponent]}.{padded[exponent:]}"


def _scientific(digits: str, leading_exponent: int) -> str:
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{leading_exponent:+d}"
