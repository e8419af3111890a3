"""Layouts in the database: kept once, as long as a bookmark or a result shows them.

Everything here works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from projector_gateway.collections.orm import BookmarkRow, LayoutRow
from projector_gateway.database import insert_into
from projector_gateway.layouts import StoredLayout
from projector_gateway.results.orm import ResultFrameRow


class LayoutRepository:
    """Keeps layouts, and drops those that nobody shows any more."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, layout: StoredLayout) -> None:
        """Store a layout unless an equal one is kept already.

        The statement locks the row either way: nobody can delete the layout before what refers to it in this
        transaction is there for all to see. Whoever keeps several does so in the order of their digests.
        """
        statement = insert_into(self._session, LayoutRow).values(
            digest=layout.digest, event=layout.event, n_points=layout.n_points, n_dims=layout.n_dims
        )
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["digest"], set_={"n_points": layout.n_points})
        )

    async def drop_unused(self, digests: Iterable[str]) -> None:
        """Delete those of these layouts that neither a bookmark nor a result shows."""
        candidates = sorted(set(digests))  # locked in one order by everybody
        if not candidates:
            return
        # Two statements: the second one sees owners that were committed while the first one waited for its locks.
        locked = (
            select(LayoutRow.digest)
            .where(LayoutRow.digest.in_(candidates))
            .order_by(LayoutRow.digest)
            .with_for_update()
        )
        await self._session.execute(locked)
        is_bookmarked = exists().where(BookmarkRow.layout_digest == LayoutRow.digest)
        is_result = exists().where(ResultFrameRow.layout_digest == LayoutRow.digest)
        unused = (LayoutRow.digest.in_(candidates), ~is_bookmarked, ~is_result)
        await self._session.execute(delete(LayoutRow).where(*unused))
