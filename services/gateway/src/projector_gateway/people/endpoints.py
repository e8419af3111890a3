"""REST of the session: who this browser is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from starlette.requests import HTTPConnection, Request

from projector_chassis.errors import PermissionDenied
from projector_gateway.people.cookie import session_token, set_session_cookie
from projector_gateway.people.guests import Guests
from projector_gateway.people.names import check_person_name
from projector_gateway.people.schemas import Session, SessionChange

router = APIRouter(tags=["people"])


async def _guests(connection: HTTPConnection) -> Guests:
    guests = connection.app.state.services.guests
    assert isinstance(guests, Guests)
    return guests


GuestsDependency = Annotated[Guests, Depends(_guests)]


@router.get("/session")
async def read_session(request: Request, response: Response, guests: GuestsDependency) -> Session:
    """The person that this browser is; one that comes for the first time becomes a new guest, and gets a cookie."""
    token, session = await _enter(request, guests)
    _answer(request, response, token)
    return session


@router.patch("/session")
async def change_session(
    change: SessionChange, request: Request, response: Response, guests: GuestsDependency
) -> Session:
    """Choose the name that others see."""
    name = check_person_name(change.name)
    token, session = await _enter(request, guests)
    renamed = await guests.rename(token, name)
    _answer(request, response, token)
    return session if renamed is None else renamed


async def _enter(request: Request, guests: Guests) -> tuple[str, Session]:
    """The token and the guest of a browser, be they new."""
    token = session_token(request)
    session = None if token is None else await guests.find(token)
    if token is not None and session is not None:
        return token, session
    # A link on a foreign site comes without the cookie, and its answer would replace the one that the browser has.
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise PermissionDenied("A session begins on the projector's own page; open that first.")
    return await guests.admit()


def _answer(request: Request, response: Response, token: str) -> None:
    set_session_cookie(request, response, token)
    response.headers["cache-control"] = "no-store"
