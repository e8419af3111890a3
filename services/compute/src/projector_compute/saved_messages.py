"""What the next slice needs to go on <-> protobuf."""

from __future__ import annotations

import numpy as np

from projector_compute.controls import Adjustments
from projector_compute.core.tsne.repulsion.plan import Plan
from projector_compute.projection_messages import read_supervision
from projector_compute.saved import DescentState, OptimizerState, SavedJob
from projector_compute.specs import Float32Array, Supervision
from projector_contracts.compute.v1 import job_pb2


def encode_saved(saved: SavedJob) -> bytes:
    """The OptimizerState of a saved job; before the optimisation began it holds cursor and adjustments alone."""
    message = job_pb2.OptimizerState(sequence=saved.sequence, control_cursor=saved.cursor, n_threads=saved.n_threads)
    _write_adjustments(saved.adjustments, message.adjustments)
    if saved.optimizer is not None:
        optimizer = saved.optimizer
        message.step = optimizer.step
        message.n_points, message.n_dims = optimizer.layout.shape
        message.layout = _float32_bytes(optimizer.layout)
        message.loss = optimizer.loss
        if isinstance(optimizer, OptimizerState):
            message.velocity = _float32_bytes(optimizer.velocity)
            message.gains = _float32_bytes(optimizer.gains)
            message.best_loss, message.best_step = optimizer.best_loss, optimizer.best_step
            if optimizer.plan is not None:
                _write_plan(optimizer.plan, message.plan)
    return message.SerializeToString()


def decode_saved(content: bytes) -> SavedJob:
    message = job_pb2.OptimizerState.FromString(content)
    optimizer = _read_optimizer(message) if message.n_dims else None
    adjustments = _read_adjustments(message.adjustments)
    return SavedJob(message.control_cursor, message.sequence, message.n_threads, optimizer, adjustments)


def _read_optimizer(message: job_pb2.OptimizerState) -> OptimizerState | DescentState:
    shape = (message.n_points, message.n_dims)
    layout = _float32_array(message.layout, shape)
    if not message.velocity:
        return DescentState(message.step, layout)
    return OptimizerState(
        step=message.step,
        layout=layout,
        velocity=_float32_array(message.velocity, shape),
        gains=_float32_array(message.gains, shape),
        loss=message.loss,
        plan=_read_plan(message.plan) if message.HasField("plan") else None,
        best_loss=message.best_loss,
        best_step=message.best_step,
    )


def _write_plan(plan: Plan, message: job_pb2.RepulsionPlan) -> None:
    message.cutoff, message.spacing, message.exponent = plan.cutoff, plan.spacing, plan.exponent
    message.padded.extend(plan.padded)


def _read_plan(message: job_pb2.RepulsionPlan) -> Plan:
    x, y, z = message.padded
    return Plan(message.cutoff, message.spacing, message.exponent, (x, y, z))


def _write_adjustments(adjustments: Adjustments, message: job_pb2.Adjustments) -> None:
    if adjustments.learning_rate is not None:
        message.learning_rate = adjustments.learning_rate
    if adjustments.exaggeration is not None:
        message.exaggeration = adjustments.exaggeration
    if adjustments.supervision is not None:
        _write_supervision(adjustments.supervision, message.supervision)
    message.n_perturbations = adjustments.n_perturbations


def _read_adjustments(message: job_pb2.Adjustments) -> Adjustments:
    return Adjustments(
        learning_rate=message.learning_rate if message.HasField("learning_rate") else None,
        exaggeration=message.exaggeration if message.HasField("exaggeration") else None,
        supervision=read_supervision(message.supervision) if message.HasField("supervision") else None,
        n_perturbations=message.n_perturbations,
    )


def _write_supervision(supervision: Supervision, message: job_pb2.Supervision) -> None:
    message.weight, message.labels = supervision.weight, supervision.labels.astype("<i4", copy=False).tobytes()
    message.column, message.ignored_label = supervision.column, supervision.ignored_label


def _float32_bytes(array: Float32Array) -> bytes:
    return array.astype("<f4", copy=False).tobytes()


def _float32_array(content: bytes, shape: tuple[int, int]) -> Float32Array:
    return np.frombuffer(content, "<f4").astype(np.float32).reshape(shape)
