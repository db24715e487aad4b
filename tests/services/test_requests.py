"""Requests: written once, changed by one teacher at a time, refused by the name of the field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import OfferState, RequestState, Round, RoundState, User, VisitRequest, db
from outreach.services import requests
from outreach.services.request_facts import FreeTime, RequestFacts, RequestIncomplete, Wish, facts_of
from outreach.services.requests import edit_request, hand_in_request, withdraw_request, write_request
from outreach.services.suitability import GroupIncomplete, NotYourSchool
from outreach.services.transaction import ChangedMeanwhile, Refusal
from tests import build
from tests.booking_stage import change, read
from tests.build import NOW
from tests.cast import Cast

MORNINGS = tuple(FreeTime(day, time(8), time(12, 30)) for day in range(5))
FACTS = RequestFacts(
    group_label="P5A",
    pupils=32,
    staff=3,
    grade="P5",
    kinds=("field_visit",),
    languages=("yue", "en"),
    topics=("robotics",),
    free_times=MORNINGS,
    exceptions=(date(2027, 3, 4),),
    crew="Ms Chan",
    note="We came last year.",
)


@dataclass
class Desk:
    """A collecting round and the cast."""

    cast: Cast
    round_: int

    def user(self, name: str) -> User:
        db.session.rollback()
        return self.cast.user(name)

    def write(self, *, by: str = "tess", key: str = "abc", hand_in: bool = True, **changes: Any) -> int:
        return write_request(
            round_id=self.round_,
            school_id=self.cast.primary,
            facts=replace(FACTS, **changes),
            form_key=key,
            hand_in=hand_in,
            by=self.user(by),
            now=NOW,
        ).id

    def edit(
        self, number: int, seen: int, *, by: str = "tess", hand_in: bool = False, **changes: Any
    ) -> VisitRequest:
        return edit_request(
            request_id=number,
            seen_version=seen,
            facts=replace(FACTS, **changes),
            hand_in=hand_in,
            by=self.user(by),
            now=NOW,
        )


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Iterator[Desk]:
    with app.app_context():
        yield Desk(cast, build.round_().id)


def all_states() -> list[str]:
    db.session.rollback()
    return [state.value for state in db.session.scalars(select(VisitRequest.state).order_by(VisitRequest.id))]


def test_every_answer_is_kept(desk: Desk) -> None:
    offer = build.offer(desk.cast.company()).id
    wishes = (Wish("offer", offer), Wish("company", desk.cast.harbour))
    number = desk.write(wishes=wishes, group_label=" P5  A ")
    row = read(VisitRequest, number)
    assert facts_of(row) == replace(FACTS, wishes=wishes, group_label="P5 A")
    assert (row.state, row.submitted_at, row.created_by_id) == (
        RequestState.SUBMITTED,
        NOW,
        desk.cast.people["tess"],
    )


def test_a_double_click_writes_one_request(desk: Desk) -> None:
    assert desk.write() == desk.write()
    assert all_states() == ["submitted"]


def test_a_form_with_other_answers_is_refused(desk: Desk) -> None:
    desk.write()
    with pytest.raises(requests.FormUsed):
        desk.write(pupils=5)
    assert desk.write(by="tom") != desk.write()


def test_a_draft_may_lack_wishes_and_days_until_it_is_handed_in(desk: Desk) -> None:
    number = desk.write(hand_in=False, topics=(), free_times=())
    assert all_states() == ["draft"]
    with pytest.raises(RequestIncomplete) as caught:
        hand_in_request(request_id=number, by=desk.user("tess"), now=NOW)
    assert caught.value.field == "wishes"
    desk.edit(number, read(VisitRequest, number).version, hand_in=True)
    assert all_states() == ["submitted"]


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"group_label": " "}, GroupIncomplete, "group_label"),
        ({"pupils": 0}, GroupIncomplete, "pupils"),
        ({"staff": 101}, GroupIncomplete, "staff"),
        ({"grade": "S2"}, GroupIncomplete, "grade"),
        ({"languages": ("xx",)}, GroupIncomplete, "languages"),
        ({"crew": "x" * 61}, GroupIncomplete, "crew"),
        ({"kinds": ()}, RequestIncomplete, "kinds"),
        ({"topics": ("cooking",)}, RequestIncomplete, "topics"),
        ({"max_travel_minutes": 241}, RequestIncomplete, "max_travel_minutes"),
        ({"note": "x" * 2001}, RequestIncomplete, "note"),
        ({"topics": ()}, RequestIncomplete, "wishes"),
        ({"free_times": ()}, RequestIncomplete, "free_0"),
        ({"free_times": (FreeTime(2, time(9), time(9)),)}, RequestIncomplete, "free_2"),
        ({"wishes": (Wish("company", 99),)}, RequestIncomplete, "wishes"),
        ({"wishes": (Wish("company", 1), Wish("company", 1))}, RequestIncomplete, "wishes"),
        ({"wishes": tuple(Wish("company", n) for n in range(6))}, RequestIncomplete, "wishes"),
    ],
)
def test_what_is_wrong_is_named(
    desk: Desk, changes: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        desk.write(**changes)
    assert (caught.value.field, all_states()) == (field, [])


def test_only_a_posted_offer_can_be_wished_for(desk: Desk) -> None:
    offer = build.offer(desk.cast.company(), state=OfferState.WITHDRAWN).id
    with pytest.raises(RequestIncomplete) as caught:
        desk.write(wishes=(Wish("company", desk.cast.robo), Wish("offer", offer)))
    assert (caught.value.field, str(caught.value.words)) == (
        "wishes",
        "Remove wish 2: it is no longer offered.",
    )


def test_a_teacher_asks_for_their_own_school(desk: Desk) -> None:
    with pytest.raises(NotYourSchool):
        desk.write(by="theo")


@pytest.mark.parametrize("state", [state for state in RoundState if state is not RoundState.COLLECTING])
def test_only_a_collecting_round_takes_requests(desk: Desk, state: RoundState) -> None:
    number = desk.write(hand_in=False)
    change(Round, desk.round_, state=state)
    with pytest.raises(requests.RoundNotCollecting):
        desk.write(key="another")
    with pytest.raises(requests.RoundNotCollecting):
        desk.edit(number, 1, pupils=5)
    with pytest.raises(requests.RoundNotCollecting):
        hand_in_request(request_id=number, by=desk.user("tess"), now=NOW)
    assert all_states() == ["draft"]


def test_two_teachers_change_one_after_the_other(desk: Desk) -> None:
    number = desk.write()
    seen = read(VisitRequest, number).version
    assert desk.edit(number, seen, pupils=20).version == seen + 1
    with pytest.raises(ChangedMeanwhile):
        desk.edit(number, seen, by="tom", pupils=25)
    assert read(VisitRequest, number).pupils == 20


def test_a_change_of_the_lists_alone_moves_the_version(desk: Desk) -> None:
    number = desk.write()
    seen = read(VisitRequest, number).version
    desk.edit(number, seen, exceptions=())
    with pytest.raises(ChangedMeanwhile):
        desk.edit(number, seen, by="tom", exceptions=(date(2027, 3, 5),))


def test_the_same_change_sent_twice_is_harmless(desk: Desk) -> None:
    number = desk.write()
    seen = read(VisitRequest, number).version
    first = desk.edit(number, seen, pupils=20).version
    assert desk.edit(number, seen, pupils=20).version == first


def test_lists_are_replaced_in_any_order(desk: Desk) -> None:
    """Ranks and days are UNIQUE: swapping two wishes must not trip over itself."""
    wishes = (Wish("company", desk.cast.robo), Wish("company", desk.cast.harbour))
    number = desk.write(wishes=wishes)
    desk.edit(number, read(VisitRequest, number).version, wishes=wishes[::-1])
    assert facts_of(read(VisitRequest, number)) == replace(FACTS, wishes=wishes[::-1])


def test_what_is_handed_in_stays_complete(desk: Desk) -> None:
    number = desk.write()
    with pytest.raises(RequestIncomplete):
        desk.edit(number, read(VisitRequest, number).version, free_times=())


def test_handing_in_and_withdrawing_twice_are_harmless(desk: Desk) -> None:
    number = desk.write(hand_in=False)
    for _ in range(2):
        hand_in_request(request_id=number, by=desk.user("tess"), now=NOW)
    assert all_states() == ["submitted"]
    for _ in range(2):
        withdraw_request(request_id=number, by=desk.user("tom"), now=NOW)
    assert all_states() == ["withdrawn"]
    hand_in_request(request_id=number, by=desk.user("tess"), now=NOW)
    assert all_states() == ["submitted"]


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (RoundState.COLLECTING, True),
        (RoundState.CLOSED, True),
        (RoundState.REVIEW, True),
        (RoundState.PUBLISHED, False),
        (RoundState.RUNNING, False),
        (RoundState.ARCHIVED, False),
    ],
)
def test_withdrawing_is_possible_until_publication(desk: Desk, state: RoundState, possible: bool) -> None:
    number = desk.write()
    change(Round, desk.round_, state=state)
    if possible:
        withdraw_request(request_id=number, by=desk.user("tess"), now=NOW)
    else:
        with pytest.raises(requests.RequestWithdrawn):
            withdraw_request(request_id=number, by=desk.user("tess"), now=NOW)
    assert all_states() == ["withdrawn" if possible else "submitted"]
