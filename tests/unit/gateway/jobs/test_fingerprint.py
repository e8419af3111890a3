"""Equal requests get equal fingerprints; whatever decides a frame makes another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from unit.gateway.samples import embedding, job_request

from projector_gateway.jobs import fingerprint as module
from projector_gateway.jobs.checks import check_request
from projector_gateway.jobs.fingerprint import fingerprint
from projector_gateway.jobs.projections import Pca, Tsne
from projector_gateway.jobs.schemas import JobRequest

TSNE_DEFAULTS: dict[str, Any] = {
    "n_dims": 3,
    "perplexity": 30,
    "learning_rate": 0,
    "early_exaggeration": 12,
    "early_exaggeration_steps": 250,
    "n_steps": 1000,
    "metric": "euclidean",
    "late_exaggeration": 1,
    "early_momentum": 0.5,
    "late_momentum": 0.8,
    "patience_steps": 0,
    "initialisation": "pca_scaled",
    "initial_layout": None,
    "supervision": None,
}
OTHER_TSNE_VALUES: dict[str, Any] = {
    "n_dims": 2,
    "perplexity": 5,
    "learning_rate": 100,
    "early_exaggeration": 4,
    "early_exaggeration_steps": 0,
    "n_steps": 1,
    "metric": "cosine",
    "late_exaggeration": 2,
    "early_momentum": 0,
    "late_momentum": 0.9,
    "patience_steps": 10,
    "initialisation": "random",
    "initial_layout": b"12345678",
    "supervision": {"weight": 0.5, "column": "c", "labels": b"1234"},
}


def print_of(projection: dict[str, Any] | None = None, **changes: Any) -> str:
    """Fingerprint of a request for the sample embedding."""
    return fingerprint(job_request(projection, **changes), embedding())


def test_left_out_parameters_are_their_defaults() -> None:
    assert print_of({"method": "tsne"}) == print_of({"method": "tsne", **TSNE_DEFAULTS})
    assert print_of({"method": "pca"}) == print_of({"method": "pca", "n_components": 10})
    assert print_of() == print_of(seed=0, rows=None, fresh=False)


def test_the_sample_names_every_parameter() -> None:
    assert TSNE_DEFAULTS.keys() == OTHER_TSNE_VALUES.keys() == Tsne.model_fields.keys() - {"method"}
    assert Pca.model_fields.keys() == {"method", "n_components", "uncentred"}
    assert JobRequest.model_fields.keys() == {"embedding_id", "rows", "seed", "preprocessing", "projection", "fresh"}


@pytest.mark.parametrize("parameter", OTHER_TSNE_VALUES)
def test_each_parameter_counts(parameter: str) -> None:
    changed = print_of({"method": "tsne", parameter: OTHER_TSNE_VALUES[parameter]})
    assert changed != print_of()


def test_method_components_seed_and_rows_count() -> None:
    prints = [
        print_of(),
        print_of({"method": "pca"}),
        print_of({"method": "pca", "n_components": 3}),
        print_of({"method": "pca", "uncentred": True}),
        print_of({"method": "umap"}),
        print_of({"method": "umap", "min_dist": 0.2}),
        print_of({"method": "raw"}),
        print_of({"method": "raw", "dims": [1, 0]}),
        print_of({"method": "custom", "x": {"to": {"rows": [1]}}, "y": {"to": {"rows": [2]}}}),
        print_of({"method": "custom", "x": {"to": {"rows": [1]}}, "y": {"from": {"rows": [2]}}}),
        print_of({"method": "custom", "x": {"to": {"rows": [1, 3]}}, "y": {"to": {"rows": [2]}}}),
        print_of(preprocessing="spherize"),
        print_of(preprocessing="z_score"),
        print_of(seed=1),
        print_of(seed=2**63 - 1),
        print_of(rows=[0, 1, 2, 3, 4]),
        print_of(rows=[0, 1, 2, 3, 5]),
        print_of(rows=[256, 257]),
        print_of(rows=[1, 256]),
    ]
    assert len(set(prints)) == len(prints)


def test_the_content_of_the_embedding_counts_and_its_description_does_not() -> None:
    request = job_request()
    known = fingerprint(request, embedding())
    assert fingerprint(request, embedding(digest="e" * 64)) != known
    assert fingerprint(request, embedding(id="other")) != known
    assert fingerprint(request, embedding(display_name="renamed", step=9, has_bookmarks=True)) == known


def test_the_engine_version_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    known = print_of()
    monkeypatch.setattr(module, "ENGINE_VERSION", "other")
    assert print_of() != known


def test_a_fresh_start_is_the_same_computation() -> None:
    assert print_of(fresh=True) == print_of()


@pytest.mark.parametrize(("field", "value"), [("perplexity", 30.0), ("n_dims", 3.0), ("learning_rate", 0.0)])
def test_the_way_a_number_is_written_does_not_count(field: str, value: float) -> None:
    body = json.loads(f'{{"method": "tsne", "{field}": {value}}}')
    assert print_of(body) == print_of()


def test_naming_all_rows_is_naming_none() -> None:
    described = embedding()
    every_row = check_request(job_request(rows=list(range(10))), described, max_rows=100)
    assert fingerprint(every_row, described) == fingerprint(job_request(), described)


def test_it_is_the_same_in_every_process() -> None:
    code = (
        "from unit.gateway.samples import embedding, job_request\n"
        "from projector_gateway.jobs.fingerprint import fingerprint\n"
        "print(fingerprint(job_request(rows=[1, 5], seed=7), embedding()))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": "tests"}
    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == print_of(rows=[1, 5], seed=7)
    assert len(printed.stdout.strip()) == 64
