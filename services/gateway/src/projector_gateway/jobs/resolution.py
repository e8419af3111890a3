"""From what people say of rows, queries and columns, to the rows and codes that workers compute with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from projector_chassis.errors import InvalidArgument
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.projections import (
    MAX_SIDE_ROWS,
    AxisSide,
    Custom,
    CustomAxis,
    SideRows,
    Supervision,
    Tsne,
    Umap,
)
from projector_gateway.jobs.schemas import JobRequest
from projector_gateway.search.schemas import SearchRequest
from projector_gateway.search.service import SearchService

_CODE_BYTES = 4


class Resolver:
    """Asks the search for whatever a request leaves to it."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def resolve(self, request: JobRequest, embedding: Embedding) -> JobRequest:
        """A checked request whose sides are rows and whose labels are codes.

        Raises:
            InvalidArgument: an axis without rows, rows that the embedding does not have, or labels that do not fit.
            NotFound: no such column.
            Deadline: the search took too long.
        """
        projection = request.projection
        match projection:
            case Custom():
                resolved: Custom | Tsne | Umap = await self._custom(projection, embedding)
            case Tsne() | Umap() if projection.supervision is not None:
                supervision = await self.supervision(projection.supervision, embedding, request.rows)
                resolved = projection.model_copy(update={"supervision": supervision})
            case _:
                return request
        return request.model_copy(update={"projection": resolved})

    async def supervision(
        self, supervision: Supervision, embedding: Embedding, rows: Sequence[int] | None
    ) -> Supervision | None:
        """The supervision with one code a row of the job; None where its weight is 0."""
        if supervision.weight == 0:
            return None
        labels = supervision.labels
        if labels is None:
            if not supervision.column:
                raise InvalidArgument("supervision names no column and holds no labels; give one of them.")
            labels = await self._search.codes(
                embedding.id, supervision.column, rows=rows, ignored_label=supervision.ignored_label
            )
        n_rows = embedding.n_points if rows is None else len(rows)
        if len(labels) != n_rows * _CODE_BYTES:
            raise InvalidArgument(
                f"The labels take {len(labels)} bytes; {n_rows} rows need {n_rows * _CODE_BYTES}, as int32."
            )
        return supervision.model_copy(update={"labels": labels})

    async def _custom(self, custom: Custom, embedding: Embedding) -> Custom:
        axes = {
            name: await self._axis(name, axis, embedding)
            for name, axis in (("x", custom.x), ("y", custom.y), ("z", custom.z))
            if axis is not None
        }
        return custom.model_copy(update=axes)

    async def _axis(self, name: str, axis: CustomAxis, embedding: Embedding) -> CustomAxis:
        from_, to = await asyncio.gather(self._side(axis.from_, embedding), self._side(axis.to, embedding))
        if not from_.rows and not to.rows:
            raise InvalidArgument(f"Axis {name} has no rows on either side; name rows of at least one.")
        return axis.model_copy(update={"from_": from_, "to": to})

    async def _side(self, side: AxisSide, embedding: Embedding) -> SideRows:
        if isinstance(side, SideRows):
            rows = sorted(set(side.rows))
            if rows and (rows[0] < 0 or rows[-1] >= embedding.n_points):
                wrong = rows[0] if rows[0] < 0 else rows[-1]
                raise InvalidArgument(
                    f"A side of an axis holds row {wrong}; the embedding's rows are 0 to {embedding.n_points - 1}."
                )
            return side.model_copy(update={"rows": rows})
        request = SearchRequest(query=side.query, column=side.column, mode=side.mode, limit=MAX_SIDE_ROWS)
        found = await self._search.search(embedding.id, request)
        if found.count > MAX_SIDE_ROWS:
            raise InvalidArgument(
                f"{side.query!r} matches {found.count} rows; a side of an axis holds at most {MAX_SIDE_ROWS}."
            )
        return SideRows(rows=found.rows, label=side.query)
