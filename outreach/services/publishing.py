"""Publishing: a proposal becomes binding bookings, in one transaction, or nothing happens at all.

The round's state and version are compared and swapped first. Then its problem is built anew and compared with the one the run
was given: what changed since makes the proposal stale. Every seat is taken by the same conditional UPDATE as any booking, so a
slot cancelled in that very moment refuses the whole publication."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from outreach.clock import local, to_utc
from outreach.models import Assignment, Booking, Proposal, Publication, Round, RoundState, User, db
from outreach.queries.contacts import teacher_for, teacher_of
from outreach.queries.matching import submitted_requests
from outreach.services.bridge import Unreadable, problem_text
from outreach.services.outbox import queue
from outreach.services.places import Group, take_place
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, changed_rows, deed

# A deadline falls at the end of an office day, not in the middle of a lesson.
DEADLINE_HOUR = time(18, 0)


class StaleProposal(Refusal):
    """Requests, offers, slots or schools changed since the run: its plan is for another problem."""


class CannotPublish(Refusal):
    """The round is not in review."""


@deed
def publish_proposal(*, proposal_id: int, seen_version: int, by: User, now: datetime) -> Publication:
    """Publish a proposal as the round's first version: bookings, reminders and letters follow in one transaction."""
    proposal = db.session.get_one(Proposal, proposal_id)
    moved = changed_rows(
        update(Round)
        .where(Round.id == proposal.round_id, Round.state == RoundState.REVIEW, Round.version == seen_version)
        .values(state=RoundState.PUBLISHED, version=Round.version + 1)
    )
    if moved != 1:
        if proposal.round_.state is not RoundState.REVIEW:
            raise CannotPublish(_l("Only a round in review can be published."))
        raise ChangedMeanwhile
    round_ = db.session.get_one(Round, proposal.round_id, populate_existing=True)
    _refuse_stale(proposal, now=now)
    publication = Publication(
        round_id=round_.id, number=1, proposal_id=proposal.id, published_by_id=by.id, published_at=now
    )
    db.session.add(publication)
    db.session.flush()
    placed = _book_all(proposal, publication, round_, by=by, now=now)
    _tell_the_others(round_, placed, now=now)
    audit("round.published", round_, by=by, now=now, proposal=proposal.id, placed=len(placed))
    return publication


def _refuse_stale(proposal: Proposal, *, now: datetime) -> None:
    run = proposal.solve_run
    try:
        _, digest = problem_text(run.round_, now=run.started_at or now)
    except Unreadable:
        digest = ""
    if digest != run.problem_sha256:
        raise StaleProposal(
            _l(
                "Requests, offers or slots have changed since this proposal was made. Run the scheduler again."
            )
        )


def confirm_by(round_: Round, assignment: Assignment, *, now: datetime) -> datetime:
    """Until when the school confirms: the round's days, but not later than two days before the visit; at least half a
    day from now, and in any case before the visit begins."""
    usual = to_utc(local(now).date() + timedelta(days=round_.confirm_days), DEADLINE_HOUR)
    before_visit = to_utc(assignment.day - timedelta(days=2), DEADLINE_HOUR)
    wanted = max(min(usual, before_visit), now + timedelta(hours=12))
    begins = to_utc(assignment.day, assignment.start_time)
    return wanted if wanted < begins else now + (begins - now) / 2


def _book_all(
    proposal: Proposal, publication: Publication, round_: Round, *, by: User, now: datetime
) -> set[int]:
    placed = set()
    rows = db.session.scalars(
        select(Assignment).where(Assignment.proposal_id == proposal.id).order_by(Assignment.id)
    ).unique()
    for assignment in rows:
        if to_utc(assignment.day, assignment.start_time) <= now:
            raise StaleProposal(_l("Some of its visits lie in the past by now. Run the scheduler again."))
        booking = _book(assignment, publication, round_, by=by, now=now)
        teacher = teacher_of(booking)
        answer = booking.confirm_by - now if booking.confirm_by else timedelta(days=3)
        key = f"booking-awaiting:{booking.id}"
        queue("booking_awaiting", user=teacher, dedupe=key, booking=booking, now=now, expires=answer)
        placed.add(assignment.visit_request_id)
    return placed


def _book(
    assignment: Assignment, publication: Publication, round_: Round, *, by: User, now: datetime
) -> Booking:
    return take_place(
        group=Group.of(assignment.visit_request),
        round_=round_,
        offer=assignment.offer,
        slot=assignment.slot,
        team=assignment.team,
        day=assignment.day,
        start_time=assignment.start_time,
        end_time=assignment.end_time,
        travel_minutes=assignment.travel_minutes,
        confirm_by=confirm_by(round_, assignment, now=now),
        publication=publication,
        visit_request=assignment.visit_request,
        by=by,
        now=now,
    )


def _tell_the_others(round_: Round, placed: set[int], *, now: datetime) -> None:
    for visit_request in submitted_requests(round_.id):
        if visit_request.id not in placed:
            teacher = teacher_for(visit_request.school_id, visit_request.created_by_id)
            key = f"not-placed:{visit_request.id}"
            queue("not_placed", user=teacher, dedupe=key, now=now, visit_request_id=visit_request.id)
