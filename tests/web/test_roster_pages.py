"""Who comes, as the hosts see it: their own visitors only, by date, without pupils' names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Booking, BookingState, User, db
from outreach.services.bookings import cancel_booking_in
from outreach.services.transaction import one_transaction
from tests import build
from tests.booking_stage import Stage, change, make_stage
from tests.build import NOW
from tests.cast import Cast
from tests.forms import press
from tests.html import faults_of
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]


@pytest.fixture
def visits(app: Flask, cast: Cast) -> dict[str, str]:
    """References of four visits to Robo Works: two on one day, one much later, one cancelled."""
    with app.app_context():
        stage = make_stage(cast)
        change(User, cast.people["tess"], phone="2345 6789")
        later = stage.slot(day=date(2027, 3, 8), start=time(13), end=time(15))
        early = stage.slot(day=date(2027, 3, 8), start=time(10), end=time(12))
        made = {
            "later": stage.book(later, pupils=25, label="P5A", wheelchair=False),
            "early": stage.book(early, by="theo", school="secondary"),
            "summer": stage.book(stage.slot(day=date(2027, 5, 20)), label="P5C"),
            "gone": stage.book(stage.slot(day=date(2027, 3, 9)), label="P5D"),
        }
        _cancel(stage, made["gone"])
        return {name: db.session.get_one(Booking, number).group_label for name, number in made.items()}


def _cancel(stage: Stage, number: int) -> None:
    by = stage.user("stan")
    with one_transaction():
        booking = db.session.get_one(Booking, number)
        cancel_booking_in(booking=booking, cancelled_by="programme", reason="Storm", by=by, now=NOW)


def groups(page: str) -> list[str]:
    """The groups on a page in its order."""
    return re.findall(r">\s*([PS]\d[A-D]) \(", page)


SPRING = "first_day=2027-03-01&last_day=2027-03-31"


def test_visits_stand_in_the_order_of_the_calendar_without_the_cancelled(
    as_: As, visits: dict[str, str]
) -> None:
    page = as_("cora").get(f"/roster?{SPRING}").text
    assert groups(page) == ["S2A", "P5A"]
    assert faults_of(page) == []
    whole = as_("cora").get("/roster?first_day=2027-03-01&last_day=2027-06-30").text
    assert groups(whole) == ["S2A", "P5A", "P5C"]


def test_a_line_tells_what_the_host_needs(as_: As, visits: dict[str, str]) -> None:
    page = as_("cora").get(f"/roster?{SPRING}").text
    needed = (
        "Tai Wai Riverside Primary School",
        "25 pupils, 2 adults",
        "Cantonese",
        "Confirmed",
        "2345 6789",
    )
    assert {words: words in page for words in needed} == dict.fromkeys(needed, True)
    assert 'href="tel:23456789"' in page


@pytest.mark.parametrize("name", ["hana", "stan", "ada"])
def test_whoever_acts_for_the_company_sees_them(as_: As, visits: dict[str, str], name: str) -> None:
    assert groups(as_(name).get(f"/roster?{SPRING}").text) == ["S2A", "P5A"]


def test_another_company_sees_none_of_them_even_by_number(
    as_: As, cast: Cast, visits: dict[str, str]
) -> None:
    cole = as_("cole")
    for query in (SPRING, f"{SPRING}&company={cast.robo}"):
        page = cole.get(f"/roster?{query}").text
        assert (groups(page), "Tai Wai" in page, faults_of(page)) == ([], False, [])


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403)])
def test_a_school_has_no_roster(as_: As, visits: dict[str, str], name: str, status: int) -> None:
    answers = [as_(name).get(path).status_code for path in ("/roster", "/roster/print")]
    assert answers == [status] * 2


def test_staff_narrow_the_roster_to_one_company(
    app: Flask, as_: As, cast: Cast, visits: dict[str, str]
) -> None:
    stan = as_("stan")
    assert groups(stan.get(f"/roster?{SPRING}&company={cast.harbour}").text) == []
    assert groups(stan.get(f"/roster?{SPRING}&company={cast.robo}").text) == ["S2A", "P5A"]


@pytest.mark.parametrize(
    "query", ["first_day=soon", "last_day=2020-01-01", "company=x", "first_day=2027-03-01"]
)
def test_a_strange_filter_is_no_error(as_: As, visits: dict[str, str], query: str) -> None:
    answer = as_("cora").get(f"/roster?{query}")
    assert (answer.status_code, faults_of(answer.text)) == (200, [])


def test_the_sheet_has_room_to_tick(as_: As, visits: dict[str, str]) -> None:
    cora = as_("cora")
    listed = cora.get(f"/roster?{SPRING}").text
    link = re.search(r'href="(/roster/print[^"]+)"', listed)
    assert link is not None
    sheet = cora.get(link.group(1).replace("&amp;", "&")).text
    assert (groups(sheet), "Signature" in sheet, faults_of(sheet)) == (["S2A", "P5A"], True, [])


def test_the_roster_in_chinese(as_: As, visits: dict[str, str]) -> None:
    cora = as_("cora")
    press(cora, "/language", language="zh_Hant_HK")
    for path in (f"/roster?{SPRING}", f"/roster/print?{SPRING}"):
        page = cora.get(path).text
        seen = ("大圍河畔小學" in page, simplified_in(page), faults_of(page))
        assert (path, *seen) == (path, True, [], [])


@pytest.mark.parametrize("state", [BookingState.ATTENDED, BookingState.NO_SHOW, BookingState.DECLINED])
def test_who_came_stays_on_the_roster(
    app: Flask, as_: As, visits: dict[str, str], state: BookingState
) -> None:
    with app.app_context(), one_transaction():
        db.session.query(Booking).filter_by(group_label="P5A").one().state = state
    stays = state is not BookingState.DECLINED
    assert groups(as_("cora").get(f"/roster?{SPRING}").text) == (["S2A", "P5A"] if stays else ["S2A"])


def test_the_empty_roster(as_: As, cast: Cast) -> None:
    page = as_("cora").get("/roster").text
    assert ("Nobody comes on these days" in page, faults_of(page)) == (True, [])
    assert build.NOW.date().isoformat() in page
