"""Every value of every enum has one name in each part, and comes back from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from contract.filled import filled, valid_tsne
from google.protobuf.descriptor import EnumDescriptor

from projector_client import messages as client_messages
from projector_client import model as client
from projector_compute import messages as compute_messages
from projector_compute.control_messages import read_control, tell_control
from projector_compute.controls import Action as WorkerAction
from projector_compute.model import Phase as WorkerPhase
from projector_compute.question_messages import decode_neighbors_query
from projector_compute.specs import Metric as WorkerMetric
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.loader.v1 import loader_pb2
from projector_gateway import layouts
from projector_gateway.clients import messages as loader_messages
from projector_gateway.datasets import schemas as datasets
from projector_gateway.jobs import control_messages, controls, projections
from projector_gateway.jobs import messages as job_messages
from projector_gateway.jobs import schemas as jobs
from projector_gateway.people.schemas import Person
from projector_gateway.rpc import messages as rpc_messages
from projector_loader import messages as loader_side
from projector_loader.model import ColumnType as LoaderColumnType
from projector_loader.model import Problem as LoaderProblem
from projector_loader.model import Severity as LoaderSeverity
from projector_loader.model import UploadRole


def given(enum: Any) -> list[int]:
    """The numbers that mean something: all but 0."""
    descriptor: EnumDescriptor = enum.DESCRIPTOR
    return [value.number for value in descriptor.values if value.number]


def name_of(enum: Any, number: int) -> str:
    """The name that people see, lower-case."""
    return str(enum.Name(number)).lower()


@pytest.mark.parametrize(
    "enum",
    [
        problem_pb2.Problem.Severity,
        job_pb2.Metric,
        job_pb2.Phase,
        job_pb2.Encoding,
        loader_pb2.ColumnType,
        loader_pb2.UploadRole,
    ],
)
def test_zero_stands_for_nothing_given(enum: Any) -> None:
    assert enum.Name(0).endswith("_UNSPECIFIED")


@pytest.mark.parametrize("number", given(problem_pb2.Problem.Severity))
def test_a_severity_comes_back(number: problem_pb2.Problem.Severity.ValueType) -> None:
    name = name_of(problem_pb2.Problem.Severity, number)
    sent = problem_pb2.Problem(severity=number, subject="s", message="m")
    schema = loader_messages.problem(sent)
    assert schema.severity == name
    run = datasets.Run(id="r", name="r", embeddings=[], checkpoints=[], rejected=[], problems=[schema])
    assert list(rpc_messages.encode_run(run).problems) == [sent]
    assert client_messages.run(loader_pb2.Run(problems=[sent])).problems[0].severity == name
    assert loader_side.problem_message(LoaderProblem(LoaderSeverity(name), "s", "m")) == sent


@pytest.mark.parametrize("number", given(loader_pb2.ColumnType))
def test_a_column_type_comes_back(number: loader_pb2.ColumnType.ValueType) -> None:
    name = name_of(loader_pb2.ColumnType, number)
    sent = filled(loader_pb2.Embedding)
    sent.columns[0].type = number
    schema = loader_messages.embedding(sent)
    assert schema.columns[0].type == name
    assert rpc_messages.encode_embedding(schema) == sent
    assert client_messages.embedding(sent).columns[0].type == name
    assert LoaderColumnType(name).name == loader_pb2.ColumnType.Name(number)


@pytest.mark.parametrize("number", given(loader_pb2.UploadRole))
def test_a_role_of_an_upload_comes_back(number: loader_pb2.UploadRole.ValueType) -> None:
    name = name_of(loader_pb2.UploadRole, number)
    sent = loader_pb2.UploadChunk(header=loader_pb2.UploadHeader(role=number))
    header = rpc_messages.decode_upload_header(sent)
    assert (header.role, loader_messages.UPLOAD_ROLES[header.role]) == (name, number)
    assert loader_side.upload_header(sent).role is UploadRole(name)


@pytest.mark.parametrize("number", given(job_pb2.Metric))
def test_a_metric_comes_back(number: job_pb2.Metric.ValueType) -> None:
    name = name_of(job_pb2.Metric, number)
    spec = valid_tsne()
    spec.tsne.metric = number
    (metric,) = (each for each in get_args(projections.Metric) if each == name)
    assert job_messages.encode_metric(metric) == number
    told = job_messages.decode_job(spec.SerializeToString(), filled(job_pb2.JobState).SerializeToString())
    assert isinstance(told.projection, projections.Tsne)
    assert told.projection.metric == name
    asked = rpc_messages.decode_job_request(job_pb2.JobSpec(tsne=job_pb2.TsneParameters(metric=number)))
    assert isinstance(asked.projection, projections.Tsne)
    assert asked.projection.metric == name
    assert client_messages.metric(metric) == number
    query = query_pb2.NeighborsQuery(metric=number).SerializeToString()
    assert decode_neighbors_query(query).metric == WorkerMetric(name)


@pytest.mark.parametrize("number", given(job_pb2.Phase))
def test_a_phase_comes_back(number: job_pb2.Phase.ValueType) -> None:
    name = name_of(job_pb2.Phase, number)
    content = job_pb2.JobState(phase=number).SerializeToString()
    assert job_messages.summarize_state(content).phase == name
    assert client_messages.state(job_pb2.JobState(phase=number)).phase == name
    state = compute_messages.decode_state(content)
    assert state.phase == WorkerPhase(name)
    assert job_pb2.JobState.FromString(compute_messages.encode_state(state)).phase == number


@pytest.mark.parametrize("action", [field.name for field in job_pb2.Control.DESCRIPTOR.oneofs_by_name["action"].fields])
def test_an_action_comes_back(action: str) -> None:
    sent = job_pb2.Control()
    getattr(sent, action).SetInParent()
    if action == "set_exaggeration":
        sent.set_exaggeration.exaggeration = 4.0
    elif action == "supervise":
        sent.supervise.supervision.weight = 0.5
    asked = rpc_messages.decode_control(sent)
    assert asked.action == action
    somebody = Person(id="p1", name="Ada")
    content = control_messages.encode_control(asked, by=somebody, at=datetime.now(UTC))
    told = tell_control(read_control(job_pb2.Control.FromString(content)))
    assert told.WhichOneof("action") == action
    assert control_messages.decode_applied(job_pb2.AppliedControl(step=3, control=told)).action == action
    state = job_pb2.JobState(phase=job_pb2.RUNNING, controls=[job_pb2.AppliedControl(step=3, control=told)])
    assert [applied.action for applied in client_messages.state(state).controls] == [action]


@pytest.mark.parametrize("number", given(job_pb2.Encoding))
def test_an_encoding_is_read_by_gateway_and_client(number: job_pb2.Encoding.ValueType) -> None:
    n_bytes = {job_pb2.FLOAT32: 4, job_pb2.UINT16: 2}[number]
    scale = [1.0, 1.0] if number == job_pb2.UINT16 else []
    frame = job_pb2.Frame(
        sequence=1, n_points=1, n_dims=2, encoding=number, layout=bytes(2 * n_bytes), scale=scale, offset=scale
    )
    stored = layouts.inspect_layout(job_pb2.JobEvent(frame=frame).SerializeToString())
    assert layouts.decode_coordinates(stored.event).values.tolist() == (scale or [0.0, 0.0])
    assert client_messages.frame(frame).layout.tolist() == [scale or [0.0, 0.0]]


@pytest.mark.parametrize(
    ("names", "enum"),
    [
        (projections.Metric, job_pb2.Metric),
        (projections.Preprocessing, job_pb2.Preprocessing),
        (projections.Tsne.model_fields["initialisation"].annotation, job_pb2.Initialisation),
        (client.Preprocessing, job_pb2.Preprocessing),
        (client.Initialisation, job_pb2.Initialisation),
        (client.Metric, job_pb2.Metric),
        (jobs.Phase, job_pb2.Phase),
        (client.Phase, job_pb2.Phase),
        (datasets.ColumnType, loader_pb2.ColumnType),
        (client.ColumnType, loader_pb2.ColumnType),
        (datasets.Problem.model_fields["severity"].annotation, problem_pb2.Problem.Severity),
    ],
)
def test_no_part_has_names_of_its_own(names: Any, enum: Any) -> None:
    assert set(get_args(names)) == {name_of(enum, number) for number in given(enum)}


def test_no_part_has_actions_or_methods_of_its_own() -> None:
    actions = {field.name for field in job_pb2.Control.DESCRIPTOR.oneofs_by_name["action"].fields}
    assert set(get_args(controls.Action)) == actions
    assert {action.value for action in WorkerAction} == actions - controls.STEERING
    methods = {field.name for field in job_pb2.JobSpec.DESCRIPTOR.oneofs_by_name["projection"].fields}
    assert {kind.model_fields["method"].default for kind in get_args(get_args(projections.Projection)[0])} == methods
