"""Dates as coordinators add and cancel them: one slot, a series with its preview, cancelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from outreach.models import Offer, Slot, SlotState, db
from tests import build
from tests.booking_stage import make_stage, read, states
from tests.cast import Cast
from tests.forms import Fields, press, send
from tests.html import faults_of
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]

ONE = {"day": "2027-03-09", "start_time": "10:00", "end_time": "12:00"}
FRIDAYS = {
    "first_day": "2027-03-12",
    "last_day": "2027-04-02",
    "weekdays": ["4"],
    "start_time": "10:00",
    "end_time": "12:00",
}


@pytest.fixture
def offer(app: Flask, cast: Cast) -> int:
    """A posted visit of Robo Works."""
    with app.app_context():
        number: int = build.offer(cast.company(), min_pupils=10, max_groups=2).id
        return number


def days(app: Flask) -> list[str]:
    """The open slots in order."""
    with app.app_context():
        rows = db.session.query(Slot).filter_by(state=SlotState.OPEN).order_by(Slot.day)
        return [slot.day.isoformat() for slot in rows]


def confirmed(browser: FlaskClient, preview: TestResponse, url: str, **changes: Any) -> TestResponse:
    """Send the form of a preview, as a browser would."""
    values = Fields(preview.text).values
    for name, value in changes.items():
        values.setlist(name, value)
    return browser.post(url, data=values)


def test_adding_one_slot(app: Flask, as_: As, offer: int) -> None:
    url = f"/offers/{offer}/slots"
    answer = send(as_("cora"), f"{url}/new", **ONE, max_pupils="24")
    assert (answer.status_code, answer.location) == (303, url)
    with app.app_context():
        slot = db.session.query(Slot).one()
        assert (slot.day, slot.min_pupils, slot.max_pupils, slot.max_groups) == (date(2027, 3, 9), 10, 24, 2)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"day": "2026-11-01"}, 409, "This time has passed"),
        ({"day": "soon"}, 422, "There is a problem"),
        ({"end_time": "09:00"}, 409, "It ends before it starts"),
        ({"start_time": ""}, 422, "Fill in “From”"),
        ({"max_pupils": "5"}, 409, "smallest number of pupils is larger"),
    ],
)
def test_a_slot_that_does_not_hold(
    app: Flask, as_: As, offer: int, changes: dict[str, str], status: int, words: str
) -> None:
    answer = send(as_("cora"), f"/offers/{offer}/slots/new", **{**ONE, **changes})
    assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (status, True, [])
    assert days(app) == []


def test_the_same_slot_twice_is_one(app: Flask, as_: As, offer: int) -> None:
    answers = [send(as_("cora"), f"/offers/{offer}/slots/new", **ONE).status_code for _ in range(2)]
    assert (answers, days(app)) == ([303, 409], ["2027-03-09"])


def test_a_slot_on_a_public_holiday_is_added_with_a_word_of_warning(app: Flask, as_: As, offer: int) -> None:
    cora = as_("cora")
    answer = send(cora, f"/offers/{offer}/slots/new", **{**ONE, "day": "2027-03-26"})
    assert "26 March 2027 (Friday) is a public holiday: Good Friday." in cora.get(answer.location).text
    assert days(app) == ["2027-03-26"]


def test_the_preview_lists_every_date_and_why_some_are_left_out(app: Flask, as_: As, offer: int) -> None:
    with app.app_context():
        build.slot(db.session.get_one(Offer, offer), date(2027, 3, 19))
    preview = send(as_("cora"), f"/offers/{offer}/slots/series", **FRIDAYS)
    assert (preview.status_code, faults_of(preview.text)) == (200, [])
    assert Fields(preview.text).values.getlist("days") == ["2027-03-12", "2027-04-02"]
    assert preview.text.count("disabled") == 2
    assert "public holiday: Good Friday" in preview.text
    assert "there already: 10:00 am to 12:00 pm" in preview.text
    # Nothing is made by looking.
    assert days(app) == ["2027-03-19"]


def test_the_preview_names_holidays_in_the_readers_language(as_: As, offer: int) -> None:
    cora = as_("cora")
    press(cora, "/language", language="zh_Hant_HK")
    preview = send(cora, f"/offers/{offer}/slots/series", **FRIDAYS).text
    assert ("耶穌受難節" in preview, simplified_in(preview), faults_of(preview)) == (True, [], [])


def test_confirming_makes_the_ticked_dates_once(app: Flask, as_: As, offer: int) -> None:
    cora, url = as_("cora"), f"/offers/{offer}/slots/series"
    preview = send(cora, url, **FRIDAYS, max_groups="1")
    ticked = ["2027-03-12", "2027-03-26", "2027-04-02", "never"]
    answers = [confirmed(cora, preview, f"{url}/add", days=ticked) for _ in range(2)]
    assert [answer.location for answer in answers] == [f"/offers/{offer}/slots"] * 2
    assert days(app) == ["2027-03-12", "2027-04-02"]
    words = re.findall(r"\d slots? (?:is|are) added", cora.get(answers[0].location).text)
    assert words == ["2 slots are added", "0 slots are added"]
    with app.app_context():
        assert {slot.max_groups for slot in db.session.query(Slot)} == {1}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"weekdays": None}, 422, "Choose at least one day of the week"),
        ({"last_day": "2027-03-01"}, 409, "The last day lies before the first one"),
        ({"first_day": "2026-11-01"}, 409, "The first day has passed"),
        ({"last_day": "2062-04-02"}, 409, "A series lasts a year at most"),
        ({"weekdays": ["6"]}, 422, "There is a problem"),
    ],
)
def test_a_series_that_does_not_hold(
    app: Flask, as_: As, offer: int, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = send(as_("cora"), f"/offers/{offer}/slots/series", **{**FRIDAYS, **changes})
    assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (status, True, [])
    assert days(app) == []


def test_the_list_shows_what_is_taken_and_what_can_be_cancelled(app: Flask, as_: As, offer: int) -> None:
    with app.app_context():
        row = db.session.get_one(Offer, offer)
        coming = build.slot(row, pupils_taken=30, groups_taken=1).id
        build.slot(row, date(2026, 11, 2))
        build.slot(row, date(2027, 3, 5), state=SlotState.CANCELLED, cancel_reason="The room is flooded")
    page = as_("cora").get(f"/offers/{offer}/slots").text
    assert re.findall(r'href="(/slots/\d+/cancel)"', page) == [f"/slots/{coming}/cancel"]
    assert ("30 of 40" in page, "The room is flooded" in page, "Over" in page) == (True, True, True)
    assert faults_of(page) == []


def test_cancelling_says_what_ends_with_the_slot_and_wants_a_reason(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        stage = make_stage(cast)
        slot = stage.slot()
        stage.book(slot)
    cora, url = as_("cora"), f"/slots/{slot}/cancel"
    page = cora.get(url).text
    assert ("1 booking ends with this slot" in page, faults_of(page)) == (True, [])
    assert send(cora, url, reason=" ").status_code == 422
    assert send(cora, url, reason="The room is flooded").location == f"/offers/{stage.offer}/slots"
    with app.app_context():
        assert (read(Slot, slot).cancel_reason, states()) == ("The room is flooded", ["cancelled"])
    again = press(cora, url, reason="Again")
    assert (again.status_code, "cancelled already" in again.text) == (409, True)


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403), ("cole", 403), ("hana", 200)])
def test_a_slot_is_cancelled_by_its_own_side_only(
    app: Flask, as_: As, offer: int, name: str, status: int
) -> None:
    with app.app_context():
        slot = build.slot(db.session.get_one(Offer, offer)).id
    assert as_(name).get(f"/slots/{slot}/cancel").status_code == status


def limits(app: Flask, slot: int) -> tuple[int, int, int]:
    """What a slot takes."""
    with app.app_context():
        row = read(Slot, slot)
        return row.min_pupils, row.max_pupils, row.max_groups


def test_limits_are_changed_and_who_waits_is_offered_the_room(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        stage = make_stage(cast)
        slot = stage.slot(max_pupils=30, max_groups=1)
        stage.book(slot)
        stage.wait(slot, pupils=20, by="tom", school="primary", label="P5B")
    cora, url = as_("cora"), f"/slots/{slot}/edit"
    page = cora.get(url).text
    assert ("30 pupils in 1 group" in page, faults_of(page)) == (True, [])
    assert f'href="{url}"' in cora.get(f"/offers/{stage.offer}/slots").text
    answer = send(cora, url, max_pupils="", max_groups="2")
    assert (answer.status_code, answer.location) == (303, f"/offers/{stage.offer}/slots")
    # 40 is the offer's: 30 and 20 are more.
    assert (limits(app, slot), "waiting group" in cora.get(answer.location).text) == ((0, 40, 2), False)
    answer = send(cora, url, max_pupils="50")
    assert "1 waiting group is offered a place." in cora.get(answer.location).text
    with app.app_context():
        assert states() == ["confirmed", "awaiting"]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"max_pupils": "29"}, 409, "30 pupils are booked already; the slot cannot take fewer."),
        ({"min_pupils": "31"}, 409, "30 pupils are booked; a higher minimum would shut them out."),
        ({"min_pupils": "60"}, 409, "smallest number of pupils is larger"),
        ({"max_groups": "0"}, 422, "Enter a number from 1 to 50"),
        ({"version": "77"}, 409, "Somebody changed this in the meantime"),
        ({"version": "x"}, 409, "Somebody changed this in the meantime"),
    ],
)
def test_limits_that_no_longer_fit(
    app: Flask, as_: As, cast: Cast, changes: dict[str, str], status: int, words: str
) -> None:
    with app.app_context():
        stage = make_stage(cast)
        slot = stage.slot()
        stage.book(slot)
    answer = send(as_("cora"), f"/slots/{slot}/edit", **changes)
    assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (status, True, [])
    assert limits(app, slot) == (0, 40, 3)


def test_a_slot_that_is_over_has_no_form(app: Flask, as_: As, offer: int) -> None:
    with app.app_context():
        row = db.session.get_one(Offer, offer)
        past, gone = build.slot(row, date(2026, 11, 2)).id, build.slot(row, state=SlotState.CANCELLED).id
    for slot in (past, gone):
        page = as_("cora").get(f"/slots/{slot}/edit").text
        assert ("begun or is cancelled" in page, "max_pupils" in page, faults_of(page)) == (True, False, [])
        assert press(as_("cora"), f"/slots/{slot}/edit", version="1").status_code == 409
