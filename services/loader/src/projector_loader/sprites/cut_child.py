"""Cuts one atlas in a process of its own: ``python -m projector_loader.sprites.cut_child``.

The job is one line of standard input, the answer is written to standard output. It ends when that is done, when it may
work no longer, and when standard input is closed: then the parent is gone.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

from PIL import Image

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath
from projector_loader.sprites.cut_job import CutJob, cut_atlas


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a request: nothing to say, the code and message of a public error, or another fault."""
    file = AssetPath(Path(request["path"]), request["name"])
    job = CutJob(file, tuple(request["thumbnail"]), request["n_columns"], request["n_points"])
    try:
        cut_atlas(job, Path(request["out"]))
    except PublicError as error:
        return {"code": error.code, "message": error.message}
    except OSError as error:
        return {"errno": error.errno}
    except Exception as error:
        return {"fault": f"{type(error).__name__}: {error}"}
    return {}


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    request = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (request["memory_bytes"], request["memory_bytes"]))
    faulthandler.dump_traceback_later(request["seconds"], exit=True)  # ends it even where the interpreter is held
    threading.Thread(target=_end_with_parent, daemon=True).start()
    Image.MAX_IMAGE_PIXELS = None  # the parent has read the size, and the memory is bounded
    sys.stdout.write(json.dumps(answer(request)))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
