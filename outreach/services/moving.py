"""One group's part of a repair that is carried out: its old place ends, its new one is taken, everybody concerned is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import force_locale, gettext
from sqlalchemy import update

from outreach.letters import CHINESE, ENGLISH, day_time, in_language
from outreach.models import (
    LIVE,
    Assignment,
    Booking,
    BookingState,
    Offer,
    Publication,
    Round,
    Slot,
    Team,
    User,
    VisitRequest,
    db,
)
from outreach.queries.contacts import hosts_of, teacher_of
from outreach.queries.repairs import Change
from outreach.services.outbox import queue
from outreach.services.places import Group, release_place, take_place
from outreach.services.publishing import confirm_by
from outreach.services.transaction import ChangedMeanwhile, audit, changed_rows


@dataclass(slots=True)
class Move:
    """A change with its booking so far, and the new one once the place is taken."""

    change: Change
    old: Booking | None
    cancelled_by: str = "programme"
    new: Booking | None = None


def end_booking(move: Move, *, by: User, now: datetime) -> None:
    """End a live booking inside the caller's deed, by the programme or the weather; the reason says what comes instead."""
    old = move.old
    assert old is not None
    ended = changed_rows(
        update(Booking)
        .where(Booking.id == old.id, Booking.version == old.version, Booking.state.in_(LIVE))
        .values(
            state=BookingState.CANCELLED,
            cancelled_by=move.cancelled_by,
            cancel_reason=_reason(move)[:300],
            decided_at=now,
            version=Booking.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if ended != 1:
        raise ChangedMeanwhile
    db.session.refresh(old)
    release_place(booking=old, now=now)
    audit("booking.cancel", old, by=by, now=now, cancelled_by=move.cancelled_by)


def _reason(move: Move) -> str:
    """In both languages: whoever reads the booking later, of the school or of the company, finds their own."""
    found, to = [], move.change.to
    for language in (ENGLISH, CHINESE):
        with force_locale(language):
            if to is None and move.cancelled_by == "weather":
                found.append(gettext("Schools are closed on that day, and no other place was found."))
                continue
            if to is None:
                found.append(gettext("The place was given to others when a date was cancelled."))
                continue
            offer = db.session.get_one(Offer, to.offer_id)
            when = day_time(to.day, to.start_time)
            title = in_language(offer, "title").text
            found.append(gettext("Moved to %(when)s: %(title)s.", when=when, title=title))
    return " ".join(found)


def place(move: Move, publication: Publication, round_: Round, *, by: User, now: datetime) -> None:
    """Take the new place, where there is one, inside the caller's deed. What does not fit refuses the whole deed."""
    to = move.change.to
    if to is None:
        return
    visit_request = db.session.get_one(VisitRequest, move.change.request_id)
    when = Assignment(day=to.day, start_time=to.start_time)
    move.new = take_place(
        group=Group.of(visit_request) if move.old is None else _group(move.old),
        round_=round_,
        offer=db.session.get_one(Offer, to.offer_id),
        slot=None if to.slot_id is None else db.session.get_one(Slot, to.slot_id),
        team=None if to.team_id is None else db.session.get_one(Team, to.team_id),
        day=to.day,
        start_time=to.start_time,
        end_time=to.end_time,
        travel_minutes=to.travel_minutes,
        confirm_by=confirm_by(round_, when, now=now),
        publication=publication,
        visit_request=visit_request,
        by=by,
        now=now,
    )


def _group(old: Booking) -> Group:
    """The group as it is booked: it may have more or fewer pupils than were asked for."""
    return Group(
        school=old.school,
        label=old.group_label,
        crew=old.crew,
        pupils=old.pupils,
        staff=old.staff,
        grade=old.grade,
        languages=old.languages,
        wheelchair=old.wheelchair,
    )


def tell(move: Move, *, now: datetime) -> None:
    """One letter to the teacher, whatever happens to the group; one to each host who gets or loses it."""
    old, new = move.old, move.new
    if new is not None:
        _tell_of_new(new, old, now=now)
    elif old is not None and move.change.fell:
        key = f"no-other-place:{old.id}"
        queue("no_other_place", user=teacher_of(old), dedupe=key, booking=old, now=now)
    elif old is not None:
        key = f"booking-cancelled:{old.id}"
        queue("booking_cancelled", user=teacher_of(old), dedupe=key, booking=old, now=now)
    if old is not None and not move.change.fell:
        _tell_hosts("booking_cancelled", old, now=now)


def _tell_of_new(new: Booking, old: Booking | None, *, now: datetime) -> None:
    teacher = teacher_of(new)
    answer = new.confirm_by - now if new.confirm_by else timedelta(days=3)
    if old is None:
        key = f"booking-awaiting:{new.id}"
        queue("booking_awaiting", user=teacher, dedupe=key, booking=new, now=now, expires=answer)
    else:
        key = f"booking-moved:{new.id}"
        queue(
            "booking_moved", user=teacher, dedupe=key, booking=new, now=now, expires=answer, moved_from=old.id
        )
    _tell_hosts("group_placed", new, now=now)


def _tell_hosts(template: str, booking: Booking, *, now: datetime) -> None:
    for host in hosts_of(booking.offer.company):
        key = f"{template.replace('_', '-')}:{booking.id}:{host.id}"
        queue(template, user=host, dedupe=key, booking=booking, now=now)
