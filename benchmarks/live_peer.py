"""A server that does nothing but hand made frames to everybody: websockets' own broadcast, no worker, no Redis.

``python -m benchmarks.live_peer PORT N_POINTS HZ`` speaks as the gateway does, so that the same watchers read both.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from projector_contracts.compute.v1 import job_pb2

_N_DIMS = 3


async def main() -> None:
    port, n_points, hz = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    watchers: set[ServerConnection] = set()

    async def watch(socket: ServerConnection) -> None:
        watchers.add(socket)
        with suppress(ConnectionClosed):  # the watchers leave without a word
            async for _ in socket:
                continue
        watchers.discard(socket)

    async with serve(watch, "127.0.0.1", port, compression=None):
        layout = bytes(4 * n_points * _N_DIMS)
        loop = asyncio.get_running_loop()
        sequence, due = 0, loop.time()
        while True:
            sequence += 1
            state = job_pb2.JobState(phase=job_pb2.RUNNING, sequence=sequence)
            state.updated_at.FromDatetime(datetime.now(UTC))
            frame = job_pb2.Frame(sequence=sequence, step=sequence, n_points=n_points, n_dims=_N_DIMS, layout=layout)
            for event in (job_pb2.JobEvent(state=state), job_pb2.JobEvent(frame=frame)):
                broadcast(watchers, event.SerializeToString())
            due = max(due + 1 / hz, loop.time())
            await asyncio.sleep(due - loop.time())


if __name__ == "__main__":
    asyncio.run(main())
