"""What a page and the gateway tell each other about jobs, listened to from outside the page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, WebSocket

from projector_contracts.compute.v1.job_pb2 import Frame, JobEvent, JobState

_FNV_OFFSET_BASIS = 0x811C9DC5
_FNV_PRIME = 0x01000193


class JobSocket:
    """One connection of the page, with the events that came down it in their order."""

    def __init__(self, socket: WebSocket) -> None:
        self.url = socket.url
        self.frames: list[Frame] = []
        self.states: list[JobState] = []
        socket.on("framereceived", self._receive)

    @property
    def job_id(self) -> str:
        return urlsplit(self.url).path.split("/")[-2]

    @property
    def after(self) -> int | None:
        """The last sequence that the page said it had seen; None: it asked for the newest frame."""
        given = parse_qs(urlsplit(self.url).query).get("after")
        return int(given[0]) if given else None

    def _receive(self, content: str | bytes) -> None:
        assert isinstance(content, bytes), f"a text message on {self.url}: {content!r}"
        event = JobEvent.FromString(content)
        if event.HasField("frame"):
            self.frames.append(event.frame)
        else:
            self.states.append(event.state)


class JobTraffic:
    """All connections of one page to jobs, in the order in which they were opened."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[JobSocket] = []
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        if "/api/v1/jobs/" in socket.url:
            self.sockets.append(JobSocket(socket))

    def of_job(self, job_id: str) -> list[JobSocket]:
        return [socket for socket in self.sockets if socket.job_id == job_id]

    def frames(self, job_id: str) -> list[Frame]:
        """The frames of a job over all its connections."""
        return [frame for socket in self.of_job(job_id) for frame in socket.frames]

    def frame(self, job_id: str, sequence: int) -> Frame:
        return next(frame for frame in self.frames(job_id) if frame.sequence == sequence)


def layout_hash(layout: bytes) -> str:
    """What the page writes into ``data-layout-hash``: FNV-1a over the 32-bit words of float32 coordinates.

    Source: G. Fowler, L. C. Noll, K.-P. Vo.
    """
    words = memoryview(layout).cast("I")
    value = _FNV_OFFSET_BASIS
    for word in words:
        value = ((value ^ word) * _FNV_PRIME) & 0xFFFFFFFF
    return f"{value:08x}"
