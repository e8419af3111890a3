"""What is described in more than one place is described alike: protobuf messages, REST schemas, the client's values."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import pytest
from contract.filled import filled, valid_tsne
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from pydantic import BaseModel

from projector_client import Projector
from projector_client import messages as client_messages
from projector_client import model as client
from projector_client import questions as client_questions
from projector_compute import messages as compute_messages
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.loader.v1 import loader_pb2
from projector_gateway.clients import messages as loader_messages
from projector_gateway.collections import schemas as collections
from projector_gateway.datasets import schemas as datasets
from projector_gateway.jobs import controls, projections
from projector_gateway.jobs import messages as job_messages
from projector_gateway.jobs import schemas as jobs
from projector_gateway.neighbors import schemas as neighbors
from projector_gateway.quality import schemas as quality
from projector_gateway.rpc import messages as rpc_messages
from projector_gateway.uploads import schemas as uploads

_METHODS = {field.name for field in job_pb2.JobSpec.DESCRIPTOR.oneofs_by_name["projection"].fields}

# Schema, message, names that differ (schema -> message), fields of the schema alone, fields of the message alone.
_PAIRS: list[tuple[type[BaseModel], type[Message], dict[str, str], set[str], set[str]]] = [
    (datasets.Problem, problem_pb2.Problem, {}, set(), set()),
    (datasets.Checkpoint, loader_pb2.Checkpoint, {}, set(), set()),
    (datasets.RejectedTensor, loader_pb2.RejectedTensor, {}, set(), set()),
    (datasets.EmbeddingSummary, loader_pb2.EmbeddingSummary, {}, set(), set()),
    (datasets.Run, loader_pb2.Run, {}, set(), set()),
    (datasets.ValueCount, loader_pb2.ValueCount, {}, set(), set()),
    (datasets.Column, loader_pb2.ColumnSummary, {}, set(), set()),
    (datasets.Sprite, loader_pb2.SpriteGeometry, {}, set(), set()),
    (datasets.SpriteLevel, loader_pb2.SpriteLevel, {}, set(), set()),
    (datasets.Embedding, loader_pb2.Embedding, {}, set(datasets.EmbeddingSummary.model_fields), {"summary"}),
    (projections.Pca, job_pb2.PcaParameters, {}, {"method"}, set()),
    (projections.Tsne, job_pb2.TsneParameters, {}, {"method"}, set()),
    (projections.Umap, job_pb2.UmapParameters, {}, {"method"}, set()),
    (projections.Custom, job_pb2.CustomParameters, {}, {"method"}, set()),
    (projections.Raw, job_pb2.RawParameters, {}, {"method"}, set()),
    (projections.Supervision, job_pb2.Supervision, {}, set(), set()),
    (controls.SetLearningRate, job_pb2.SetLearningRate, {}, {"action"}, set()),
    (controls.SetExaggeration, job_pb2.SetExaggeration, {}, {"action"}, set()),
    (controls.Supervise, job_pb2.Supervise, {}, {"action"}, set()),
    (jobs.Axis, job_pb2.AxisResult, {}, set(), set()),
    (jobs.JobFailure, problem_pb2.Failure, {}, set(), set()),
    (
        jobs.JobRequest,
        job_pb2.JobSpec,
        {},
        {"embedding_id", "projection", "fresh"},
        {"embedding", "forked_from", *_METHODS},
    ),
    (jobs.FrameRef, job_pb2.FrameRef, {}, set(), set()),
    (jobs.PhaseTime, job_pb2.PhaseTime, {}, set(), set()),
    (
        jobs.Job,
        job_pb2.JobState,
        {"id": "job_id"},
        {
            "embedding_id",
            "rows",
            "seed",
            "preprocessing",
            "projection",
            "forked_from",
            "watchers",
            "explained_variance_ratio",
            "is_approximate",
            "axes",
        },
        {"updated_at", "phase_began_at", "phase_began_progress", "pca", "custom"},
    ),
    (
        neighbors.NeighborsRequest,
        query_pb2.NeighborsQuery,
        {"k": "n_neighbors"},
        {"row", "space", "job_id", "sequence"},
        {"embedding", "layout"},
    ),
    (uploads.UploadRules, loader_pb2.UploadRules, {}, set(), set()),
    (neighbors.NeighborLists, query_pb2.Neighbors, {}, {"lists", "metric"}, {"rows", "distances", "n_neighbors"}),
    (quality.QualityRequest, query_pb2.QualityQuery, {}, {"sequence"}, {"layout"}),
    (quality.Score, query_pb2.Score, {}, set(), set()),
    (quality.Quality, query_pb2.Quality, {}, set(), {"preservation"}),
]
_PAIR_NAMES = [schema.__name__ for schema, *_ in _PAIRS]

_OF_THE_REQUEST = {"embedding_id", "rows", "seed", "preprocessing", "projection", "forked_from"}

# The client's value, the REST schema that it mirrors, and what it does not carry on.
_CLIENT: list[tuple[type, type[BaseModel], set[str]]] = [
    (client.Problem, datasets.Problem, set()),
    (client.EmbeddingSummary, datasets.EmbeddingSummary, {"version"}),
    (client.Run, datasets.Run, {"checkpoints", "rejected"}),
    (client.Column, datasets.Column, {"minimum", "maximum", "top_values"}),
    (client.Embedding, datasets.Embedding, {"version", "sprite", "has_bookmarks"}),
    (client_questions.Score, quality.Score, set()),
    (client_questions.Quality, quality.Quality, set()),
    (client.JobState, jobs.Job, _OF_THE_REQUEST | {"id", "watchers"}),
]

_NONE_IS_EMPTY = {"queue_place", "interruption"}
"""Of which 0, or an empty text, means that there is none."""

_ARRAYS_OF_THE_CLIENT = {"preservation"}
"""Which REST tells on a route of their own."""


def kind_of_annotation(annotation: Any) -> tuple[str, bool]:
    """What a schema field holds (``text``, ``whole``, ``real``, ``flag``, ``part``, ...) and whether it may be None."""
    if hasattr(annotation, "__metadata__"):
        return kind_of_annotation(get_args(annotation)[0])
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        kind, _ = kind_of_annotation(inner[0])
        return kind, len(inner) < len(get_args(annotation))
    if origin is Literal:
        return "name" if isinstance(get_args(annotation)[0], str) else "whole", False
    if origin in (list, tuple):
        return "several", False
    plain = {str: "text", bytes: "several", int: "whole", float: "real", bool: "flag", datetime: "part"}
    return plain.get(annotation, "part"), False


def kind_of_field(field: Any) -> str:
    """The same words for a field of a message."""
    if field.is_repeated or field.type == FieldDescriptor.TYPE_BYTES:  # bulk arrays travel as bytes
        return "several"
    return {
        FieldDescriptor.CPPTYPE_STRING: "text",
        FieldDescriptor.CPPTYPE_BOOL: "flag",
        FieldDescriptor.CPPTYPE_ENUM: "name",
        FieldDescriptor.CPPTYPE_DOUBLE: "real",
        FieldDescriptor.CPPTYPE_FLOAT: "real",
        FieldDescriptor.CPPTYPE_MESSAGE: "part",
    }.get(field.cpp_type, "whole")


@pytest.mark.parametrize(("schema", "message", "renamed", "schema_only", "message_only"), _PAIRS, ids=_PAIR_NAMES)
def test_a_schema_and_its_message_have_the_same_fields(
    schema: type[BaseModel],
    message: type[Message],
    renamed: Mapping[str, str],
    schema_only: set[str],
    message_only: set[str],
) -> None:
    fields = {field.name: field for field in message.DESCRIPTOR.fields}
    described = {renamed.get(name, name): info for name, info in schema.model_fields.items()}
    assert described.keys() - schema_only == fields.keys() - message_only
    for name in described.keys() & fields.keys():
        kind, may_be_none = kind_of_annotation(described[name].annotation)
        assert kind == kind_of_field(fields[name]), name
        if may_be_none:
            is_told_by_being_empty = fields[name].type == FieldDescriptor.TYPE_BYTES or name in _NONE_IS_EMPTY
            assert fields[name].has_presence or is_told_by_being_empty, name


@pytest.mark.parametrize(("value", "schema", "left_out"), _CLIENT, ids=[value.__name__ for value, *_ in _CLIENT])
def test_the_client_tells_what_rest_tells(value: type, schema: type[BaseModel], left_out: set[str]) -> None:
    told = {field.name for field in dataclasses.fields(value)} - _ARRAYS_OF_THE_CLIENT
    assert told == schema.model_fields.keys() - left_out


@pytest.mark.parametrize("parameters", get_args(get_args(projections.Projection)[0]))
def test_the_client_asks_for_every_parameter_with_the_defaults_of_rest(parameters: type[BaseModel]) -> None:
    method = parameters.model_fields["method"].default
    arguments = inspect.signature(getattr(Projector, method)).parameters
    names = {name for name, argument in arguments.items() if argument.kind is inspect.Parameter.KEYWORD_ONLY}
    asked = {name: info for name, info in parameters.model_fields.items() if name != "method"}
    assert names - asked.keys() == {"rows", "seed", "preprocessing"}
    for name, info in asked.items():
        default = () if info.is_required() else info.default
        given = () if arguments[name].default is inspect.Parameter.empty else arguments[name].default
        assert np.array_equal(np.atleast_1d(given), np.atleast_1d(default)), name


def test_a_bookmark_names_a_projection_as_a_job_does() -> None:
    assert collections.View.model_fields["projection"].annotation == projections.Projection | None


def test_a_run_crosses_the_gateway_whole() -> None:
    sent = filled(loader_pb2.Run)
    assert rpc_messages.encode_run(loader_messages.run(sent)) == sent


def test_an_embedding_crosses_the_gateway_whole() -> None:
    sent = filled(loader_pb2.Embedding)
    assert rpc_messages.encode_embedding(loader_messages.embedding(sent)) == sent


def test_a_run_and_an_embedding_reach_the_client_whole() -> None:
    run = client_messages.run(filled(loader_pb2.Run))
    told = loader_messages.run(filled(loader_pb2.Run))
    assert (run.id, run.name) == (told.id, told.name)
    for value, schema in zip(run.embeddings, told.embeddings, strict=True):
        assert dataclasses.asdict(value) == schema.model_dump(exclude={"version"})
    embedding = client_messages.embedding(filled(loader_pb2.Embedding))
    schema = loader_messages.embedding(filled(loader_pb2.Embedding))
    assert embedding.digest == schema.digest
    for column, described in zip(embedding.columns, schema.columns, strict=True):
        assert dataclasses.asdict(column) == described.model_dump(exclude={"minimum", "maximum", "top_values"})


def valid_specs() -> dict[str, job_pb2.JobSpec]:
    """One of every projection, with every field set to what it may be."""
    specs = {method: filled(job_pb2.JobSpec, projection=method) for method in _METHODS - {"tsne"}}
    specs["pca"].pca.n_components = 7
    umap = specs["umap"].umap
    umap.n_dims, umap.min_dist, umap.initialisation, umap.supervision.weight = 2, 0.25, job_pb2.GIVEN, 0.5
    specs["raw"].raw.dims.append(0)
    return {**specs, "tsne": valid_tsne()}


@pytest.mark.parametrize("method", sorted(_METHODS))
def test_a_spec_is_stored_and_told_with_every_parameter(method: str) -> None:
    sent = valid_specs()[method]
    told = job_messages.decode_job(sent.SerializeToString(), filled(job_pb2.JobState).SerializeToString())
    request = jobs.JobRequest(
        embedding_id=told.embedding_id,
        rows=told.rows,
        seed=told.seed,
        preprocessing=told.preprocessing,
        projection=told.projection,
    )
    _forget_what_is_never_told_again(sent)
    summary = filled(loader_pb2.Embedding)
    embedding = loader_messages.embedding(summary).model_copy(
        update={
            "id": sent.embedding.embedding_id,
            "digest": sent.embedding.digest,
            "n_points": sent.embedding.n_points,
            "n_dims": sent.embedding.n_dims,
        }
    )
    assert job_pb2.JobSpec.FromString(job_messages.encode_spec(request, embedding, told.forked_from)) == sent


def _forget_what_is_never_told_again(spec: job_pb2.JobSpec) -> None:
    parameters = getattr(spec, spec.WhichOneof("projection") or "")
    if isinstance(parameters, job_pb2.TsneParameters | job_pb2.UmapParameters):
        if parameters.HasField("supervision"):
            parameters.supervision.ClearField("labels")
        parameters.ClearField("initial_layout")


def test_the_worker_reads_every_parameter_that_the_gateway_writes() -> None:
    sent = valid_tsne()
    sent.embedding.n_points = 2**31
    read = compute_messages.decode_spec(sent.SerializeToString())
    parameters = dataclasses.asdict(read.projection)
    written = {field.name: getattr(sent.tsne, field.name) for field in sent.tsne.DESCRIPTOR.fields}
    assert parameters.keys() == written.keys()
    differently = {"metric", "perplexity", "initialisation", "initial_layout", "supervision"}
    for name in parameters.keys() - differently:
        assert parameters[name] == written[name], name
    assert (parameters["metric"].value, parameters["initialisation"].value) == ("dot_product", "given")
    assert list(parameters["perplexity"]) == list(sent.tsne.perplexity)
    assert parameters["initial_layout"].astype("<f4").tobytes() == sent.tsne.initial_layout
    assert parameters["supervision"]["labels"].astype("<i4").tobytes() == sent.tsne.supervision.labels
    for name in ("weight", "column", "ignored_label"):
        assert parameters["supervision"][name] == getattr(sent.tsne.supervision, name)
    assert read.preprocessing.value == "z_score"
    embedding = {field.name: getattr(sent.embedding, field.name) for field in sent.embedding.DESCRIPTOR.fields}
    assert dataclasses.asdict(read.embedding) == embedding
    assert read.seed == sent.seed


def test_a_state_is_read_by_worker_gateway_and_client_alike() -> None:
    sent = filled(job_pb2.JobState)
    content = sent.SerializeToString()
    worker = compute_messages.decode_state(content)
    spec = valid_specs()["pca"].SerializeToString()
    gateway = job_messages.decode_job(spec, content)
    program = client_messages.state(sent)
    for name in ("progress", "step", "sequence", "n_points", "created_at"):
        assert getattr(worker, name) == getattr(gateway, name) == getattr(program, name), name
    assert worker.phase.name.lower() == gateway.phase == program.phase
    assert worker.created_at.tzinfo == UTC
    assert gateway.failure is not None
    assert (gateway.failure.code, gateway.failure.message) == program.failure
    by, worker_by = gateway.controls[0].by, worker.controls[0].entry.by
    assert by is not None
    assert worker_by is not None
    assert by.model_dump() == dataclasses.asdict(worker_by)
    assert gateway.controls[0].at == program.controls[0].at == worker.controls[0].entry.at
    started_by, known = gateway.started_by, program.started_by
    assert started_by is not None
    assert known is not None
    assert started_by.model_dump() == dataclasses.asdict(known)
    for name in ("queue_place", "remaining_seconds", "interruption"):
        assert getattr(worker, name) == getattr(gateway, name) == getattr(program, name), name
    assert [each.model_dump() for each in gateway.times] == [dataclasses.asdict(each) for each in program.times]
    assert gateway.explained_variance_ratio == list(program.explained_variance_ratio or ())
    assert [(notice.subject, notice.message) for notice in worker.notices] == [
        (notice.subject, notice.message) for notice in gateway.notices
    ]


def test_the_worker_writes_the_state_that_it_read() -> None:
    sent = filled(job_pb2.JobState)
    sent.notices[0].severity = problem_pb2.Problem.NOTICE  # the only one that a worker has
    written = compute_messages.encode_state(compute_messages.decode_state(sent.SerializeToString()))
    assert job_pb2.JobState.FromString(written) == sent
