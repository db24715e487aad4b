"""Holdings: what a booking takes besides seats - a school's day, a group's day, a crew's and a team's hours, a company's week.

Two guards stand behind each other. The rows of the school, the company and the team are locked in this order before
anything is counted, so a count is true until the deed ends, also where a limit was changed after the first bookings. And
UNIQUE occupancy rows decide whatever can be said as "this once": they hold even where a lock was forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from outreach.clock import local
from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Company,
    Occupancy,
    Offer,
    Round,
    School,
    Slot,
    Team,
    TeamOffer,
    TeamWindow,
    db,
)
from outreach.services.bridge import minutes_between_sessions
from outreach.services.transaction import Refusal, insert_or_ignore

CELL = timedelta(minutes=15)
# What a limit counts: visits that stand, and those that were.
COUNTED = (*LIVE, BookingState.ATTENDED, BookingState.NO_SHOW)


class SchoolDayTaken(Refusal):
    """H5: the school has as many visits on that day as it wants."""


class SchoolLimitReached(Refusal):
    """H5: the school has as many visits in this round as it may."""


class GroupBusy(Refusal):
    """H6: the group has a visit on that day."""


class CrewBusy(Refusal):
    """H6: whoever accompanies the group is away with another one."""


class CompanyLimitReached(Refusal):
    """H7: the company gives no more sessions in that week, or in this round."""


class TeamBusy(Refusal):
    """H4: the team is elsewhere, on its way, or not free at all."""


class RequestPlaced(Refusal):
    """H1: the request has a place."""


def lock_rows(*, school: School, company: Company, team: Team | None) -> None:
    """Lock what the counts below are about, always in this order, and read it again.

    FOR NO KEY UPDATE: new rows may go on pointing here. On SQLite the deed has the database to itself anyway."""
    for row in (school, company, team):
        if row is not None:
            db.session.refresh(row, with_for_update={"key_share": True, "of": type(row)})


def hold(booking: Booking) -> None:
    """Take everything but the seats for a booking that was just written; the first thing that is taken refuses."""
    if booking.visit_request_id is not None and not _held(booking, f"request:{booking.visit_request_id}"):
        raise RequestPlaced(_l("This request has a place already."))
    _hold_school(booking)
    _hold_crew(booking)
    _hold_company(booking)
    if booking.team is not None:
        _hold_team(booking, booking.team)


def _held(booking: Booking, resource: str) -> bool:
    return insert_or_ignore(Occupancy, resource=resource, booking_id=booking.id)


def _held_one_of(booking: Booking, resource: str, number: int) -> bool:
    return any(_held(booking, f"{resource}:{place}") for place in range(number))


def _others(booking: Booking) -> list[Booking]:
    """The school's other live bookings of that day; its row is locked, so none is added meanwhile."""
    same_day = select(Booking).where(
        Booking.school_id == booking.school_id,
        Booking.day == booking.day,
        Booking.state.in_(LIVE),
        Booking.id != booking.id,
    )
    return list(db.session.scalars(same_day).unique())


def _hold_school(booking: Booking) -> None:
    school = booking.school
    day = f"school:{school.id}:{booking.day}"
    if len(_others(booking)) >= school.max_per_day or not _held_one_of(booking, day, school.max_per_day):
        raise SchoolDayTaken(_l("Your school has a booking on that day already."))
    if not _held(booking, f"group:{school.id}:{booking.day}:{booking.group_label}"):
        raise GroupBusy(_l("This group has a booking on that day already."), field="group_label")
    if school.max_bookings is None:
        return
    in_round = select(func.count(Booking.id)).where(
        Booking.school_id == school.id, Booking.round_id == booking.round_id, Booking.state.in_(COUNTED)
    )
    if (db.session.scalar(in_round) or 0) > school.max_bookings:
        raise SchoolLimitReached(_l("Your school has as many bookings in this round as it may have."))


def _hold_crew(booking: Booking) -> None:
    """From leaving to return. Travel is in minutes, so the quarter-hours alone would miss an overlap shorter than one."""
    if not booking.crew:
        return
    overlapping = any(
        other.crew == booking.crew
        and other.leaves_at < booking.returns_at
        and booking.leaves_at < other.returns_at
        for other in _others(booking)
    )
    key = f"crew:{booking.school_id}:{booking.crew}"
    if overlapping or not all(_held(booking, f"{key}:{mark}") for mark in _marks(booking)):
        raise CrewBusy(
            _l("%(name)s accompanies another group at that time.", name=booking.crew), field="crew"
        )


