"""Adopting a change that gives a request a place, by one click.

While the round collects (again), adopting writes the answer into the request, and the next run decides. Once the round is
published, it writes the answer and takes the place in the same deed: only changes for which nobody else moves, and only
while their place is free. What has happened since the plan was made is found out by the same rules as for a direct booking.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from outreach.clock import to_utc
from outreach.models import (
    IN_FORCE,
    LIVE,
    Booking,
    Reason,
    RequestState,
    Round,
    RoundState,
    SlotState,
    User,
    VisitRequest,
    db,
)
from outreach.queries.reasons import known_of
from outreach.services.bookings import tell_confirmed
from outreach.services.changes import (
    SPLIT,
    Change,
    Place,
    changes_of,
    facts_with,
    helps,
    is_free_for,
    place_of,
)
from outreach.services.holdings import CompanyLimitReached, TeamBusy
from outreach.services.places import Group, TooManyPupils, take_place
from outreach.services.request_facts import facts_of
from outreach.services.requests import amend, held_request, hold_round, second_label, twin_of
from outreach.services.seats import GroupsDoNotMix, SlotClosed, SlotFull, TooFewPupils
from outreach.services.suitability import (
    DoesNotSuit,
    TooLate,
    own_school,
    refuse_incomplete,
    refuse_unsuitable_session,
)
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, deed

# Whichever of these stands in the way: for the teacher the place is gone.
TAKEN = (
    SlotFull,
    SlotClosed,
    GroupsDoNotMix,
    TooFewPupils,
    TooManyPupils,
    TeamBusy,
    CompanyLimitReached,
    DoesNotSuit,
    TooLate,
)


class NotAdoptable(Refusal):
    """The round's state, or other groups' places, stand against it."""


class PlaceGone(Refusal):
    """Somebody else has the place by now, or it is no longer what it was."""

    def __init__(self) -> None:
        super().__init__(_l("This place has gone in the meantime. Your request stays as it was."))


GONE = _l("This place has gone in the meantime.")
PASSED = _l("This time has passed.")
OTHERS_MOVE = _l("It would move other groups, and their places stand since the schedule was published.")
AGAINST = _l("Your school's calendar, or your other answers, stand against it by now.")
OVER = _l("The round is over.")
BETWEEN = _l("Nothing can be changed at the moment.")


@dataclass(frozen=True, slots=True)
class Way:
    """What adopting a change would do now: the places it takes at once (none while the round collects), or why it cannot."""

    change: Change
    places: tuple[Place, ...] = ()
    hindrance: LazyString | None = None


def ways_of(reason: Reason, *, now: datetime) -> list[Way]:
    """Every change of a reason as it stands now. A place that looks free may be taken before the click: the deed decides."""
    asked = reason.visit_request
    return [_way(asked, change, now=now) for change in changes_of(reason)]


def _way(asked: VisitRequest, change: Change, *, now: datetime) -> Way:
    round_ = asked.round_
    if round_.state is RoundState.COLLECTING:
        return Way(change)
    if round_.state not in IN_FORCE:
        return Way(change, hindrance=OVER if round_.state is RoundState.ARCHIVED else BETWEEN)
    if change.moves:
        return Way(change, hindrance=OTHERS_MOVE)
    places = [place_of(one) for one in change.own]
    known = tuple(place for place in places if place is not None)
    if any(to_utc(place.when.day, place.when.start_time) <= now for place in known):
        return Way(change, hindrance=PASSED)
    pupils = change.parts or (facts_with(facts_of(asked), change, asked.school).pupils,)
    if len(known) < len(places) or not all(
        _looks_free(place, number) for place, number in zip(known, pupils, strict=True)
    ):
        return Way(change, hindrance=GONE)
    if not helps(change, asked):
        return Way(change, hindrance=AGAINST)
    return Way(change, places=known)


def _looks_free(place: Place, pupils: int) -> bool:
    slot = place.slot
    if slot is not None:
        there = slot.pupils_taken + pupils
        return (
            slot.state is SlotState.OPEN
            and slot.min_pupils <= there <= slot.max_pupils
            and slot.groups_taken < slot.max_groups
        )
    if place.team is None or not place.team.active:
        return False
    that_day = select(Booking.start_time, Booking.end_time).where(
        Booking.team_id == place.team.id, Booking.day == place.when.day, Booking.state.in_(LIVE)
    )
    others = db.session.execute(that_day).all()
    apart = all(end <= place.when.start_time or start >= place.when.end_time for start, end in others)
    return apart and len(others) < place.team.max_sessions_per_day


@deed
def adopt_change(
    *, request_id: int, reason_id: int, number: int, seen_version: int, by: User, now: datetime
) -> VisitRequest:
    """Make change `number` of a reason the request's own. Pressing twice is harmless."""
    asked = held_request(request_id)
    own_school(by, asked.school_id)
    if live_booking_of(asked) is not None:
        # The first click has placed it; whoever placed it otherwise needs no change any more.
        return asked
    change = _change_of(asked, reason_id, number)
    if asked.round_.state is RoundState.COLLECTING:
        _adopt_for_the_next_run(asked, change, seen_version, by=by, now=now)
    else:
        _adopt_and_take(asked, change, seen_version, by=by, now=now)
    return asked


