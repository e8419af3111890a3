from __future__ import annotations

import os
import subprocess
import sys

_SCRIPT = """
import sys
from projector_compute.threads import bound_threads

assert "numpy" not in sys.modules
bound_threads(1)
import numba
import numpy as np
from threadpoolctl import threadpool_info

np.ones((200, 200)) @ np.ones((200, 200))
assert numba.config.NUMBA_NUM_THREADS == 1
print(max(pool["num_threads"] for pool in threadpool_info()))
"""


def test_every_pool_has_as_many_threads_as_were_given() -> None:
    # A process of its own: the libraries read their variables once.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr
