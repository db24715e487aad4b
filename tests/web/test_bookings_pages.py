"""Bookings in a browser: booked, confirmed, declined, cancelled, waited for - by those who may, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.models import Booking, Round, Slot, SlotState, WaitlistEntry, db
from outreach.services.places import take_place
from outreach.services.transaction import one_transaction
from tests import booking_stage, build
from tests.booking_stage import Stage, make_stage
from tests.build import NOW
from tests.cast import Cast, browser_of
from tests.forms import Fields, press, send
from tests.html import faults_of

Browser = Callable[[str], FlaskClient]
GROUP = {"group_label": "P5A", "grade": "P5", "pupils": "30", "staff": "2"}
AFTER = build.to_utc(date(2027, 3, 4), build.time(13))


@dataclass
class Desk:
    """A published round. No context stays open: a browser's requests must begin with nothing."""

    app: Flask
    stage: Stage

    def slot(self, **facts: Any) -> int:
        """A slot of the offer."""
        with self.app.app_context():
            return self.stage.slot(**facts)

    def book(self, slot: int, **facts: Any) -> int:
        """A confirmed booking of Tess' class."""
        with self.app.app_context():
            return self.stage.book(slot, **facts)

    def wait(self, slot: int, **facts: Any) -> int:
        """Theo's class waits."""
        with self.app.app_context():
            return self.stage.wait(slot, **facts)

    def awaiting(self, slot: int) -> int:
        """A place for Tess' class that is to be confirmed."""
        with self.app.app_context(), one_transaction():
            row = db.session.get_one(Slot, slot)
            return take_place(
                group=self.stage.group(),
                round_=db.session.get_one(Round, self.stage.round_),
                offer=row.offer,
                slot=row,
                day=row.day,
                start_time=row.start_time,
                end_time=row.end_time,
                travel_minutes=28,
                confirm_by=NOW + timedelta(days=10),
                by=self.stage.cast.user("tess"),
                now=NOW,
            ).id

    def states(self) -> list[str]:
        """The states of all bookings."""
        with self.app.app_context():
            return booking_stage.states()

    def taken(self, slot: int) -> tuple[int, int]:
        """Pupils and groups in a slot."""
        with self.app.app_context():
            return booking_stage.taken(slot)

    def entries(self) -> list[str]:
        """The states of the waitlist."""
        with self.app.app_context():
            rows = db.session.scalars(select(WaitlistEntry.state).order_by(WaitlistEntry.id))
            return [state.value for state in rows]

    def read(self, booking: int) -> Booking:
        """One booking as it is now."""
        with self.app.app_context():
            return db.session.get_one(Booking, booking)


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Desk:
    with app.app_context():
        return Desk(app, make_stage(cast))


def test_a_free_place_is_booked_on_one_page(desk: Desk, as_: Browser) -> None:
    slot = desk.slot()
    tess = as_("tess")
    answer = send(tess, f"/slots/{slot}/book", **GROUP)
    assert (answer.status_code, answer.location) == (303, "/bookings/1")
    assert (desk.states(), desk.taken(slot)) == (["confirmed"], (30, 1))
    page = tess.get("/bookings/1").text
    assert "about 9:32 am" in page
    assert "about 12:28 pm" in page


