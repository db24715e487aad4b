"""Requests in a browser: written, changed, handed in, withdrawn, and seen by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.models import Membership, RequestState, Role, Round, RoundState, VisitRequest, db
from outreach.services.request_facts import facts_of
from tests import build
from tests.booking_stage import change
from tests.cast import Cast
from tests.forms import Fields, press, send
from tests.html import faults_of

Browser = Callable[[str], FlaskClient]
ANSWERS = {"group_label": "P5A", "grade": "P5", "pupils": "32", "staff": "3", "topics": ["robotics"]}


@dataclass
class Desk:
    """A collecting round. No context stays open: a browser's requests must begin with nothing."""

    app: Flask
    cast: Cast
    round_: int

    def one(self, by: str = "tess", school: str = "primary", wishes: bool = False, **facts: Any) -> int:
        """A request in the database; `wishes` for Harbour Data and a new offer."""
        with self.app.app_context():
            wished = [self.cast.company("harbour"), build.offer(self.cast.company())] if wishes else None
            round_ = db.session.get_one(Round, self.round_)
            return build.visit_request(
                round_, self.cast.school(school), self.cast.user(by), wished, **facts
            ).id

    def offer(self) -> int:
        """A posted offer of Robo Works."""
        with self.app.app_context():
            return build.offer(self.cast.company()).id

    def all(self) -> list[VisitRequest]:
        """Every request, the oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(select(VisitRequest).order_by(VisitRequest.id)).unique())

    def read(self, number: int) -> VisitRequest:
        """One request as it is now."""
        with self.app.app_context():
            return db.session.get_one(VisitRequest, number)

    def move_round(self, state: RoundState) -> None:
        """Put the round into another state."""
        with self.app.app_context():
            change(Round, self.round_, state=state)


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Desk:
    with app.app_context():
        round_ = build.round_().id
    return Desk(app, cast, round_)


def test_a_request_takes_one_page(desk: Desk, as_: Browser) -> None:
    offer = desk.offer()
    sent = send(
        as_("tess"),
        f"/requests/new?offer={offer}",
        **ANSWERS,
        free_1=None,
        exceptions="2027-03-04\n5/3/2027",
        wishes=[f"offer-{offer}", f"company-{desk.cast.robo}"],
        crew="Ms Chan",
    )
    (asked,) = desk.all()
    assert (sent.status_code, sent.location) == (303, f"/requests/{asked.id}")
    facts = facts_of(asked)
    assert (asked.state, facts.group_label, facts.pupils, facts.crew) == (
        RequestState.SUBMITTED,
        "P5A",
        32,
        "Ms Chan",
    )
    assert [(wish.kind, wish.number) for wish in facts.wishes] == [
        ("offer", offer),
        ("company", desk.cast.robo),
    ]
    assert [free.weekday for free in facts.free_times] == [0, 2, 3, 4]
    assert [day.isoformat() for day in facts.exceptions] == ["2027-03-04", "2027-03-05"]


def test_a_draft_is_kept_and_handed_in_later(desk: Desk, as_: Browser) -> None:
    tess = as_("tess")
    send(tess, "/requests/new", **ANSWERS, draft="1")
    (asked,) = desk.all()
    assert asked.state is RequestState.DRAFT
    page = tess.get(f"/requests/{asked.id}")
    assert "This is a draft" in page.text
    for _ in range(2):
        assert press(tess, f"/requests/{asked.id}/hand-in").status_code == 303
    assert [row.state for row in desk.all()] == [RequestState.SUBMITTED]


def test_the_same_form_sent_twice_is_one_request(desk: Desk, as_: Browser) -> None:
    tess = as_("tess")
    values = Fields(tess.get("/requests/new").text).values
    for name, value in ANSWERS.items():
        values.setlist(name, value if isinstance(value, list) else [value])
    answers = [tess.post("/requests/new", data=values) for _ in range(2)]
    (asked,) = desk.all()
    assert [answer.location for answer in answers] == [f"/requests/{asked.id}"] * 2


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"group_label": ""}, 422, "Name the group"),
        ({"pupils": "0"}, 409, "from 1 to 1000"),
        ({"pupils": "many"}, 422, "Enter a whole number under “Pupils”, for example 30."),
        ({"languages": None}, 422, "Choose a language"),
        ({"kinds": None}, 422, "Choose a field visit"),
        ({"topics": None}, 409, "Make a wish"),
        ({"from_2": "", "free_2": "y"}, 422, "Give the times of Wednesday."),
        ({"from_2": "17:00"}, 409, "The end must be later"),
        (
            {"exceptions": "2027-03-04\ntomorrow"},
            422,
            "Under “Days on which the group cannot come”, “tomorrow” is no date: write 2027-03-04 or 4/3/2027.",
        ),
        ({"wishes": ["offer-99"]}, 409, "Remove wish 1: it is no longer offered"),
        ({"wishes": ["offer-x"]}, 422, "Choose your wishes from the offers that the search finds"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(
    desk: Desk, as_: Browser, changes: dict[str, str | None], status: int, words: str
) -> None:
    answer = send(as_("tess"), "/requests/new", **{**ANSWERS, **changes})
    assert (answer.status_code, words in answer.text, desk.all()) == (status, True, [])


def test_a_change_shows_what_was_asked_and_keeps_it(desk: Desk, as_: Browser) -> None:
    number = desk.one(wishes=True)
    before = facts_of(desk.read(number))
    assert send(as_("tom"), f"/requests/{number}/edit").status_code == 303
    assert facts_of(desk.read(number)) == before
    send(as_("tom"), f"/requests/{number}/edit", pupils="25")
    assert desk.read(number).pupils == 25


def test_the_second_of_two_teachers_is_told(desk: Desk, as_: Browser) -> None:
    number = desk.one()
    tess, tom = as_("tess"), as_("tom")
    values = Fields(tom.get(f"/requests/{number}/edit").text).values
    send(tess, f"/requests/{number}/edit", pupils="20")
    values["pupils"] = "25"
    answer = tom.post(f"/requests/{number}/edit", data=values)
    assert answer.status_code == 409
    assert desk.read(number).pupils == 20


def test_a_closed_round_takes_no_changes(desk: Desk, as_: Browser) -> None:
    number = desk.one()
    desk.move_round(RoundState.CLOSED)
    assert send(as_("tess"), f"/requests/{number}/edit", pupils="20").status_code == 409
    assert "No round is open" in as_("tess").get("/requests/new").text
    assert press(as_("tess"), f"/requests/{number}/withdraw").status_code == 303
    assert desk.read(number).state is RequestState.WITHDRAWN


def test_a_teacher_of_two_schools_chooses(desk: Desk, as_: Browser) -> None:
    with desk.app.app_context():
        build.kept(
            Membership(user_id=desk.cast.people["tess"], role=Role.TEACHER, school_id=desk.cast.secondary)
        )
    tess = as_("tess")
    assert tess.get("/requests/new").text.count("Secondary 2") == 1
    send(tess, "/requests/new", **{**ANSWERS, "school_id": str(desk.cast.secondary), "grade": "S2"})
    assert [row.school_id for row in desk.all()] == [desk.cast.secondary]
    wrong = send(tess, "/requests/new", **{**ANSWERS, "school_id": str(desk.cast.secondary)})
    assert "a grade that your school teaches" in wrong.text


def test_another_schools_request_does_not_exist(desk: Desk, as_: Browser) -> None:
    number = desk.one("theo", "secondary")
    tess = as_("tess")
    answers = [
        tess.get(f"/requests/{number}").status_code,
        tess.get(f"/requests/{number}/edit").status_code,
        press(tess, f"/requests/{number}/withdraw").status_code,
        press(tess, f"/requests/{number}/hand-in").status_code,
    ]
    assert answers == [404] * 4
    assert f"/requests/{number}" not in tess.get("/requests").text
    assert f"/requests/{number}" in as_("stan").get("/requests").text


def test_the_list_can_be_narrowed(desk: Desk, as_: Browser) -> None:
    handed_in, draft = desk.one(), desk.one(state=RequestState.DRAFT)
    page = as_("tess").get("/requests?state=draft").text
    assert (f'"/requests/{draft}"' in page, f'"/requests/{handed_in}"' in page) == (True, False)
    for words, there in (("tai wai", True), ("河畔", True), ("aberdeen", False)):
        found = as_("stan").get("/requests", query_string={"q": words}).text
        assert ((words, f'"/requests/{draft}"' in found), faults_of(found)) == ((words, there), [])
    for address in ("/requests?round=abc&state=abc&page=abc", f"/requests?round={desk.round_}"):
        assert as_("tess").get(address).status_code == 200


@pytest.mark.parametrize("state", [RoundState.PUBLISHED, RoundState.RUNNING, RoundState.ARCHIVED])
def test_who_was_not_placed_is_told_in_plain_words(desk: Desk, as_: Browser, state: RoundState) -> None:
    number = desk.one()
    assert "Your request is in" in as_("tess").get(f"/requests/{number}").text
    desk.move_round(state)
    page = as_("tess").get(f"/requests/{number}").text
    assert "Not placed this time" in page
    assert "No place could be found for this group this time. We are sorry.</p>" in page
    # Whether there are free places, and why there was none, nobody looked up.
    assert ("more requests than places" in page, "still free" in page) == (False, False)
    assert 'href="/offers?free_only=1">Look for free places</a>' in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            RoundState.COLLECTING,
            "The request is withdrawn. You can hand it in again while the round is open.",
        ),
        (RoundState.CLOSED, "The request is withdrawn."),
        (RoundState.REVIEW, "The request is withdrawn."),
    ],
)
def test_withdrawing_promises_only_what_can_be_done(
    desk: Desk, as_: Browser, state: RoundState, words: str
) -> None:
    number = desk.one()
    desk.move_round(state)
    tess = as_("tess")
    answer = press(tess, f"/requests/{number}/withdraw")
    assert (answer.status_code, desk.read(number).state) == (303, RequestState.WITHDRAWN)
    page = tess.get(f"/requests/{number}").text
    assert (words in page, "hand it in again" in page) == (True, state is RoundState.COLLECTING)


def test_few_adults_are_a_warning_and_no_more(desk: Desk, as_: Browser) -> None:
    few, enough = desk.one(pupils=31, staff=2), desk.one(pupils=30, staff=2)
    pages = [as_("tess").get(f"/requests/{number}").text for number in (few, enough)]
    assert ["at least 3 adults" in pages[0], "Few accompanying" in pages[1]] == [True, False]


def test_what_fits_is_said_while_typing_and_afterwards(desk: Desk, as_: Browser) -> None:
    with desk.app.app_context():
        offer = build.offer(desk.cast.company())
        build.slot(offer, date(2027, 3, 2))
        build.slot(offer, date(2027, 3, 4))
    tess = as_("tess")
    values = Fields(tess.get("/requests/new").text).values
    for name, value in {**ANSWERS, "max_travel_minutes": "60"}.items():
        values.setlist(name, value if isinstance(value, list) else [value])
    assert "2 dates fit this request" in tess.post("/requests/fit", data=values).text
    values.poplist("free_3")
    answer = tess.post("/requests/fit", data=values).text
    assert "1 date fits this request" in answer
    assert "The free times limit it most: with every school day, 2 would fit." in answer
    tess.post("/requests/new", data=values)
    assert "1 date fits this request" in tess.get("/requests/1").text
    values["pupils"] = "many"
    assert tess.post("/requests/fit", data=values).text.strip() == ""


def test_a_chinese_page_sets_a_wish_in_chinese_brackets(desk: Desk, as_: Browser) -> None:
    number, tess = desk.one(wishes=True), as_("tess")
    press(tess, "/language", language="zh_Hant_HK")
    page = tess.get(f"/requests/{number}").text
    wishes = [re.sub(r"<[^>]*>", "", one).split() for one in re.findall(r"<li>(.*?)</li>", page, re.DOTALL)]
    assert ["海港數據的任何活動"] in wishes
    assert any("（機械工房）" in "".join(words) for words in wishes), wishes
    assert faults_of(page) == []
