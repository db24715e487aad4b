"""What waits for each role on the first page: a few rows, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, literal, select

from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Company,
    Invitation,
    Membership,
    Offer,
    OfferState,
    OutboxState,
    RequestState,
    Role,
    Round,
    RoundState,
    School,
    Slot,
    SlotState,
    Team,
    TeamOffer,
    TeamWindow,
    User,
    VisitRequest,
    db,
)
from outreach.permissions.lists import companies_of, visible
from outreach.queries.outbox import letters_by_state

FEW = 6


def bookings_to_confirm(user: User) -> list[Booking]:
    """Places of this teacher's schools that wait for a yes, the earliest deadline first."""
    return list(
        db.session.scalars(
            select(Booking)
            .where(Booking.school_id.in_(user.school_ids), Booking.state == BookingState.AWAITING)
            .order_by(Booking.confirm_by, Booking.id)
        ).unique()
    )


def coming_outings(user: User, today: date) -> list[Booking]:
    """The next visits of this teacher's schools; what waits for their yes is `bookings_to_confirm`."""
    return _coming(Booking.school_id.in_(user.school_ids), (BookingState.CONFIRMED,), today)


def coming_groups(user: User, today: date) -> list[Booking]:
    """The next groups that come to this person's companies, or that they go to."""
    offers = select(Offer.id).join(Company, Company.id == Offer.company_id).where(companies_of(user))
    return _coming(Booking.offer_id.in_(offers), LIVE, today)


def _coming(whose: ColumnElement[bool], states: tuple[BookingState, ...], today: date) -> list[Booking]:
    return list(
        db.session.scalars(
            select(Booking)
            .where(whose, Booking.state.in_(states), Booking.day >= today)
            .order_by(Booking.starts_at, Booking.id)
            .limit(FEW)
        ).unique()
    )


def requests_in(user: User, rounds: list[Round]) -> list[VisitRequest]:
    """The requests of this teacher's schools in some rounds, withdrawn ones left out."""
    return list(
        db.session.scalars(
            select(VisitRequest)
            .where(
                visible(user, VisitRequest),
                VisitRequest.round_id.in_([round_.id for round_ in rounds]),
                VisitRequest.state != RequestState.WITHDRAWN,
            )
            .order_by(VisitRequest.id)
        ).unique()
    )


def requests_awaiting_result(user: User) -> list[VisitRequest]:
    """The requests handed in by this teacher's schools whose round is closed and not yet published."""
    return list(
        db.session.scalars(
            select(VisitRequest)
            .join(Round)
            .where(
                visible(user, VisitRequest),
                Round.state.in_((RoundState.CLOSED, RoundState.REVIEW)),
                VisitRequest.state == RequestState.SUBMITTED,
            )
            .order_by(Round.first_day, VisitRequest.id)
        ).unique()
    )


def schools_of(user: User) -> list[School]:
    """The schools this person teaches at."""
    return list(db.session.scalars(select(School).where(School.id.in_(user.school_ids)).order_by(School.id)))


def companies_for(user: User) -> list[Company]:
    """The companies this person acts for."""
    return list(
        db.session.scalars(select(Company).where(companies_of(user)).order_by(Company.name_en)).unique()
    )


@dataclass(frozen=True, slots=True)
class OfferWork:
    """What a coordinator might still do: drafts to post, posted offers that have no date ahead.

    A date is an open slot, or a day on which a team that gives the offer is free."""

    drafts: list[Offer]
    without_dates: list[Offer]
    posted: int


def offer_work(user: User, today: date) -> OfferWork:
    """The offers of this person's companies that need a hand."""
    mine = (
        select(Offer)
        .join(Company, Company.id == Offer.company_id)
        .where(companies_of(user))
        .order_by(Offer.id)
    )
    ahead = select(Slot.offer_id).where(Slot.state == SlotState.OPEN, Slot.day >= today)
    given = (
        select(TeamOffer.offer_id)
        .join(Team, Team.id == TeamOffer.team_id)
        .join(TeamWindow, TeamWindow.team_id == Team.id)
        .where(Team.active, TeamWindow.day >= today)
    )
    posted = mine.where(Offer.state == OfferState.POSTED)
    dateless = posted.where(Offer.id.not_in(ahead), Offer.id.not_in(given)).limit(FEW)
    return OfferWork(
        drafts=list(db.session.scalars(mine.where(Offer.state == OfferState.DRAFT).limit(FEW)).unique()),
        without_dates=list(db.session.scalars(dateless).unique()),
        posted=db.session.scalar(select(func.count()).select_from(posted.order_by(None).subquery())) or 0,
    )


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Which of the first steps of a new programme are done."""

    schools: bool
    companies: bool
    people: bool
    rounds: bool

    @property
    def all_done(self) -> bool:
        """Nothing is left to be told."""
        return self.schools and self.companies and self.people and self.rounds


def beginnings() -> Beginnings:
    """How far a new programme has come; `people` are those who act for a school or a company, or are asked to."""
    acting = (Role.TEACHER, Role.COORDINATOR)
    questions = (
        select(literal(1)).select_from(School).exists(),
        select(literal(1)).select_from(Company).exists(),
        select(Membership.id).where(Membership.role.in_(acting)).exists()
        | select(Invitation.id).where(Invitation.role.in_(acting)).exists(),
        select(literal(1)).select_from(Round).exists(),
    )
    return Beginnings(*(bool(answer) for answer in db.session.execute(select(*questions)).one()))


def rounds_at_work() -> list[Round]:
    """Rounds that are not archived, the next visits first."""
    return list(
        db.session.scalars(select(Round).where(Round.state != RoundState.ARCHIVED).order_by(Round.first_day))
    )


def letters_in_trouble() -> dict[OutboxState, int]:
    """How many letters were refused, and how many nobody could send in time; without those that are none."""
    counts = letters_by_state()
    return {state: counts[state] for state in (OutboxState.FAILED, OutboxState.EXPIRED) if counts[state]}


def unconfirmed_bookings() -> int:
    """Places that still wait for a school's yes."""
    waiting = select(func.count(Booking.id)).where(Booking.state == BookingState.AWAITING)
    return db.session.scalar(waiting) or 0
