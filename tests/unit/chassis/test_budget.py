"""The chassis must stay small and ignorant, else everything ends up in it."""

from __future__ import annotations

import re
from pathlib import Path

import projector_chassis

SOURCES = sorted(Path(str(projector_chassis.__file__)).parent.rglob("*.py"))
MAX_LINES = 600
DOMAIN_WORDS = (
    "embedding",
    "checkpoint",
    "tensor",
    "sprite",
    "projection",
    "fingerprint",
    "layout",
    "bookmark",
    "neighbor",
)


def test_the_chassis_keeps_its_budget() -> None:
    assert sum(len(source.read_text().splitlines()) for source in SOURCES) <= MAX_LINES


def test_the_chassis_knows_no_word_of_the_domain() -> None:
    known = {word for source in SOURCES for word in DOMAIN_WORDS if re.search(rf"\b{word}", source.read_text().lower())}

    assert not known
