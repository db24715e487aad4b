"""Teams of trainers and the windows in which the scheduler may place them. `TeamFacts` is what a coordinator decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from outreach.models import (
    LIVE,
    Booking,
    Company,
    Offer,
    OfferState,
    Team,
    TeamOffer,
    TeamWindow,
    User,
    db,
)
from outreach.services.offers import refuse_place
from outreach.services.series import (
    Series,
    SeriesDay,
    days_to_make,
    first_clash,
    listed,
    refuse_past,
    refuse_series,
    refuse_times,
)
from outreach.services.transaction import Refusal, audit, deed, locked


class TeamDoesNotHold(Refusal):
    """A team that contradicts itself, or a window that overlaps another."""


class TeamIsBooked(Refusal):
    """A school has booked what would be taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    """What a team is: its name, the offers it can give, where it starts from and how much it can take."""

    name_en: str = ""
    name_zh: str = ""
    offer_ids: tuple[int, ...] = ()
    district: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    max_sessions_per_day: int = 1
    turnaround_minutes: int = 30
    max_travel_minutes: int = 90


@deed
def add_team(*, company_id: int, facts: TeamFacts, by: User, now: datetime) -> Team:
    """A new team of a company."""
    company = db.session.get_one(Company, company_id)
    team = Team(company=company, active=True, created_at=now)
    _set(team, company.id, facts)
    db.session.add(team)
    db.session.flush()
    _set_offers(team, facts.offer_ids)
    audit("team.create", team, by=by, now=now)
    return team


@deed
def edit_team(*, team_id: int, facts: TeamFacts, seen_version: int, by: User, now: datetime) -> Team:
    """Change a team. Its booked sessions stand; the next plan follows the new facts."""
    team = locked(Team, team_id, seen_version=seen_version)
    _set(team, team.company_id, facts)
    _set_offers(team, facts.offer_ids)
    audit("team.edit", team, by=by, now=now)
    return team


@deed
def rest_team(*, team_id: int, active: bool, by: User, now: datetime) -> Team:
    """Take a team out of planning, or back in. Its booked sessions stand either way."""
    team = locked(Team, team_id)
    if team.active is not active:
        team.active = active
        audit("team.resume" if active else "team.rest", team, by=by, now=now)
    return team


@deed
def add_window(
    *, team_id: int, day: date, start_time: time, end_time: time, by: User, now: datetime
) -> TeamWindow:
    """A stretch of one day in which the team may be placed."""
    refuse_times(start_time, end_time)
    refuse_past(day, start_time, now=now)
    team = locked(Team, team_id)
    if first_clash(_windows_between(team_id, day, day), day, start_time, end_time):
        raise TeamDoesNotHold(_l("The team has a window at that time already."), field="start_time")
    window = TeamWindow(team_id=team.id, day=day, start_time=start_time, end_time=end_time)
    db.session.add(window)
    audit("team.add_window", team, by=by, now=now, day=day.isoformat())
    return window


def preview_windows(*, team_id: int, series: Series, now: datetime) -> tuple[SeriesDay, ...]:
    """The days of weekly windows before any is made: a question, but by the same rules as `add_weekly_windows`."""
    refuse_series(series, now=now)
    return listed(series, _windows_between(team_id, series.first_day, series.last_day), now=now)


@deed
def add_weekly_windows(
    *, team_id: int, series: Series, only: Collection[date] | None = None, by: User, now: datetime
) -> list[TeamWindow]:
    """A window on each day of a series; public holidays and overlapping windows are left out, so sending twice is harmless.

    `only` keeps to the days that the coordinator ticked in the preview."""
    team = locked(Team, team_id)
    wanted = days_to_make(preview_windows(team_id=team_id, series=series, now=now), only)
    made = [
        TeamWindow(team_id=team.id, day=day, start_time=series.start_time, end_time=series.end_time)
        for day in wanted
    ]
    db.session.add_all(made)
    if made:
        audit("team.add_windows", team, by=by, now=now, windows=len(made))
    return made


