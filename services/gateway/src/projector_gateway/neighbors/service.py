"""Nearest neighbors, asked of an interactive worker."""

from __future__ import annotations

from projector_chassis.errors import InvalidArgument
from projector_contracts.names import JobId
from projector_gateway.clients.loader import Loader
from projector_gateway.clients.questions import Questions
from projector_gateway.neighbors.messages import encode_query
from projector_gateway.neighbors.schemas import NeighborsRequest
from projector_gateway.people.schemas import Person
from projector_gateway.results.lending import Lending


class NeighborService:
    """Asks workers for neighbors."""

    def __init__(self, loader: Loader, questions: Questions, lending: Lending) -> None:
        self._loader = loader
        self._questions = questions
        self._lending = lending

    async def find(self, embedding_id: str, request: NeighborsRequest, *, by: Person) -> bytes:
        """The worker's serialised QueryAnswer: the rows nearest to each, fewer than asked for where there are fewer.

        Raises:
            InvalidArgument: the embedding has no such row.
            NotFound: there is no such embedding or job, or the frame is not kept.
            RateLimited: this person, or everybody together, waits for too many answers.
            Deadline: no worker answered in time.
        """
        embedding = await self._loader.embedding(embedding_id)
        for row in request.asked_rows:
            if row >= embedding.n_points:
                raise InvalidArgument(f"row is {row}; the embedding's rows are 0 to {embedding.n_points - 1}.")
        if request.job_id is not None:
            sequence = await self._lending.readable(JobId(request.job_id), request.sequence)
            request = request.model_copy(update={"sequence": sequence})
        return await self._questions.ask(encode_query(request, embedding), by=by)
