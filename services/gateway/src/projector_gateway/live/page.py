"""An open page, and what it is still to be told: of each thing the newest only, so that a slow one owes nothing."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field

from projector_gateway.live.messages import encode_jobs_changed
from projector_gateway.people.schemas import Person

MAX_TOLD_PAGES = 1_000


@dataclass(eq=False)
class OpenPage:
    """One WebSocket of a page.

    Attributes:
        person: whose it is.
        embedding_id: what it has open; empty: nothing.
        is_due: set while there is something to tell.
    """

    person: Person
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    embedding_id: str = ""
    is_due: asyncio.Event = field(default_factory=asyncio.Event)
    _pages: dict[str, bytes] = field(default_factory=dict)
    _have_jobs_changed: bool = False

    def open(self, embedding_id: str) -> None:
        """The page shows another embedding; what it was to be told of the one before is of no use."""
        self.embedding_id = embedding_id
        self._pages.clear()
        self._have_jobs_changed = False

    def tell_of_page(self, page_id: str, event: bytes) -> None:
        """Tell what has become of another page; what was to be told of it before is forgotten."""
        if page_id in self._pages or len(self._pages) < MAX_TOLD_PAGES:
            self._pages[page_id] = event
            self.is_due.set()

    def tell_of_jobs(self) -> None:
        """Tell that the list of jobs is not what it was."""
        self._have_jobs_changed = True
        self.is_due.set()

    def take(self) -> list[bytes]:
        """All that is due, as serialised PageEvents; nothing is left."""
        self.is_due.clear()
        events = list(self._pages.values())
        if self._have_jobs_changed:
            events.append(encode_jobs_changed(self.embedding_id))
        self._pages.clear()
        self._have_jobs_changed = False
        return events
