"""A process of its own that ends the parts when their supervisor is gone, however it went.

It reads lines from standard input: ``+1234`` when the supervisor starts process group 1234, ``-1234`` when that group
has ended. The input closes when the supervisor ends; a ``kill -9`` closes it too. The groups still noted are then told
to terminate, and killed after a while. Whole groups, because a worker has children that a signal tied to the parent's
death would not reach. Runs as a script, with the standard library alone, so that it costs little.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.05


def main() -> None:
    """Follow the supervisor's notes until it is gone, then clear up."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    end_groups(groups)


def end_groups(groups: set[int]) -> None:
    """Terminate process groups; kill what is left after the grace time."""
    left = {group for group in groups if _signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        left = {group for group in left if _signal_group(group, 0)}
    for group in left:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Whether the group still exists."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses signals to a group of zombies
        return False
    return True


if __name__ == "__main__":
    main()
