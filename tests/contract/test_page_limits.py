"""Limits of the gateway that the page knows, so that it can say why before it asks."""

from __future__ import annotations

import re
from pathlib import Path

from projector_gateway.main import MAX_BODY_BYTES

SHOWN_START = Path(__file__).parents[2] / "web" / "src" / "state" / "shown-start.ts"


def test_page_knows_how_large_a_request_may_be() -> None:
    found = re.search(r"MOST_BODY_BYTES = (\d+) \* 2 \*\* (\d+);", SHOWN_START.read_text())
    assert found is not None
    factor, power = map(int, found.groups())
    assert factor * 2**power == MAX_BODY_BYTES
