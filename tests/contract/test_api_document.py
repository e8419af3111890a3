"""docs/api.md names every route that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from projector_gateway.main import API_PREFIX, create_app
from projector_gateway.settings import GatewaySettings

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
_ROW = re.compile(r"^\| `(?P<route>/[^`]*)` \| (?P<methods>[A-Z, ]+) \|", re.MULTILINE)


def _normal(route: str) -> str:
    """A route without its query and without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", route.partition("?")[0]).removesuffix("/latest")


def test_the_routes_of_the_document_are_those_of_the_gateway() -> None:
    documented = {
        (method, API_PREFIX + _normal(row["route"]))
        for row in _ROW.finditer(DOCUMENT.read_text())
        for method in row["methods"].split(", ")
    }
    paths = create_app(GatewaySettings()).openapi()["paths"]
    served = {(method.upper(), _normal(path)) for path, methods in paths.items() for method in methods}
    assert documented == {(method, path) for method, path in served if path.startswith(API_PREFIX)}
