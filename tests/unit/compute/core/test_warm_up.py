from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[3]
_SCRIPT = """
import importlib
import pkgutil
import tempfile
from pathlib import Path

import numpy as np

from fakes.workshop import Workshop, clusters, tsne_spec
from projector_compute import core
from projector_compute.adapters.stage_files import StageFiles
from projector_compute.core.approximate_neighbors import approximate_neighbors
from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.quality import layout_quality
from projector_compute.core.search_space import transformed_space
from projector_compute.core.warm_up import warm_up, warm_up_queries


def signatures():
    found = {}
    for module in pkgutil.walk_packages(core.__path__, core.__name__ + "."):
        for name, kernel in vars(importlib.import_module(module.name)).items():
            if hasattr(kernel, "signatures"):
                found[f"{module.name}.{name}"] = list(kernel.signatures)
    return found


warm_up()
warm_up_queries()
warm = signatures()
assert len(warm) > 8, warm
for points in (clusters(), np.repeat(clusters(10), 40, axis=0), clusters(4_000)):
    for n_dims in (2, 3):
        with tempfile.TemporaryDirectory() as folder:
            workshop = Workshop(slice_seconds=0.2)
            workshop.stages = StageFiles(Path(folder))
            workshop.create(tsne_spec(workshop.embeddings.add("points", points), n_dims=n_dims))
            assert workshop.work() > 2
            assert workshop.job.state.phase.value == "finished"
nearest_neighbors(clusters(1500), 5)
approximate_neighbors(clusters(1500), 5, seed=0)
read_only = clusters(300)
read_only.setflags(write=False)
for points in (clusters(300), read_only):
    layout_quality(points, points[:, :2], 5, seed=0)
    for distance in Distance:
        nearest(transformed_space(points), np.arange(3), 5, distance)
assert signatures() == warm, (warm, signatures())
"""


def test_a_job_compiles_no_kernel_once_the_worker_is_warm() -> None:
    # A process of its own: here other tests have compiled what they like.
    done = subprocess.run([sys.executable, "-c", _SCRIPT], cwd=TESTS, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
