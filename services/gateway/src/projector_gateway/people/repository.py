"""Guests in the database. Everything here works inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from projector_gateway.people.orm import GuestRow


class GuestRepository:
    """Reads and writes guests."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, token_digest: str) -> GuestRow | None:
        """The guest whose token has this digest."""
        query = select(GuestRow).where(GuestRow.token_digest == token_digest)
        found: GuestRow | None = await self._session.scalar(query)
        return found

    async def add(self, guest: GuestRow) -> None:
        """Store a new guest and number it."""
        self._session.add(guest)
        await self._session.flush()

    async def forget_unseen_since(self, moment: datetime) -> None:
        """Delete guests that were not seen since then."""
        await self._session.execute(delete(GuestRow).where(GuestRow.seen_at < moment))

    async def make_room(self, limit: int) -> None:
        """Leave fewer guests than ``limit``: those without a name go first, then who was not seen for longest."""
        n_guests = (await self._session.scalars(select(func.count()).select_from(GuestRow))).one()
        if n_guests < limit:
            return
        leaving = (
            select(GuestRow.number)
            .order_by(GuestRow.name.is_not(None), GuestRow.seen_at, GuestRow.number)
            .limit(n_guests - limit + 1)
        )
        await self._session.execute(delete(GuestRow).where(GuestRow.number.in_(leaving)))
