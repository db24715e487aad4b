"""Teams and their windows as coordinators keep them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Offer, OfferKind, Team, TeamOffer, TeamWindow, db
from tests import build
from tests.cast import Cast
from tests.forms import Fields, press, send
from tests.html import faults_of

As = Callable[[str], FlaskClient]


@pytest.fixture
def lesson(app: Flask, cast: Cast) -> int:
    """A coding session of Robo Works."""
    with app.app_context():
        offer = build.offer(
            cast.company(), OfferKind.CODING_SESSION, longitude=None, latitude=None, district=None
        )
        number: int = offer.id
        return number


@pytest.fixture
def team(app: Flask, cast: Cast, lesson: int) -> int:
    """A team that gives it, free on one Tuesday."""
    with app.app_context():
        offer = db.session.get_one(Offer, lesson)
        number: int = build.team(cast.company(), [offer], [date(2027, 3, 9)]).id
        return number


def windows(app: Flask) -> list[str]:
    """The days of all windows."""
    with app.app_context():
        return [row.day.isoformat() for row in db.session.query(TeamWindow).order_by(TeamWindow.day)]


def facts(lesson: int) -> dict[str, Any]:
    """A team as it is typed."""
    return {"name_en": "Road crew", "offer_ids": [str(lesson)], "place": "cyberport"}


def test_entering_and_changing_a_team(app: Flask, as_: As, cast: Cast, lesson: int) -> None:
    cora = as_("cora")
    answer = send(cora, f"/companies/{cast.robo}/teams/new", **facts(lesson))
    assert answer.status_code == 303
    page = cora.get(answer.location).text
    assert ("Road crew" in page, "No free days yet" in page, faults_of(page)) == (True, True, [])
    assert send(cora, f"{answer.location}/edit", name_zh="路隊", max_sessions_per_day="3").status_code == 303
    with app.app_context():
        team = db.session.query(Team).one()
        assert (team.name_en, team.name_zh, team.district, team.max_sessions_per_day) == (
            "Road crew",
            "路隊",
            "D",
            3,
        )
        assert (team.longitude, team.latitude) == (114.13, 22.261)
        assert [row.offer_id for row in db.session.query(TeamOffer)] == [lesson]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name_en": ""}, 422, "Give the team a name"),
        ({"offer_ids": None}, 422, "Choose at least one offer"),
        ({"offer_ids": ["999"]}, 422, "There is a problem"),
        ({"place": ""}, 409, "choose a place near by"),
        ({"max_sessions_per_day": "11"}, 422, "Enter a number from 1 to 10"),
    ],
)
def test_a_team_that_does_not_hold(
    app: Flask, as_: As, cast: Cast, lesson: int, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = send(as_("cora"), f"/companies/{cast.robo}/teams/new", **{**facts(lesson), **changes})
    assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (status, True, [])
    with app.app_context():
        assert db.session.query(Team).count() == 0


def test_a_company_without_offers_is_told_to_write_one_first(as_: As, cast: Cast) -> None:
    page = as_("cole").get(f"/companies/{cast.harbour}/teams/new").text
    assert ("First write an offer" in page, faults_of(page)) == (True, [])


def test_teams_are_listed_by_company_with_their_next_day(as_: As, team: int) -> None:
    for name, seen in (("cora", True), ("hana", True), ("stan", True), ("cole", False)):
        page = as_(name).get("/teams").text
        assert (name, f"/teams/{team}" in page, "9 March 2027" in page) == (name, seen, seen)
        assert faults_of(page) == []


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403), ("cole", 404), ("hana", 200)])
def test_another_company_knows_nothing_of_a_team(as_: As, team: int, name: str, status: int) -> None:
    answers = [as_(name).get(f"/teams/{team}{path}").status_code for path in ("", "/edit", "/windows/weekly")]
    assert answers == [status] * 3


def test_a_team_rests_and_is_planned_again(app: Flask, as_: As, team: int) -> None:
    cora, url = as_("cora"), f"/teams/{team}"
    seen = []
    for deed in ("rest", "resume"):
        assert press(cora, f"{url}/{deed}").location == url
        with app.app_context():
            seen.append(db.session.get_one(Team, team).active)
    assert seen == [False, True]


def test_one_day_is_added_and_removed(app: Flask, as_: As, team: int) -> None:
    cora, url = as_("cora"), f"/teams/{team}"
    day = {"day": "2027-03-10", "start_time": "09:00", "end_time": "12:00"}
    assert [send(cora, f"{url}/windows/new", **day).status_code for _ in range(2)] == [303, 409]
    assert windows(app) == ["2027-03-09", "2027-03-10"]
    page = cora.get(url).text
    buttons = re.findall(rf'action="({url}/windows/\d+/remove)"', page)
    assert (len(buttons), faults_of(page)) == (2, [])
    assert press(cora, buttons[1]).location == url
    assert windows(app) == ["2027-03-09"]


def test_a_window_of_another_team_is_not_removed(app: Flask, as_: As, cast: Cast, team: int) -> None:
    with app.app_context():
        other = build.team(cast.company("harbour"), [], [date(2027, 3, 11)])
        window = db.session.query(TeamWindow).filter_by(team_id=other.id).one().id
    press(as_("cora"), f"/teams/{team}/windows/{window}/remove")
    assert windows(app) == ["2027-03-09", "2027-03-11"]


def test_weekly_windows_are_shown_first_and_made_once(app: Flask, as_: As, team: int) -> None:
    cora, url = as_("cora"), f"/teams/{team}/windows/weekly"
    rule = {
        "first_day": "2027-03-22",
        "last_day": "2027-04-06",
        "weekdays": ["1", "4"],
        "start_time": "09:00",
        "end_time": "16:00",
    }
    preview = send(cora, url, **rule)
    assert (preview.status_code, faults_of(preview.text), windows(app)) == (200, [], ["2027-03-09"])
    values = Fields(preview.text).values
    # The 26th is Good Friday.
    free = ["2027-03-23", "2027-03-30", "2027-04-02", "2027-04-06"]
    assert values.getlist("days") == free
    values.setlist("days", free[:3])
    assert [cora.post(f"{url}/add", data=values).status_code for _ in range(2)] == [303, 303]
    assert windows(app) == ["2027-03-09", *free[:3]]
