"""What outlives a slice of a job: where its optimiser stands. No protobuf, no Redis."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from projector_compute.controls import Adjustments
from projector_compute.core.tsne.repulsion.plan import Plan
from projector_compute.specs import Float32Array


@dataclass(frozen=True)
class OptimizerState:
    """Where an optimisation stands.

    Attributes:
        layout, velocity, gains: float32 ``(n_points, n_dims)`` each, ``velocity`` being the last update.
        loss: of this layout, in nats; NaN while it has not been evaluated.
        plan: by which this layout's repulsion was summed; None while it has not been.
        best_loss, best_step: the lowest loss since early exaggeration or the last adjustment, and where it was met;
            step 0 stands for not yet.
    """

    step: int
    layout: Float32Array
    velocity: Float32Array
    gains: Float32Array
    loss: float
    plan: Plan | None = None
    best_loss: float = math.inf
    best_step: int = 0


@dataclass(frozen=True)
class DescentState:
    """Where an optimisation stands that has no memory beyond its layout, as UMAP's epochs have none.

    Attributes:
        layout: float32 ``(n_points, n_dims)``.
        loss: NaN.
    """

    step: int
    layout: Float32Array
    loss: float = math.nan


@dataclass(frozen=True)
class SavedJob:
    """What the next slice needs to go on exactly where this one ends.

    Attributes:
        cursor: last applied entry of the control stream; ``0-0`` for none.
        sequence: newest published frame.
        n_threads: threads that computed it.
        optimizer: None while the optimisation has not begun.
        adjustments: by all controls up to the cursor.
    """

    cursor: str = "0-0"
    sequence: int = 0
    n_threads: int = 0
    optimizer: OptimizerState | DescentState | None = None
    adjustments: Adjustments = field(default_factory=Adjustments)
