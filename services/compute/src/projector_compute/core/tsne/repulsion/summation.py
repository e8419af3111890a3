"""The sums of a run, layout after layout, each by the plan that suits it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.tsne.repulsion.cells import bounds, sort_into_cells
from projector_compute.core.tsne.repulsion.choice import choose_plan
from projector_compute.core.tsne.repulsion.exact import exact_repulsion
from projector_compute.core.tsne.repulsion.influence import Convolution, FarKernel
from projector_compute.core.tsne.repulsion.mesh import gather, spread
from projector_compute.core.tsne.repulsion.near import add_near
from projector_compute.core.tsne.repulsion.plan import Plan

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]


class Repulsion:
    """Sums the repulsion of successive layouts of the same points.

    Results do not depend on the number of threads, and depend on earlier layouts through ``plan`` alone.
    """

    def __init__(self, *, fine: bool = False, plan: Plan | None = None) -> None:
        """Take up a run.

        Args:
            fine: keep the error of the force below 0.6 %; else it stays below 2 %.
            plan: the one that the layouts before were summed by.
        """
        self._fine = fine
        self._plan = plan
        self._convolution: Convolution | None = None

    @property
    def plan(self) -> Plan | None:
        """None before the first layout."""
        return self._plan

    def __call__(self, layout: Float32Array, forces: Float32Array, *, replan: bool = False) -> float:
        """Write the unnormalised repulsive forces F and return the normalisation Z.

        Args:
            layout: ``(n_points, n_dims)``, 2 or 3 dimensions, finite.
            forces: ``(n_points, n_dims)``, overwritten.
            replan: look for the best plan even if the present one still serves.
        """
        corner, extents = bounds(layout)
        if replan or self._plan is None or not self._plan.fits(extents):
            self._adopt(choose_plan(layout, fine=self._fine))
        if self._plan is None or self._plan.is_exact:
            return exact_repulsion(layout, forces)
        return self._sum_on_mesh(self._plan, layout, corner, forces)

    def _adopt(self, plan: Plan) -> None:
        if plan != self._plan:
            self._plan, self._convolution = plan, None

    def _convolution_of(self, plan: Plan) -> Convolution:
        if self._convolution is None:
            kernel = FarKernel(plan.cutoff, plan.exponent, plan.is_lowered)
            self._convolution = Convolution(kernel, plan.spacing, plan.padded)
        return self._convolution

    def _sum_on_mesh(self, plan: Plan, layout: Float32Array, corner: Float32Array, forces: Float32Array) -> float:
        n_points, n_dims = layout.shape
        sorted_forces = np.empty((3, n_points), np.float32)
        potentials, near_sums = np.empty(n_points), np.zeros(n_points)
        charges = np.empty(plan.occupied, np.float32)
        cells = sort_into_cells(layout, corner, plan.cell_width, plan.cells)
        spread(cells, plan.cell_width, plan.spacing, charges)
        convolution = self._convolution_of(plan)
        gather(cells, plan.spacing, convolution(charges), sorted_forces, potentials)
        if plan.cutoff:
            add_near(cells, plan.cutoff, plan.exponent, sorted_forces, near_sums)
        forces[cells.order] = sorted_forces[3 - n_dims :].T
        lowered_by = n_points * (n_points - 1.0) if plan.is_lowered else 0.0
        return float(potentials.sum() + near_sums.sum() - n_points * convolution.own_potential + lowered_by)