def test_a_double_click_books_once(desk: Desk, as_: Browser) -> None:
    slot = desk.slot(max_pupils=30)
    tess = as_("tess")
    values = Fields(tess.get(f"/slots/{slot}/book").text).values
    for name, value in GROUP.items():
        values[name] = value
    answers = [tess.post(f"/slots/{slot}/book", data=values) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/bookings/1"] * 2
    assert desk.states() == ["confirmed"]
    values["pupils"] = "5"
    assert tess.post(f"/slots/{slot}/book", data=values).status_code == 422


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"group_label": ""}, 422, "Name the group"),
        ({"pupils": ""}, 422, "number of pupils"),
        ({"pupils": "41"}, 409, "40 pupils at most"),
        ({"wheelchair": "y"}, 409, "wheelchair"),
        ({"languages": ["cmn"]}, 409, "not held in a language"),
        ({"school_id": "99"}, 422, "Choose one of the answers under “School”."),
    ],
)
def test_what_does_not_fit_is_said_on_the_page(
    desk: Desk, as_: Browser, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = send(as_("tess"), f"/slots/{desk.slot()}/book", **{**GROUP, **changes})
    assert (answer.status_code, words in answer.text, desk.states()) == (status, True, [])


def test_confirming_twice_is_once(desk: Desk, as_: Browser) -> None:
    booking = desk.awaiting(desk.slot())
    tess = as_("tess")
    values = Fields(tess.get(f"/bookings/{booking}").text).values
    answers = [tess.post(f"/bookings/{booking}/confirm", data=values).status_code for _ in range(2)]
    assert (answers, desk.states()) == ([303, 303], ["confirmed"])


@pytest.mark.parametrize("version", [None, "", "0", "-1", "1.5", "²", "9" * 30])
def test_a_version_that_no_row_can_have_is_no_request(desk: Desk, as_: Browser, version: str | None) -> None:
    booking = desk.awaiting(desk.slot())
    tess = as_("tess")
    values = {**Fields(tess.get(f"/bookings/{booking}").text).values, "version": version}
    sent = {name: value for name, value in values.items() if value is not None}
    assert tess.post(f"/bookings/{booking}/confirm", data=sent).status_code == 400
    assert desk.states() == ["awaiting"]


def test_declining_asks_once_more_and_tells_why(desk: Desk, as_: Browser) -> None:
    slot = desk.slot()
    booking = desk.awaiting(slot)
    answer = send(as_("tess"), f"/bookings/{booking}/decline", reason="Sports day")
    assert (answer.status_code, desk.states(), desk.taken(slot)) == (303, ["declined"], (0, 0))
    assert "Sports day" in as_("cora").get(f"/bookings/{booking}").text


@pytest.mark.parametrize(("who", "name"), [("tess", "school"), ("tom", "school"), ("hana", "company")])
def test_each_side_cancels_in_its_own_name(desk: Desk, as_: Browser, who: str, name: str) -> None:
    booking = desk.book(desk.slot())
    assert send(as_(who), f"/bookings/{booking}/cancel", reason="").status_code == 422
    assert send(as_(who), f"/bookings/{booking}/cancel", reason="Flooded").status_code == 303
    assert (desk.read(booking).cancelled_by, desk.states()) == (name, ["cancelled"])


def test_staff_cancel_for_the_weather(desk: Desk, as_: Browser) -> None:
    booking = desk.book(desk.slot())
    send(as_("stan"), f"/bookings/{booking}/cancel", reason="Typhoon", cancelled_by="weather")
    assert "bad weather" in as_("tess").get(f"/bookings/{booking}").text


@pytest.mark.parametrize(("who", "awaiting"), [("tess", False), ("cora", True), ("stan", True)])
def test_what_waits_for_an_answer_is_declined_not_cancelled(
    desk: Desk, as_: Browser, who: str, awaiting: bool
) -> None:
    waits, stands = desk.awaiting(desk.slot()), desk.book(desk.slot(day=date(2027, 3, 5)))
    offered = [f"/bookings/{one}/cancel" in as_(who).get(f"/bookings/{one}").text for one in (waits, stands)]
    assert offered == [awaiting, True]


def test_a_teacher_always_cancels_as_the_school(desk: Desk, as_: Browser) -> None:
    booking = desk.book(desk.slot())
    send(as_("tess"), f"/bookings/{booking}/cancel", reason="Flooded", cancelled_by="company")
    assert desk.read(booking).cancelled_by == "school"


def test_another_schools_or_companys_booking_does_not_exist(desk: Desk, as_: Browser) -> None:
    booking = desk.awaiting(desk.slot())
    for who in ("theo", "cole"):
        browser = as_(who)
        answers = [
            browser.get(f"/bookings/{booking}{page}").status_code for page in ("", "/calendar.ics", "/cancel")
        ]
        answers.append(press(browser, f"/bookings/{booking}/cancel", reason="x").status_code)
        assert answers == [404] * 4
        assert f"/bookings/{booking}" not in browser.get("/bookings?view=awaiting").text
    assert press(as_("theo"), f"/bookings/{booking}/confirm").status_code == 404
    assert press(as_("cora"), f"/bookings/{booking}/confirm").status_code == 403
    assert desk.states() == ["awaiting"]


def test_the_lists(desk: Desk, as_: Browser) -> None:
    confirmed, awaiting = desk.book(desk.slot()), desk.awaiting(desk.slot(day=date(2027, 3, 5)))
    tess = as_("tess")
    shown = {
        view: [
            number
            for number in (confirmed, awaiting)
            if f'"/bookings/{number}"' in tess.get(f"/bookings?view={view}").text
        ]
        for view in ("", "upcoming", "awaiting", "past", "ended", "nonsense")
    }
    both = [confirmed, awaiting]
    assert shown == {
        "": both,
        "upcoming": both,
        "awaiting": [awaiting],
        "past": [],
        "ended": [],
        "nonsense": both,
    }


def test_the_calendar_entry(desk: Desk, as_: Browser) -> None:
    booking = desk.book(desk.slot())
    answer = as_("tess").get(f"/bookings/{booking}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    (event,) = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    row = desk.read(booking)
    assert event["uid"] == f"booking-{row.reference}@outreach"
    assert (event.start, event.end) == (row.starts_at, row.ends_at)


def test_the_calendar_entry_of_an_awaiting_booking_is_tentative(desk: Desk, as_: Browser) -> None:
    answer = as_("tess").get(f"/bookings/{desk.awaiting(desk.slot())}/calendar.ics")
    (event,) = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert (event["status"], event["attendee"].params["partstat"]) == ("TENTATIVE", "NEEDS-ACTION")


def test_who_waits_sees_it_and_can_leave(desk: Desk, as_: Browser) -> None:
    slot = desk.slot()
    desk.book(slot)
    theo = as_("theo")
    group = {"group_label": "S2A", "grade": "S2", "pupils": "30", "staff": "2"}
    for _ in range(2):
        assert send(theo, f"/slots/{slot}/wait", **group).status_code == 303
    assert "Waiting for a place" in theo.get("/bookings").text
    assert press(as_("tess"), "/waitlist/1/leave").status_code == 404
    assert press(theo, "/waitlist/1/leave").status_code == 303
    assert desk.entries() == ["left"]


def test_a_freed_place_waits_to_be_confirmed(desk: Desk, as_: Browser) -> None:
    slot = desk.slot()
    booking = desk.book(slot)
    desk.wait(slot)
    send(as_("tess"), f"/bookings/{booking}/cancel", reason="Sports day")
    assert (desk.states(), desk.entries()) == (["cancelled", "awaiting"], ["offered"])
    assert "Please answer by" in as_("theo").get("/bookings/2").text


def test_the_company_notes_who_came(desk: Desk, as_: Browser) -> None:
    booking = desk.book(desk.slot())
    assert press(as_("cora"), f"/bookings/{booking}/attendance", came="yes").status_code == 409
    with time_machine.travel(AFTER, tick=False):
        for who in ("cora", "tess"):
            browser = browser_of(desk.app, desk.stage.cast, who, AFTER)
            assert ("Did the group come" in browser.get(f"/bookings/{booking}").text) == (who == "cora")
    assert press(as_("tess"), f"/bookings/{booking}/attendance", came="yes").status_code == 403


CLOSED = {
    "cancelled": ({"state": SlotState.CANCELLED}, 410, "This session is cancelled."),
    "past": ({"day": date(2026, 11, 2)}, 410, "This session has begun already."),
    "no round": ({"day": date(2027, 7, 8)}, 409, "its round is not published"),
}


@pytest.mark.parametrize("page", ["book", "wait"])
@pytest.mark.parametrize("why", CLOSED)
def test_a_session_without_places_shows_why_and_no_form(
    desk: Desk, as_: Browser, why: str, page: str
) -> None:
    facts, status, words = CLOSED[why]
    slot, tess = desk.slot(**facts), as_("tess")
    for answer in (tess.get(f"/slots/{slot}/{page}"), press(tess, f"/slots/{slot}/{page}", **GROUP)):
        assert (answer.status_code, words in answer.text) == (status, True)
        assert ("group_label" in answer.text, faults_of(answer.text)) == (False, [])
        assert f'href="/offers/{desk.stage.offer}"' in answer.text.split("<main")[1]
    assert (desk.states(), desk.entries()) == ([], [])
