"""Questions about companies and their teams, and who comes to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, true

from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Company,
    Hub,
    Offer,
    OfferState,
    Team,
    TeamOffer,
    TeamWindow,
    User,
    VisitRequest,
    db,
)
from outreach.permissions.lists import companies_of
from outreach.queries.paging import PAGE_SIZE, Page, containing, page_of

# What a roster shows: whoever is expected or came; an awaiting booking holds its seats.
ON_THE_ROSTER = (*LIVE, BookingState.ATTENDED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class OwnTeam:
    """A team in its company's list: its offers, how many windows are still to come, and the next of them."""

    team: Team
    offers: list[Offer]
    windows: int
    next_day: date | None


@dataclass(frozen=True, slots=True)
class Visitor:
    """One line of the roster: a booking and the teacher to call."""

    booking: Booking
    teacher: User


def own_companies(user: User) -> list[Company]:
    """The companies this person acts for."""
    found = select(Company).where(companies_of(user)).order_by(Company.name_en, Company.id)
    return list(db.session.scalars(found))


def find_companies(user: User, *, words: str = "", number: int = 1, size: int = PAGE_SIZE) -> Page[Company]:
    """The companies this person acts for, page by page; `words` is looked for in their names and their hubs'."""
    found = select(Company).where(companies_of(user)).order_by(Company.name_en, Company.id)
    if words:
        names = (Company.name_en, Company.name_zh, Hub.name_en, Hub.name_zh)
        found = found.outerjoin(Hub, Hub.id == Company.hub_id).where(containing(words, *names))
    return page_of(found, number=number, size=size)


def own_hubs(user: User) -> list[Hub]:
    """The hubs under which this person may enter companies: staff all, a hub member their own."""
    found = select(Hub).order_by(Hub.name_en, Hub.id)
    return list(db.session.scalars(found if user.is_staff else found.where(Hub.id.in_(user.hub_ids))))


def teams_by_company(companies: Iterable[Company], *, today: date) -> dict[Company, list[OwnTeam]]:
    """The teams of these companies; a company without teams is listed too."""
    listed: dict[Company, list[OwnTeam]] = {company: [] for company in companies}
    theirs = Team.company_id.in_([company.id for company in listed])
    found = db.session.scalars(select(Team).where(theirs).order_by(Team.id)).all()
    offers = offers_of_teams(found)
    coming = (
        select(TeamWindow.team_id, func.count(), func.min(TeamWindow.day))
        .where(TeamWindow.team_id.in_([team.id for team in found]), TeamWindow.day >= today)
        .group_by(TeamWindow.team_id)
    )
    windows = {team_id: (number, day) for team_id, number, day in db.session.execute(coming)}
    for team in found:
        row = OwnTeam(team, offers.get(team.id, []), *windows.get(team.id, (0, None)))
        listed[team.company].append(row)
    return listed


def offers_of_teams(teams: Sequence[Team]) -> dict[int, list[Offer]]:
    """The offers that each of these teams can give."""
    pairs = (
        select(TeamOffer.team_id, Offer)
        .join(Offer, Offer.id == TeamOffer.offer_id)
        .where(TeamOffer.team_id.in_([team.id for team in teams]))
        .order_by(Offer.id)
    )
    found: dict[int, list[Offer]] = {}
    for team_id, offer in db.session.execute(pairs):
        found.setdefault(team_id, []).append(offer)
    return found


def offers_for_teams(company: Company) -> list[Offer]:
    """The offers of a company that a team may give: all but the withdrawn."""
    found = select(Offer).where(Offer.company_id == company.id, Offer.state != OfferState.WITHDRAWN)
    return list(db.session.scalars(found.order_by(Offer.id)))


def windows_of(team: Team, *, since: date) -> list[TeamWindow]:
    """The windows of a team from `since` on, in the order of the calendar."""
    found = select(TeamWindow).where(TeamWindow.team_id == team.id, TeamWindow.day >= since)
    return list(db.session.scalars(found.order_by(TeamWindow.day, TeamWindow.start_time)))


def roster(user: User, *, company_id: int | None, first_day: date, last_day: date) -> list[Visitor]:
    """Who comes to the companies that this person acts for, between two days, in the order of the calendar.

    The teacher to call is whoever handed in the request, else whoever booked."""
    asked_by = func.coalesce(VisitRequest.created_by_id, Booking.created_by_id)
    found = (
        select(Booking, User)
        .join(Offer, Offer.id == Booking.offer_id)
        .join(Company, Company.id == Offer.company_id)
        .outerjoin(VisitRequest, VisitRequest.id == Booking.visit_request_id)
        .join(User, User.id == asked_by)
        .where(
            companies_of(user),
            Booking.day.between(first_day, last_day),
            Booking.state.in_(ON_THE_ROSTER),
            true() if company_id is None else Company.id == company_id,
        )
        .order_by(Booking.day, Booking.start_time, Booking.id)
    )
    return [Visitor(booking, teacher) for booking, teacher in db.session.execute(found).unique()]
