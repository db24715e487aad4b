"""What the ledger counts: every fate of a place, which rounds, and that it tells what stood at a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.matching import fairness
from outreach.models import BookingState, RequestState, RoundState, VisitRequest, db
from outreach.queries import ledger
from outreach.queries.ledger import SchoolRound, counts_of, rounds_before
from outreach.queries.matching import ledger_before
from tests import build
from tests.build import NOW
from tests.ledger_stage import asked, booked, history, published
from tests.queries.test_host_lists import statements

ENDS = [
    ("awaiting", {}, "had"),
    ("confirmed", {}, "had"),
    ("attended", {}, "had"),
    ("no_show", {}, "had"),
    # The deadline lies 21 days before the visit.
    ("declined", {"notice": timedelta(days=22)}, "returned"),
    ("declined", {"notice": timedelta(days=20)}, "late"),
    ("lapsed", {}, "late"),
    ("lapsed", {"published": False}, "returned"),
    ("declined", {"notice": timedelta(days=1), "published": False}, "returned"),
    ("cancelled", {"by": "company"}, "called_off"),
    ("cancelled", {"by": "programme"}, "called_off"),
    ("cancelled", {"by": "weather", "notice": timedelta(hours=3)}, "called_off"),
    ("cancelled", {"by": "school", "notice": timedelta(days=14)}, "returned"),
    ("cancelled", {"by": "school", "notice": timedelta(days=13, hours=23)}, "late"),
    ("cancelled", {"by": "school", "notice": timedelta(days=1), "published": False}, "late"),
]


def counts(cast, moment=NOW):
    """The ledger as tuples by school: (round, asked, had, returned, late, called off)."""
    found = counts_of(rounds_before(moment=moment), moment=moment)
    return {number: [tuple(getattr(one, name) for name in SchoolRound.__slots__) for one in rows]
            for number, rows in found.items()}  # fmt: skip


@pytest.mark.parametrize(("state", "facts", "end"), ENDS)
def test_what_became_of_a_place(app, cast, state, facts, end):
    with app.app_context():
        round_ = published(cast, 1)
        booked(round_, cast, BookingState(state), **facts)
        ends = ("had", "returned", "late", "called_off")
        assert counts(cast) == {cast.primary: [(round_.id, 0, *(int(name == end) for name in ends))]}


@pytest.mark.parametrize("by", ["programme", "company", "weather"])
def test_who_was_given_another_place_has_lost_none(app, cast, by):
    with app.app_context():
        round_ = published(cast, 1)
        asked(round_, cast)
        request = db.session.scalars(select(VisitRequest.id)).one()
        lost = booked(round_, cast, BookingState.CANCELLED, by=by, visit_request_id=request)
        ended = lost.decided_at
        one_more = {"visit_request_id": request, "created_at": ended + timedelta(hours=2)}
        booked(round_, cast, **one_more)
        assert counts(cast) == {cast.primary: [(round_.id, 1, 1, 0, 0, 0)]}
        # Between the two it had none.
        assert counts(cast, ended + timedelta(hours=1)) == {cast.primary: [(round_.id, 1, 0, 0, 0, 1)]}
        # What came of it then is another matter, and so is a place that the school did not want.
        other = booked(round_, cast, BookingState.CANCELLED, by=by, notice=timedelta(days=5), **one_more)
        assert other.decided_at > ended
        assert counts(cast)[cast.primary] == [(round_.id, 1, 1, 0, 0, 1)]


@pytest.mark.parametrize(("state", "notice", "end"), [("declined", 22, "returned"), ("lapsed", 20, "late")])
def test_another_place_that_the_school_gives_back_takes_nothing_from_it(app, cast, state, notice, end):
    with app.app_context():
        round_ = published(cast, 1)
        asked(round_, cast)
        request = db.session.scalars(select(VisitRequest.id)).one()
        facts = {"visit_request_id": request}
        lost = booked(round_, cast, BookingState.CANCELLED, by="company", notice=timedelta(days=30), **facts)
        facts["created_at"] = lost.decided_at
        booked(round_, cast, BookingState(state), notice=timedelta(days=notice), **facts)
        ends = ("had", "returned", "late", "called_off")
        told = {"called_off": 1, end: 1}
        assert counts(cast) == {cast.primary: [(round_.id, 1, *(told.get(name, 0) for name in ends))]}


def test_the_balance_of_two_schools(app, cast):
    with app.app_context():
        last, before = history(cast)
        assert counts(cast) == {
            cast.primary: [(last.id, 2, 0, 0, 0, 0), (before.id, 3, 1, 0, 1, 1)],
            cast.secondary: [(last.id, 2, 2, 0, 0, 0)],
        }


def test_only_what_was_handed_in_counts_as_asked(app, cast):
    with app.app_context():
        round_ = published(cast, 1)
        for state in RequestState:
            asked(round_, cast, state=state)
        assert counts(cast) == {cast.primary: [(round_.id, 1, 0, 0, 0, 0)]}


def test_a_round_counts_from_its_publication_on(app, cast):
    with app.app_context():
        asked(build.round_(RoundState.REVIEW), cast)
        ahead = published(cast, 0, at=NOW + timedelta(hours=1), state=RoundState.PUBLISHED)
        asked(ahead, cast)
        assert counts(cast) == {}
        assert list(counts(cast, NOW + timedelta(hours=1))) == [cast.primary]


def test_what_happened_later_had_not_happened_yet(app, cast):
    with app.app_context():
        round_ = published(cast, 1)
        place = booked(round_, cast, BookingState.CANCELLED, by="company")
        decided, made = place.decided_at, place.created_at
        moments = (made - timedelta(minutes=1), decided - timedelta(minutes=1), decided)
        found = [counts(cast, moment).get(cast.primary) for moment in moments]
        assert found == [None, [(round_.id, 0, 1, 0, 0, 0)], [(round_.id, 0, 0, 0, 0, 1)]]


def test_the_last_six_rounds_count_as_in_the_rule(app, cast):
    assert ledger.ROUNDS_BACK == fairness.ROUNDS
    with app.app_context():
        for number in range(8, 0, -1):
            asked(published(cast, number), cast)
        names = [round_.name_en for round_ in rounds_before(moment=NOW)]
        assert names == [f"Round {number}" for number in range(1, 7)]
        third = rounds_before(moment=NOW)[2]
        assert rounds_before(moment=NOW, first_day=third.first_day)[0].name_en == "Round 4"
        assert len(counts(cast)[cast.primary]) == 6


def test_a_round_reads_the_ledger_as_it_stood_when_its_requests_closed(app, cast):
    """Whatever is cancelled between its runs, and before it is published, every run of a round weighs alike."""
    with app.app_context():
        earlier = published(cast, 1)
        place = booked(earlier, cast, BookingState.CANCELLED, notice=timedelta(days=2))
        closes_on = place.decided_at.date() - timedelta(days=1)
        round_ = build.round_(closes_on=closes_on)
        (told,) = ledger_before(round_, now=NOW)[cast.primary]
        assert (told.had, told.called_off) == (1, 0)
        round_.closes_on += timedelta(days=2)
        (told,) = ledger_before(round_, now=NOW)[cast.primary]
        assert (told.had, told.called_off) == (0, 1)
        db.session.rollback()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_statements_do_not_grow_with_the_schools(app, cast):
    with app.app_context():
        asked(published(cast, 1), cast)
        with statements() as few:
            counts(cast)
        for number in (2, 3):
            asked(published(cast, number), cast, "secondary", times=2)
            booked(published(cast, number + 2), cast, school="secondary")
        with statements() as many:
            counts(cast)
        asked_for = [[said for said in each if said.startswith("SELECT")] for each in (few, many)]
        assert list(map(len, asked_for)) == [4, 4]
