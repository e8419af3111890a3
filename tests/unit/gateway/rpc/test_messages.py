"""Requests of programs become those of REST, with the same defaults, limits and words."""

from __future__ import annotations

from typing import Any

import pytest
from unit.gateway.samples import EMBEDDING_ID, embedding, job_request

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.clients import messages as loader_messages
from projector_gateway.datasets.schemas import Embedding, Run
from projector_gateway.jobs import messages as job_messages
from projector_gateway.jobs.projections import Tsne
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.jobs.schemas import JobRequest
from projector_gateway.rpc import messages


def spec(*, tsne: dict[str, Any] | None = None, **fields: Any) -> job_pb2.JobSpec:
    """A request of a program for t-SNE, which names nothing but the embedding."""
    if not fields.keys() & {"pca", "umap", "custom", "raw"}:
        fields["tsne"] = job_pb2.TsneParameters(**(tsne or {}))
    return job_pb2.JobSpec(embedding=job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID), **fields)


def refusal(asked: job_pb2.JobSpec) -> str:
    with pytest.raises(InvalidArgument) as refused:
        messages.decode_job_request(asked)
    return refused.value.message


def test_what_a_program_leaves_out_has_the_defaults_of_rest() -> None:
    assert messages.decode_job_request(spec()) == job_request()
    assert messages.decode_job_request(spec(pca=job_pb2.PcaParameters())) == job_request({"method": "pca"})


@pytest.mark.parametrize(
    "request_",
    [
        job_request({"method": "pca", "n_components": 3}, seed=7),
        job_request(rows=[0, 5, 2**32 - 1]),
        job_request(
            {
                "method": "tsne",
                "n_dims": 2,
                "perplexity": 5.5,
                "learning_rate": 0,
                "early_exaggeration": 4,
                "early_exaggeration_steps": 0,
                "n_steps": 1,
                "metric": "cosine",
                "late_exaggeration": 2,
                "early_momentum": 0,
                "late_momentum": 0.9,
                "patience_steps": 7,
                "initialisation": "spectral",
            }
        ),
        job_request({"method": "tsne", "perplexity": [5, 50]}, preprocessing="z_score"),
        job_request({"method": "umap", "n_dims": 2, "min_dist": 0, "n_epochs": 7, "initialisation": "random"}),
        job_request({"method": "raw", "dims": [5, 0, 3]}, preprocessing="spherize"),
        job_request({"method": "custom", "x": {"to": {"rows": [1]}}, "y": {"from": {"rows": [0, 2], "label": "low"}}}),
    ],
)
def test_every_request_of_rest_can_be_asked_by_a_program(request_: JobRequest) -> None:
    stored = job_messages.encode_spec(request_, embedding())
    assert messages.decode_job_request(job_pb2.JobSpec.FromString(stored)) == request_


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ("n_dims", "2 or 3"),
        ("late_exaggeration", "greater than or equal to 1"),
        ("early_exaggeration", "greater than or equal to 1"),
        ("n_steps", "greater than or equal to 1"),
    ],
)
def test_a_zero_that_is_given_is_not_taken_for_a_default(field: str, allowed: str) -> None:
    words = refusal(spec(tsne={field: 0}))
    assert words.startswith(f"projection.tsne.{field}: ")
    assert allowed in words
    assert "given: 0" in words