def _marks(booking: Booking) -> Iterator[str]:
    """The quarter-hours that begin while the group is away: those of two outings that touch do not meet."""
    mark = booking.leaves_at
    # Hong Kong is whole hours from UTC, so its quarter-hours are UTC's.
    mark += timedelta(minutes=-mark.minute % 15)
    while mark < booking.returns_at:
        yield f"{local(mark):%Y-%m-%dT%H:%M}"
        mark += CELL


def _hold_company(booking: Booking) -> None:
    """H7. A used slot counts one and a team's session counts one; joining a slot that is in use costs nothing."""
    company = booking.offer.company
    if booking.slot is not None and booking.slot.groups_taken > 1:
        return
    round_: Round = booking.round_
    # A week that two rounds share counts for each alone: the scheduler knows only the days of its own round.
    monday = booking.day - timedelta(days=booking.day.weekday())
    first, last = max(monday, round_.first_day), min(monday + timedelta(days=6), round_.last_day)
    week, total = company.max_sessions_per_week, company.max_sessions
    if week is not None and _sessions(company, first, last) > week:
        raise CompanyLimitReached(_l("The company gives no more sessions in that week."))
    if total is not None and _sessions(company, round_.first_day, round_.last_day) > total:
        raise CompanyLimitReached(_l("The company gives no more sessions in this round."))


def _sessions(company: Company, first: date, last: date) -> int:
    """Used slots and team sessions of a company between two days, both included."""
    slots = (
        select(func.count(Slot.id))
        .join(Offer, Offer.id == Slot.offer_id)
        .where(Offer.company_id == company.id, Slot.groups_taken > 0, Slot.day.between(first, last))
    )
    sessions = (
        select(func.count(Booking.id))
        .join(Team, Team.id == Booking.team_id)
        .where(Team.company_id == company.id, Booking.state.in_(COUNTED), Booking.day.between(first, last))
    )
    return (db.session.scalar(slots) or 0) + (db.session.scalar(sessions) or 0)


def _hold_team(booking: Booking, team: Team) -> None:
    if not _team_is_free(booking, team):
        raise TeamBusy(_l("The team is not free at that time."))
    that_day = select(Booking).where(
        Booking.team_id == team.id,
        Booking.day == booking.day,
        Booking.state.in_(LIVE),
        Booking.id != booking.id,
    )
    others = list(db.session.scalars(that_day).unique())
    places = f"team:{team.id}:{booking.day}"
    if len(others) >= team.max_sessions_per_day or not _held_one_of(
        booking, f"{places}:session", team.max_sessions_per_day
    ):
        raise TeamBusy(_l("The team gives no more sessions on that day."))
    in_time = all(_in_time(other, booking, team) for other in others)
    if not in_time or not all(_held(booking, f"{places}:{mark}") for mark in _session_marks(booking)):
        raise TeamBusy(_l("The team has another session at that time, or would not arrive in time."))


def _team_is_free(booking: Booking, team: Team) -> bool:
    """It may give this offer, and one of its windows holds the session."""
    gives = select(TeamOffer).where(TeamOffer.team_id == team.id, TeamOffer.offer_id == booking.offer_id)
    window = select(TeamWindow.id).where(
        TeamWindow.team_id == team.id,
        TeamWindow.day == booking.day,
        TeamWindow.start_time <= booking.start_time,
        TeamWindow.end_time >= booking.end_time,
    )
    return team.active and db.session.scalar(gives) is not None and db.session.scalar(window) is not None


def _in_time(one: Booking, other: Booking, team: Team) -> bool:
    """H4: the later of two sessions starts after the end of the earlier one, the turnaround and the way between."""
    first, second = sorted((one, other), key=lambda booking: booking.starts_at)
    way = minutes_between_sessions((first.school, first.offer), (second.school, second.offer))
    return second.starts_at >= first.ends_at + timedelta(minutes=team.turnaround_minutes + way)


def _session_marks(booking: Booking) -> Iterator[str]:
    """The quarter-hours in which the session lasts; sessions begin on them."""
    mark = booking.starts_at
    while mark < booking.ends_at:
        yield f"{local(mark):%H:%M}"
        mark += CELL