def live_booking_of(asked: VisitRequest) -> Booking | None:
    """The booking by which a request has its place."""
    held = select(Booking).where(Booking.visit_request_id == asked.id, Booking.state.in_(LIVE))
    return db.session.scalars(held.limit(1)).unique().first()


def _change_of(asked: VisitRequest, reason_id: int, number: int) -> Change:
    """The change that the page showed, if it is of the reason that holds now."""
    known = known_of(asked)
    if known is None or known.reason is None or known.reason.id != reason_id:
        raise ChangedMeanwhile
    changes = changes_of(known.reason)
    if not 0 <= number < len(changes):
        raise ChangedMeanwhile
    return changes[number]


def _adopt_for_the_next_run(
    asked: VisitRequest, change: Change, seen_version: int, *, by: User, now: datetime
) -> None:
    facts = facts_of(asked)
    wanted = facts_with(facts, change, asked.school)
    if wanted == facts:
        return
    hold_round(asked.round_id, (RoundState.COLLECTING,), NotAdoptable(BETWEEN))
    _refuse_others_version(asked, seen_version)
    amend(asked, wanted, complete=asked.state is RequestState.SUBMITTED)
    if change.field == SPLIT:
        twin_of(asked, replace(wanted, pupils=change.parts[1]), by=by, now=now)
    audit("request.adopt", asked, by=by, now=now, field=change.field)


def _adopt_and_take(
    asked: VisitRequest, change: Change, seen_version: int, *, by: User, now: datetime
) -> None:
    hold_round(asked.round_id, IN_FORCE, NotAdoptable(OVER))
    _refuse_others_version(asked, seen_version)
    if change.moves:
        raise NotAdoptable(OTHERS_MOVE)
    amend(asked, facts_with(facts_of(asked), change, asked.school), complete=True)
    # The school's own calendar refuses in its own words; whatever else stands in the way: the place is gone.
    try:
        for part, assignment in enumerate(change.own):
            place = place_of(assignment)
            if place is None:
                raise PlaceGone
            _take(asked, change, part, place, by=by, now=now)
    except TAKEN as refusal:
        raise PlaceGone from refusal
    audit("request.adopt", asked, by=by, now=now, field=change.field)


def _take(asked: VisitRequest, change: Change, part: int, place: Place, *, by: User, now: datetime) -> None:
    group = Group.of(asked)
    if part:
        group = replace(group, label=second_label(asked.group_label), pupils=change.parts[part])
    refuse_incomplete(group)
    round_ = db.session.get_one(Round, asked.round_id)
    most = place.offer.max_pupils if place.slot is None else place.slot.max_pupils
    refuse_unsuitable_session(group, place.offer, place.when, most=most, now=now)
    _refuse_unwanted(asked, round_, place)
    booking = take_place(
        group=group,
        round_=round_,
        offer=place.offer,
        slot=place.slot,
        team=place.team,
        day=place.when.day,
        start_time=place.when.start_time,
        end_time=place.when.end_time,
        travel_minutes=place.travel_for(asked.school),
        confirm_by=None,
        # A round that is published takes no further requests: the second group's place is booked without one.
        visit_request=None if part else asked,
        confirmed=True,
        by=by,
        now=now,
    )
    tell_confirmed(booking, now=now)


def _refuse_unwanted(asked: VisitRequest, round_: Round, place: Place) -> None:
    """A slot may have been moved since the plan was made, an offer changed: the teacher agreed to neither."""
    facts, way = facts_of(asked), place.way_for(asked.school)
    wanted = str(place.offer.kind) in facts.kinds and way <= facts.max_travel_minutes
    if not (wanted and is_free_for(facts, place, way)):
        raise PlaceGone
    if not round_.first_day <= place.when.day <= round_.last_day:
        raise PlaceGone


def _refuse_others_version(asked: VisitRequest, seen_version: int) -> None:
    if asked.version != seen_version:
        raise ChangedMeanwhile
