"""What a job may be asked for; the limits are the interface's promise."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from unit.gateway.samples import job_request


def wrong_fields(projection: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    """Names of the fields that a request is refused for."""
    with pytest.raises(ValidationError) as refused:
        job_request(projection, **changes)
    return [".".join(map(str, error["loc"])) for error in refused.value.errors()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_dims", 1),
        ("n_dims", 4),
        ("n_dims", "2"),
        ("perplexity", 1),
        ("perplexity", []),
        ("perplexity", [5, 1001]),
        ("perplexity", 1001),
        ("perplexity", float("nan")),
        ("perplexity", float("inf")),
        ("learning_rate", -1),
        ("learning_rate", 1e7),
        ("learning_rate", float("nan")),
        ("early_exaggeration", 0.9),
        ("early_exaggeration", 101),
        ("early_exaggeration_steps", -1),
        ("early_exaggeration_steps", 10_001),
        ("n_steps", 0),
        ("n_steps", 100_001),
        ("n_steps", 1.5),
        ("metric", "manhattan"),
        ("metric", ""),
        ("perplexty", 30),
    ],
)
def test_a_parameter_of_tsne_out_of_range_is_named(field: str, value: object) -> None:
    assert wrong_fields({"method": "tsne", field: value}) == [f"projection.tsne.{field}"]


@pytest.mark.parametrize("n_components", [0, 11, -1, 2.5])
def test_the_number_of_components_is_1_to_10(n_components: float) -> None:
    assert wrong_fields({"method": "pca", "n_components": n_components}) == ["projection.pca.n_components"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"rows": "all"}, "rows"),
        ({"rows": [1, "x"]}, "rows.1"),
        ({"rows": [0.5]}, "rows.0"),
        ({"projection": {"method": "isomap"}}, "projection"),
        ({"projection": {}}, "projection"),
        ({"embedding_id": None}, "embedding_id"),
        ({"sede": 1}, "sede"),
    ],
)
def test_a_field_of_the_request_that_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    assert wrong_fields(**changes) == [field]
