"""A round in force as a repair finds it: every booking that stands or took place, who has just lost theirs, and all rows around.

`matching_rows` looks at what may be given from now on. Bookings hang on more: on past and cancelled slots, on offers that were
withdrawn and teams that rest by now. Here those rows are added."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import not_, or_, select

from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Offer,
    Round,
    School,
    Slot,
    Team,
    VisitRequest,
    db,
)
from outreach.queries.matching import MatchingRows, matching_rows

# What holds or has held its place: it counts for the limits of its school and its company.
COUNTED = (*LIVE, BookingState.ATTENDED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Standing:
    """`rows.visit_requests` are those with a booking of `bookings`, those of `fallen`, and those that lost a place before and still
    have none. Whoever never had one is left out: to the core a group that lost its place and one that had none are equal claims
    to a free one, but not to the school that was told "cancelled". What stays free can be booked."""

    rows: MatchingRows
    bookings: list[Booking]
    fallen: list[Booking]


def standing_of(round_: Round, struck: Collection[int], *, now: datetime) -> Standing:
    """The round as it is at `now`; `struck` are numbers of bookings that ended through no fault of their school.

    Of those, one falls that still is a place lost: its request is handed in and has no other place meanwhile."""
    bookings = _bookings(Booking.round_id == round_.id, Booking.state.in_(COUNTED))
    placed = {one.visit_request_id for one in bookings}
    rows = matching_rows(round_, now=now)
    asked = {one.id for one in rows.visit_requests}
    fallen = [
        one
        for one in _bookings(Booking.id.in_(struck), Booking.state == BookingState.CANCELLED)
        if one.visit_request_id in asked and one.visit_request_id not in placed
    ]
    had = placed | {one.visit_request_id for one in fallen} | _lost(round_)
    asking = [one for one in rows.visit_requests if one.id in had]
    return Standing(_widened(rows, asking, [*bookings, *fallen]), bookings, fallen)


def _bookings(*conditions: object) -> list[Booking]:
    found = select(Booking).where(*conditions).order_by(Booking.id)  # type: ignore[arg-type]
    return list(db.session.scalars(found).unique())


def _lost(round_: Round) -> set[int | None]:
    """Requests that lost a place through no fault of their school, which has not left one to others either."""
    by_school = Booking.cancelled_by == "school"
    ended = select(Booking.visit_request_id).where(Booking.round_id == round_.id)
    left = ended.where(or_(Booking.state.in_((BookingState.DECLINED, BookingState.LAPSED)), by_school))
    lost = ended.where(Booking.state == BookingState.CANCELLED, not_(by_school))
    return set(db.session.scalars(lost)) - set(db.session.scalars(left))


def _widened(rows: MatchingRows, asking: list[VisitRequest], held: list[Booking]) -> MatchingRows:
    schools: dict[int, School] = {one.id: one for one in rows.schools}
    offers: dict[int, Offer] = {one.id: one for one in rows.offers}
    slots: dict[int, Slot] = {one.id: one for one in rows.slots}
    teams: dict[int, Team] = {one.id: one for one in rows.teams}
    given = {number: list(rows.team_offers.get(number, ())) for number in teams}
    for booking in held:
        schools.setdefault(booking.school_id, booking.school)
        offers.setdefault(booking.offer_id, booking.offer)
        if booking.slot is not None:
            slots.setdefault(booking.slot.id, booking.slot)
        if booking.team is not None:
            teams.setdefault(booking.team.id, booking.team)
            of_team = given.setdefault(booking.team.id, [])
            if booking.offer_id not in of_team:
                of_team.append(booking.offer_id)
    return replace(
        rows,
        schools=[schools[number] for number in sorted(schools)],
        offers=[offers[number] for number in sorted(offers)],
        slots=[slots[number] for number in sorted(slots)],
        teams=[teams[number] for number in sorted(teams)],
        visit_requests=asking,
        team_offers=given,
        # A team that rests, or whose offers were all withdrawn, gives no more than it has promised.
        team_windows={one.id: rows.team_windows.get(one.id, []) for one in rows.teams},
    )