@deed
def remove_window(*, window_id: int, by: User, now: datetime) -> None:
    """Take a window away, unless a school has booked a session inside it. One that is gone already stays gone."""
    window = db.session.get(TeamWindow, window_id)
    if window is None:
        return
    team = locked(Team, window.team_id)
    booked = select(Booking.id).where(
        Booking.team_id == team.id,
        Booking.day == window.day,
        Booking.start_time < window.end_time,
        Booking.end_time > window.start_time,
        Booking.state.in_(LIVE),
    )
    if db.session.scalar(booked.limit(1)) is not None:
        raise TeamIsBooked(_l("A school has booked a session in this window. Cancel that booking first."))
    db.session.delete(window)
    audit("team.remove_window", team, by=by, now=now, day=window.day.isoformat())


def _set(team: Team, company_id: int, facts: TeamFacts) -> None:
    if not (facts.name_en or facts.name_zh):
        raise TeamDoesNotHold(_l("Give the team a name in at least one language."), field="name_en")
    refuse_place(facts.district, facts.longitude, facts.latitude)
    _refuse_limits(facts)
    _refuse_strange_offers(company_id, facts.offer_ids)
    namesake = select(Team.id).where(
        Team.company_id == company_id,
        Team.name_en == facts.name_en,
        Team.name_zh == facts.name_zh,
        Team.id != (team.id or 0),
    )
    with db.session.no_autoflush:
        if db.session.scalar(namesake) is not None:
            raise TeamDoesNotHold(_l("Another team of this company has the same name."), field="name_en")
    team.name_en, team.name_zh = facts.name_en, facts.name_zh
    assert facts.district is not None and facts.longitude is not None and facts.latitude is not None
    team.district, team.longitude, team.latitude = facts.district, facts.longitude, facts.latitude
    team.max_sessions_per_day = facts.max_sessions_per_day
    team.turnaround_minutes = facts.turnaround_minutes
    team.max_travel_minutes = facts.max_travel_minutes


def _refuse_limits(facts: TeamFacts) -> None:
    if not 1 <= facts.max_sessions_per_day <= 10:
        raise TeamDoesNotHold(_l("Between 1 and 10 sessions a day."), field="max_sessions_per_day")
    if not 0 <= facts.turnaround_minutes <= 240:
        raise TeamDoesNotHold(_l("Between 0 and 240 minutes."), field="turnaround_minutes")
    if not 0 <= facts.max_travel_minutes <= 240:
        raise TeamDoesNotHold(_l("Between 0 and 240 minutes."), field="max_travel_minutes")


def _refuse_strange_offers(company_id: int, offer_ids: tuple[int, ...]) -> None:
    own = select(Offer.id).where(
        Offer.id.in_(offer_ids), Offer.company_id == company_id, Offer.state != OfferState.WITHDRAWN
    )
    with db.session.no_autoflush:
        found = set(db.session.scalars(own))
    if not offer_ids or found != set(offer_ids):
        raise TeamDoesNotHold(_l("Choose at least one offer that this team can give."), field="offer_ids")


def _set_offers(team: Team, offer_ids: tuple[int, ...]) -> None:
    db.session.execute(
        delete(TeamOffer).where(TeamOffer.team_id == team.id, TeamOffer.offer_id.not_in(offer_ids))
    )
    there = set(db.session.scalars(select(TeamOffer.offer_id).where(TeamOffer.team_id == team.id)))
    db.session.add_all(
        TeamOffer(team_id=team.id, offer_id=offer_id)
        for offer_id in dict.fromkeys(offer_ids)
        if offer_id not in there
    )


def close_hours(booking: Booking) -> None:
    """Inside the deed that ends a team's session by its company: nobody else is given the team at these hours."""
    team = locked(Team, booking.team_id or 0)
    start, end = booking.start_time, booking.end_time
    for window in _windows_between(team.id, booking.day, booking.day):
        if window.end_time <= start or window.start_time >= end:
            continue
        if end < window.end_time:
            db.session.add(
                TeamWindow(team_id=team.id, day=window.day, start_time=end, end_time=window.end_time)
            )
        if window.start_time < start:
            window.end_time = start
        else:
            db.session.delete(window)


def _windows_between(team_id: int, first: date, last: date) -> list[TeamWindow]:
    there = select(TeamWindow).where(TeamWindow.team_id == team_id, TeamWindow.day.between(first, last))
    return list(db.session.scalars(there))
