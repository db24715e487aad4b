"""Publishing is all or nothing: bookings, reminders and letters together, or a refusal and not a row."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from outreach.clock import to_utc
from outreach.models import (
    Booking,
    BookingState,
    OutboxMessage,
    Proposal,
    Publication,
    Reminder,
    RequestState,
    Round,
    RoundState,
    RunState,
    Slot,
    SlotState,
    VisitRequest,
    db,
)
from outreach.services.publishing import CannotPublish, StaleProposal, confirm_by, publish_proposal
from outreach.services.runs import claim_run, finish_run, start_run
from outreach.services.transaction import ChangedMeanwhile, Refusal, one_transaction
from tests import build
from tests.build import NOW
from tests.services.test_bridge import plan_for


@pytest.fixture
def proposed(app, cast):
    """A proposal for the first of two requests, its round in review, and Stan."""
    with app.app_context():
        round_ = build.round_(RoundState.CLOSED)
        offer = build.offer(cast.company())
        slot = build.slot(offer)
        build.visit_request(round_, cast.school(), cast.user("tess"), [offer])
        build.visit_request(round_, cast.school("secondary"), cast.user("theo"), [offer])
        stan = cast.user("stan")
        start_run(round_id=round_.id, seconds=5, workers=1, by=stan, now=NOW)
        claimed = claim_run(now=NOW)
        text = plan_for(claimed.files["problem.json"])
        proposal = finish_run(claimed, state=RunState.DONE, result=text, fault="", now=NOW)
        yield proposal, slot, stan


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def version_of(proposal):
    return db.session.get_one(Round, proposal.round_id).version


def test_a_published_proposal_binds(proposed, cast):
    proposal, slot, stan = proposed
    publication = publish_proposal(
        proposal_id=proposal.id, seen_version=version_of(proposal), by=stan, now=NOW
    )
    assert (publication.number, publication.proposal_id) == (1, proposal.id)
    booking = db.session.scalars(select(Booking)).unique().one()
    assert (booking.state, booking.school_id, booking.pupils) == (BookingState.AWAITING, cast.primary, 30)
    assert booking.confirm_by == to_utc(date(2026, 12, 3), time(18))
    slot = db.session.get_one(Slot, slot.id)
    assert (slot.pupils_taken, slot.groups_taken) == (30, 1)
    assert count(Reminder) == 3
    letters = db.session.scalars(select(OutboxMessage)).unique().all()
    assert [(one.template, one.user_id, one.booking_id) for one in letters] == [
        ("booking_awaiting", cast.people["tess"], booking.id),
        ("not_placed", cast.people["theo"], None),
    ]
    assert db.session.get_one(Round, proposal.round_id).state is RoundState.PUBLISHED


def test_whoever_has_no_place_is_told(proposed, cast):
    proposal, _, stan = proposed
    left_out = (
        db.session.scalars(select(VisitRequest).where(VisitRequest.school_id == cast.secondary))
        .unique()
        .one()
    )
    publish_proposal(proposal_id=proposal.id, seen_version=version_of(proposal), by=stan, now=NOW)
    letter = (
        db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "not_placed")).unique().one()
    )
    assert (letter.user_id, letter.facts) == (cast.people["theo"], {"visit_request_id": left_out.id})


def test_an_older_page_publishes_nothing(proposed):
    proposal, _, stan = proposed
    with pytest.raises(ChangedMeanwhile):
        publish_proposal(proposal_id=proposal.id, seen_version=version_of(proposal) - 1, by=stan, now=NOW)
    assert count(Booking) == 0


def test_a_request_withdrawn_or_a_visit_gone_by_is_not_booked(proposed):
    proposal, slot, stan = proposed
    with pytest.raises(StaleProposal, match="past"):
        later = slot.starts_at + timedelta(minutes=1)
        publish_proposal(proposal_id=proposal.id, seen_version=version_of(proposal), by=stan, now=later)
    with one_transaction():
        asked = db.session.scalars(select(VisitRequest).order_by(VisitRequest.id)).unique().first()
        asked.state = RequestState.WITHDRAWN
    with pytest.raises(StaleProposal, match="changed"):
        publish_proposal(proposal_id=proposal.id, seen_version=version_of(proposal), by=stan, now=NOW)
    assert count(Booking) == 0


def test_what_changed_since_the_run_makes_it_stale(proposed, cast):
    proposal, _, stan = proposed
    build.visit_request(proposal.round_, cast.school("secondary"), cast.user("theo"), [cast.company()])
    with pytest.raises(StaleProposal):
        publish_proposal(proposal_id=proposal.id, seen_version=version_of(proposal), by=stan, now=NOW)
    assert (count(Booking), count(Publication), count(OutboxMessage)) == (0, 0, 0)


def test_a_slot_cancelled_in_the_last_moment_refuses_the_whole_publication(proposed):
    proposal, slot, stan = proposed
    with one_transaction():
        db.session.get_one(Slot, slot.id).state = SlotState.CANCELLED
    with pytest.raises(Refusal):
        publish_proposal(proposal_id=proposal.id, seen_version=version_of(proposal), by=stan, now=NOW)
    assert (count(Booking), count(Publication), count(Reminder)) == (0, 0, 0)
    assert db.session.get_one(Round, proposal.round_id).state is RoundState.REVIEW


def test_two_people_publish_one_version(proposed):
    proposal, _, stan = proposed
    seen = version_of(proposal)
    publish_proposal(proposal_id=proposal.id, seen_version=seen, by=stan, now=NOW)
    with pytest.raises(CannotPublish):
        publish_proposal(proposal_id=proposal.id, seen_version=seen, by=stan, now=NOW)
    assert (count(Booking), count(Publication)) == (1, 1)


def test_the_deadline_is_never_after_the_visit_nor_already_past(proposed):
    proposal, _, _ = proposed
    from outreach.models import Assignment

    round_ = db.session.get_one(Proposal, proposal.id).round_
    near = Assignment(day=date(2026, 11, 27), start_time=time(10))
    assert confirm_by(round_, near, now=NOW) == to_utc(date(2026, 11, 25), time(18))
    tomorrow = Assignment(day=date(2026, 11, 24), start_time=time(18))
    assert confirm_by(round_, tomorrow, now=NOW) == NOW + timedelta(hours=12)
    tonight = Assignment(day=date(2026, 11, 23), start_time=time(16))
    assert confirm_by(round_, tonight, now=NOW) == NOW + timedelta(hours=3)
