"""Who a browser is, and stays."""

from __future__ import annotations

import hashlib
from http.cookies import SimpleCookie

import httpx
import pytest
from fastapi import FastAPI
from integration.people.conftest import Calendar, browsing, only
from sqlalchemy import select

from projector_chassis.errors import Unavailable
from projector_gateway.database import Database
from projector_gateway.people.guests import Guests
from projector_gateway.people.orm import GuestRow

pytestmark = pytest.mark.integration


def cookie_of(response: httpx.Response) -> tuple[str, dict[str, str]]:
    """The secret and the attributes of the one cookie that was set."""
    (morsel,) = SimpleCookie(response.headers["set-cookie"]).values()
    return morsel.value, {name: str(value) for name, value in morsel.items() if value}


async def number_of(browser: httpx.AsyncClient) -> int:
    """The number of the guest that a browser is."""
    return int((await browser.get("/session")).json()["id"].partition(":")[2])


async def test_a_new_browser_becomes_a_guest_and_stays_the_same_one(browser: httpx.AsyncClient) -> None:
    first = (await browser.get("/session")).json()
    again = (await browser.get("/session")).json()

    number = first["id"].partition(":")[2]
    assert first == {"id": f"guest:{number}", "name": f"Guest {number}", "is_named": False}
    assert again == first
    assert (await browser.get("/whoami")).json() == {"id": first["id"], "name": first["name"]}


async def test_numbers_of_guests_rise_and_are_never_given_twice(
    app: FastAPI, browser: httpx.AsyncClient, calendar: Calendar
) -> None:
    first = await number_of(browser)
    calendar.pass_days(91)  # the first one is forgotten
    async with browsing(app) as other:
        assert await number_of(other) > first


async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_the_database_knows_no_secret(
    browser: httpx.AsyncClient, database: Database
) -> None:
    secret, attributes = cookie_of(await browser.get("/session"))

    assert attributes == {
        "path": "/",
        "httponly": "True",
        "samesite": "strict",
        "max-age": str(90 * 24 * 3600),
    }
    assert len(secret) >= 22  # 128 bits in letters, digits, - and _
    async with database.reading() as session:
        (row,) = (await session.scalars(select(GuestRow))).all()
    assert row.token_digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(vars(row))


@pytest.mark.parametrize(
    ("base_url", "headers", "is_secure"),
    [
        ("https://projector", {}, True),
        ("http://projector", {"x-forwarded-proto": "https, http"}, True),
        ("http://projector", {"x-forwarded-proto": "http"}, False),
    ],
)
async def test_over_https_the_cookie_is_secure(
    app: FastAPI, base_url: str, headers: dict[str, str], is_secure: bool
) -> None:
    async with browsing(app, base_url) as browser:
        _, attributes = cookie_of(await browser.get("/session", headers=headers))
    assert ("secure" in attributes) is is_secure


async def test_projectors_on_two_ports_of_one_machine_leave_each_other_their_cookies(
    app: FastAPI, browser: httpx.AsyncClient
) -> None:
    one = (await browser.get("/session")).json()
    other = (await browser.get("http://projector:8081/session")).json()

    assert other != one
    assert (await browser.get("/session")).json() == one
    assert (await browser.get("http://projector:8081/session")).json() == other


async def test_a_guest_may_choose_a_name(browser: httpx.AsyncClient, database: Database, calendar: Calendar) -> None:
    guest = (await browser.get("/session")).json()

    renamed = await browser.patch("/session", json={"name": "  Ada Lovelace "})

    assert renamed.json() == {"id": guest["id"], "name": "Ada Lovelace", "is_named": True}
    assert (await browser.get("/whoami")).json() == {"id": guest["id"], "name": "Ada Lovelace"}
    (cookie,) = browser.cookies.jar
    on_another_gateway = await Guests(database, now=calendar).find(str(cookie.value))
    assert on_another_gateway is not None
    assert on_another_gateway.name == "Ada Lovelace"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "two\nlines", "right\u202eleft", "nul\0", 3, None])
async def test_a_name_that_cannot_be_shown_is_refused_and_admits_nobody(
    browser: httpx.AsyncClient, database: Database, name: object
) -> None:
    refused = await browser.patch("/session", json={"name": name})

    assert refused.status_code in (400, 422)
    assert "name" in refused.json()["detail"]
    async with database.reading() as session:
        assert (await session.scalars(select(GuestRow))).all() == []


async def test_who_chooses_a_name_first_becomes_a_guest_of_that_name(browser: httpx.AsyncClient) -> None:
    named = (await browser.patch("/session", json={"name": "é" * 40})).json()
    assert named["is_named"]
    assert (await browser.get("/session")).json() == named


async def test_a_guest_unseen_for_ninety_days_is_forgotten_and_one_who_comes_is_not(
    app: FastAPI, browser: httpx.AsyncClient, calendar: Calendar, database: Database
) -> None:
    guest = await number_of(browser)
    for _ in range(3):
        calendar.pass_days(60)
        app.state.services = only(Guests(database, now=calendar))  # which remembers nobody
        assert await number_of(browser) == guest

    calendar.pass_days(91)
    app.state.services = only(Guests(database, now=calendar))

    assert await number_of(browser) > guest


async def test_guests_are_bounded_and_those_without_a_name_go_first(
    app: FastAPI, browser: httpx.AsyncClient, calendar: Calendar, database: Database
) -> None:
    named = (await browser.patch("/session", json={"name": "Ada"})).json()
    for _ in range(5):
        calendar.pass_days(1)
        async with browsing(app) as other:
            newest = await number_of(other)

    async with database.reading() as session:
        kept = (await session.scalars(select(GuestRow.number).order_by(GuestRow.number))).all()
    assert kept == [int(named["id"].partition(":")[2]), newest - 1, newest]


async def test_an_unknown_cookie_makes_a_new_guest(browser: httpx.AsyncClient) -> None:
    guest = (await browser.get("/session")).json()
    (cookie,) = browser.cookies.jar
    forged = {"cookie": f"{cookie.name}={'x' * len(cookie.value or '')}"}
    browser.cookies.clear()

    assert (await browser.get("/session", headers=forged)).json()["id"] != guest["id"]


async def test_a_link_on_another_site_does_not_replace_a_session(
    browser: httpx.AsyncClient, database: Database
) -> None:
    refused = await browser.get("/session", headers={"sec-fetch-site": "cross-site"})

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert "set-cookie" not in refused.headers
    async with database.reading() as session:
        assert (await session.scalars(select(GuestRow))).all() == []


async def test_without_a_cookie_one_address_is_one_anonymous_person(browser: httpx.AsyncClient) -> None:
    one, again = [(await browser.get("/whoami")).json() for _ in range(2)]

    assert one == again
    assert one["name"] == "A program"
    assert "127.0.0.1" not in one["id"]


async def test_while_the_database_is_away_guests_who_are_known_stay_themselves(
    app: FastAPI, browser: httpx.AsyncClient, guests: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = (await browser.get("/session")).json()
    away = await Database.open("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(guests, "_database", away)
    monkeypatch.setattr("projector_gateway.people.guests._REMEMBERED_SECONDS", 0.0)

    assert (await browser.get("/session")).json() == known
    async with browsing(app) as other:
        other.cookies.set("projector_session_8080", "of another day")
        assert (await other.get("/whoami")).json()["name"] == "A program"
    with pytest.raises(Unavailable):
        await guests.admit()
    await away.close()
