"""What open pages are told of: runs, jobs of their embedding, and each other."""

from __future__ import annotations

from dataclasses import dataclass

from projector_gateway.live.announcer import RunsAnnouncer
from projector_gateway.live.job_changes import JobChanges
from projector_gateway.live.messages import Here
from projector_gateway.live.page import OpenPage
from projector_gateway.live.presence import Presence


@dataclass(frozen=True)
class Live:
    """Where pages are, and who tells them what."""

    runs: RunsAnnouncer
    job_changes: JobChanges
    presence: Presence

    def place(self, page: OpenPage, here: Here) -> None:
        """A page says where it is: in its embedding, in another one, or in none."""
        if here.embedding_id != page.embedding_id:
            self.leave(page)
            page.open(here.embedding_id)
            if page.embedding_id:
                self.job_changes.enter(page)
        if page.embedding_id:
            self.presence.place(page, here)

    def leave(self, page: OpenPage) -> None:
        """A page closes its embedding."""
        if page.embedding_id:
            self.job_changes.leave(page)
            self.presence.leave(page)
            page.open("")
