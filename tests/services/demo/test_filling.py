"""The demonstration in the database: last term lived through, this term ready to be solved, and nothing by halves."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from outreach.models import (
    Booking,
    BookingState,
    OutboxMessage,
    OutboxState,
    Proposal,
    Publication,
    Reason,
    Reminder,
    ReminderState,
    RequestState,
    Round,
    RoundState,
    RunState,
    Slot,
    SlotState,
    Study,
    StudyKind,
    User,
    VisitRequest,
    db,
)
from outreach.queries.matching import matching_rows
from outreach.queries.reasons import left_out_by
from outreach.services.bridge import problem_of
from outreach.services.demo.city import Size, plan_city
from outreach.services.demo.filling import Effort, Filled, NotEmpty, fill, is_empty
from outreach.services.demo.schools import school_file_of
from outreach.worker.solving import solve_next, study_next
from tests.cast import Cast

CITY = plan_city(Size(18, 6, 3), today=date(2026, 11, 22))
PASSWORD = "a password for this test"


def fill_with(solve) -> Filled:
    return fill(
        CITY,
        file=school_file_of(CITY.schools),
        password=PASSWORD,
        effort=Effort(seconds=5, workers=1),
        solve=solve,
        study=really_study,
        tell=lambda words: None,
    )


def really_solve(now: datetime) -> None:
    solve_next(clock=lambda: now, ending=lambda: False)


def really_study(now: datetime) -> None:
    study_next(clock=lambda: now, ending=lambda: False)


def by_state(table: type, *where) -> dict:
    found = select(table.state, func.count()).where(*where).group_by(table.state)
    return dict(db.session.execute(found).all())


@pytest.mark.slow
def test_the_whole_demonstration(app: Flask) -> None:
    with app.app_context():
        filled = fill_with(really_solve)
        last, this = db.session.scalars(select(Round).order_by(Round.first_day)).all()
        assert (last.state, this.state) == (RoundState.RUNNING, RoundState.CLOSED)
        assert (filled.last_round, filled.this_round) == (last.name_en, this.name_en)
        assert (filled.asked, filled.waiting) == (len(CITY.last_term.requests), len(CITY.this_term.requests))
        last_term_is_over(last, filled)
        letters_are_settled()
        this_term_waits(this)


def last_term_is_over(last: Round, filled: Filled) -> None:
    published, *repairs = db.session.scalars(select(Publication).order_by(Publication.number))
    # The firm that called off has its groups looked after: what was found was carried out.
    called_off = db.session.scalars(select(Study).where(Study.kind == StudyKind.REPAIR)).all()
    assert {study.state for study in called_off} == {RunState.DONE}
    assert [one.study_id for one in repairs] == [study.id for study in called_off]
    proposal = db.session.get_one(Proposal, published.proposal_id)
    placed = {goal["name"]: goal["value"] for goal in proposal.objectives}["groups"]
    assert filled.placed == placed > 0
    # Everybody without a place can read why.
    told = set(db.session.scalars(select(Reason.visit_request_id)))
    assert told == set(left_out_by(proposal))
    assert len(told) == len(CITY.last_term.requests) - placed
    states = by_state(Booking)
    assert set(states) & {BookingState.AWAITING, BookingState.CONFIRMED} == set()
    assert states[BookingState.ATTENDED] > placed / 2
    assert sum(states.values()) >= placed
    assert set(db.session.scalars(select(Booking.round_id))) == {last.id}
    assert db.session.scalar(select(func.max(Booking.day))) <= last.last_day < date(2026, 11, 13)


def letters_are_settled() -> None:
    assert set(by_state(OutboxMessage)) <= {OutboxState.SENT, OutboxState.DROPPED}
    assert ReminderState.PLANNED not in by_state(Reminder)
    sent = Counter(
        db.session.scalars(select(OutboxMessage.template).where(OutboxMessage.state == OutboxState.SENT))
    )
    # Whoever had a password before the postman came gets no key to choose one.
    opened = User.password_hash.is_not(None)
    assert sent["invitation"] == db.session.scalar(select(func.count()).select_from(User).where(~opened))
    assert sent["not_placed"] == len(CITY.last_term.requests) - sent["booking_awaiting"]
    assert sent["reminder_morning"] >= by_state(Booking)[BookingState.ATTENDED]
    assert set(db.session.scalars(select(OutboxMessage.subject))) != {""}


def this_term_waits(this: Round) -> None:
    assert by_state(VisitRequest, VisitRequest.round_id == this.id) == {
        RequestState.SUBMITTED: len(CITY.this_term.requests)
    }
    first = datetime.combine(this.closes_on, datetime.min.time()).astimezone()
    problem = problem_of(matching_rows(this, now=first))
    assert len(problem.requests) == len(CITY.this_term.requests)
    assert len(problem.slots) == len(CITY.this_term.supply.slots)
    days = select(func.count()).where(Slot.day > this.closes_on, Slot.state == SlotState.OPEN)
    assert db.session.scalar(days) == len(problem.slots)


def test_a_database_that_holds_something_is_left_alone(app: Flask, cast: Cast) -> None:
    with app.app_context():
        before = db.session.scalars(select(User.email).order_by(User.id)).all()
        with pytest.raises(NotEmpty):
            fill_with(really_solve)
        assert db.session.scalars(select(User.email).order_by(User.id)).all() == before
        assert is_empty() is False


def test_an_interrupted_filling_leaves_nothing(app: Flask) -> None:
    def interrupted(now: datetime) -> None:
        assert db.session.scalar(select(func.count()).select_from(VisitRequest)) > 0
        raise KeyboardInterrupt

    with app.app_context():
        with pytest.raises(KeyboardInterrupt):
            fill_with(interrupted)
        assert is_empty() is True


def test_a_scheduler_without_a_proposal_is_told(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError, match="no proposal for last term: queued"):
            fill_with(lambda now: None)
        assert is_empty() is True
