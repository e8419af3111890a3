"""Guests: browsers that come again, known by a secret in their cookie of which only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from projector_chassis.errors import Unavailable
from projector_gateway.database import Database
from projector_gateway.people.orm import GuestRow
from projector_gateway.people.repository import GuestRepository
from projector_gateway.people.schemas import Person, Session
from projector_gateway.recent import Recent

FORGOTTEN_AFTER = timedelta(days=90)
MAX_GUESTS = 100_000
_TOKEN_BYTES = 24  # 192 bits
_SEEN_EVERY = timedelta(days=1)
_REMEMBERED = 10_000
# Another gateway may have renamed a guest meanwhile.
_REMEMBERED_SECONDS = 30.0


@dataclass(frozen=True)
class _Lookup:
    session: Session | None
    at_seconds: float


class Guests:
    """Finds, admits and renames guests.

    Args:
        now: the time, in UTC.
    """

    def __init__(
        self,
        database: Database,
        *,
        max_guests: int = MAX_GUESTS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._max_guests = max_guests
        self._now = now
        self._lookups: Recent[str, _Lookup] = Recent(_REMEMBERED)
        self._people: Recent[str, Person] = Recent(_REMEMBERED)

    async def find(self, token: str) -> Session | None:
        """The guest with this token; None where it is unknown, or forgotten.

        Raises:
            Unavailable: the database does not answer, and this process has not seen the guest before.
        """
        digest = _digest(token)
        known = self._lookups.get(digest)
        if known is not None and time.monotonic() - known.at_seconds < _REMEMBERED_SECONDS:
            return known.session
        try:
            return self._remember(digest, await self._look_up(digest))
        except Unavailable:
            if known is None:
                raise
            return known.session

    async def admit(self) -> tuple[str, Session]:
        """A new guest and the token by which it is found again.

        Raises:
            Unavailable: the database does not answer.
        """
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._now()
        row = GuestRow(token_digest=_digest(token), name=None, seen_at=now)
        async with self._database.writing() as session:
            repository = GuestRepository(session)
            await repository.forget_unseen_since(now - FORGOTTEN_AFTER)
            await repository.make_room(self._max_guests)
            await repository.add(row)
        admitted = _session(row)
        self._remember(row.token_digest, admitted)
        return token, admitted

    async def rename(self, token: str, name: str) -> Session | None:
        """Give a guest another name, which has been checked; None where the token is unknown.

        Raises:
            Unavailable: the database does not answer.
        """
        digest = _digest(token)
        async with self._database.writing() as session:
            row = await GuestRepository(session).find(digest)
            if row is not None:
                row.name, row.seen_at = name, self._now()
        return self._remember(digest, None if row is None else _session(row))

    def newest(self, person: Person) -> Person:
        """The person by the last name that this process has heard of."""
        return self._people.get(person.id) or person

    async def _look_up(self, digest: str) -> Session | None:
        async with self._database.reading() as session:
            row = await GuestRepository(session).find(digest)
        now = self._now()
        if row is None or row.seen_at < now - FORGOTTEN_AFTER:
            return None
        if row.seen_at < now - _SEEN_EVERY:
            await self._note_seen(digest, now)
        return _session(row)

    async def _note_seen(self, digest: str, now: datetime) -> None:
        async with self._database.writing() as session:
            row = await GuestRepository(session).find(digest)
            if row is not None:
                row.seen_at = now

    def _remember(self, digest: str, session: Session | None) -> Session | None:
        self._lookups.put(digest, _Lookup(session, time.monotonic()))
        if session is not None:
            self._people.put(session.id, as_person(session))
        return session


def as_person(session: Session) -> Person:
    """What others see of a guest."""
    return Person(id=session.id, name=session.name)


def _session(row: GuestRow) -> Session:
    return Session(id=f"guest:{row.number}", name=row.name or f"Guest {row.number}", is_named=row.name is not None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