def test_no_early_exaggeration_can_be_asked_for() -> None:
    asked = messages.decode_job_request(spec(tsne={"early_exaggeration_steps": 0}))
    assert asked.projection == Tsne(early_exaggeration_steps=0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (spec(tsne={"metric": 9}), "projection.tsne.metric"),
        (spec(tsne={"n_dims": 4}), "projection.tsne.n_dims: Input should be 2 or 3 (given: 4)."),
        (spec(tsne={"perplexity": [float("nan")]}), "projection.tsne.perplexity"),
        (spec(tsne={"perplexity": [0]}), "numbers greater than 1 and at most 1000"),
        (spec(tsne={"perplexity": [5] * 5}), "projection.tsne.perplexity"),
        (spec(tsne={"late_momentum": 1}), "projection.tsne.late_momentum: Input should be less than 1"),
        (spec(tsne={"supervision": job_pb2.Supervision(weight=2)}), "projection.tsne.supervision.weight"),
        (spec(umap=job_pb2.UmapParameters(n_neighbors=1)), "projection.umap.n_neighbors"),
        (spec(umap=job_pb2.UmapParameters(min_dist=1.5)), "projection.umap.min_dist"),
        (spec(raw=job_pb2.RawParameters(dims=[1])), "projection.raw.dims"),
        (spec(tsne={"n_steps": 10**9}), "projection.tsne.n_steps: Input should be less than or equal to 100000"),
        (spec(pca=job_pb2.PcaParameters(n_components=11)), "projection.pca.n_components"),
        (spec(pca=job_pb2.PcaParameters(n_components=0)), "projection.pca.n_components"),
        (spec(seed=2**63), "seed: "),
        (spec(rows=b"\x01\x00\x00"), "rows holds 3 bytes; it must hold whole 4-byte indices."),
        (job_pb2.JobSpec(), "spec names no projection; allowed are pca, tsne, umap, custom, raw."),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(asked: job_pb2.JobSpec, words: str) -> None:
    assert words in refusal(asked)


def test_an_unknown_metric_names_the_allowed_ones() -> None:
    assert refusal(spec(tsne={"metric": 9})).endswith(
        "Input should be 'cosine', 'euclidean' or 'dot_product' (given: 9)."
    )


def test_a_control_without_an_action_names_the_allowed_ones() -> None:
    with pytest.raises(InvalidArgument, match="allowed are pause, resume, stop, perturb"):
        messages.decode_control(job_pb2.Control())


def described(**changes: Any) -> Embedding:
    """An embedding with every field filled."""
    column = {
        "name": "weight",
        "type": "number",
        "n_unique": 3,
        "n_missing": 1,
        "minimum": 0.0,
        "maximum": 2.5,
        "top_values": [{"value": "1", "count": 2}],
    }
    level = {
        "thumbnail_width_px": 7.5,
        "thumbnail_height_px": 4.0,
        "cell_width_px": 8,
        "cell_height_px": 5,
        "n_columns": 4,
        "n_rows": 3,
        "n_pages": 2,
    }
    sprite = {
        "image_width_px": 32,
        "image_height_px": 16,
        "thumbnail_width_px": 8,
        "thumbnail_height_px": 4,
        "n_columns": 4,
        "levels": [level],
        "digest": "s",
    }
    problem = {"severity": "notice", "subject": "labels.tsv", "message": "Two rows are missing."}
    filled = {"step": 0, "columns": [column], "sprite": sprite, "has_bookmarks": True, "problems": [problem]}
    return embedding(**filled | changes)


@pytest.mark.parametrize("changes", [{}, {"step": None, "sprite": None, "columns": [], "problems": []}])
def test_an_embedding_comes_back_from_its_message(changes: dict[str, Any]) -> None:
    given = described(**changes)
    assert loader_messages.embedding(messages.encode_embedding(given)) == given


def test_a_run_comes_back_from_its_message() -> None:
    run = Run.model_validate(
        {
            "id": "r1",
            "name": ".",
            "embeddings": [loader_messages.embedding_summary(messages.encode_embedding(described()).summary)],
            "checkpoints": [{"name": "model.ckpt-0", "step": 0}, {"name": "model.ckpt", "step": None}],
            "rejected": [{"tensor_name": "bias", "shape": [0, 4, 2], "dtype": "int64", "reason": "It is 3-D."}],
            "problems": [
                {"severity": severity, "subject": "", "message": "."} for severity in ("notice", "warning", "error")
            ],
        }
    )
    assert loader_messages.run(messages.encode_run(run)) == run


def test_a_job_is_told_as_it_is_stored() -> None:
    stored_spec = job_messages.encode_spec(job_request(rows=[1, 2, 3, 4, 5]), embedding())
    state = job_pb2.JobState(job_id="job1", phase=job_pb2.RUNNING, step=4).SerializeToString()
    told = messages.encode_job(StoredJob(JobId("job1"), stored_spec, state))
    assert told.spec.SerializeToString() == stored_spec
    assert told.state.SerializeToString() == state


def test_a_job_in_a_list_leaves_out_its_rows_and_nothing_else() -> None:
    stored_spec = job_messages.encode_spec(job_request(rows=[1, 2, 3, 4, 5], seed=7), embedding())
    state = job_pb2.JobState(job_id="job1", phase=job_pb2.RUNNING, n_points=5).SerializeToString()
    listed = messages.encode_listed_job(StoredJob(JobId("job1"), stored_spec, state))
    assert listed.spec.SerializeToString() == job_messages.encode_spec(job_request(seed=7), embedding())
    assert listed.state.SerializeToString() == state
