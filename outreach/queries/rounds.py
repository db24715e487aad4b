"""What staff and schools ask about rounds: how much is wanted, how much is offered, which round is open now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from outreach.models import (
    IN_FORCE,
    Booking,
    BookingState,
    Offer,
    OfferState,
    Proposal,
    Publication,
    RequestState,
    Round,
    RoundState,
    School,
    Slot,
    SlotState,
    SolveRun,
    Team,
    TeamWindow,
    VisitRequest,
    db,
)


@dataclass(frozen=True, slots=True)
class Supply:
    """What a round has to give and what is wanted of it."""

    requests: int
    drafts: int
    schools: int
    pupils: int
    slots: int
    seats: int
    companies: int
    teams: int


def all_rounds() -> list[Round]:
    """Every round, the newest days first."""
    return list(db.session.scalars(select(Round).order_by(Round.first_day.desc())))


def open_rounds() -> list[Round]:
    """Rounds in which schools may hand in requests now."""
    collecting = select(Round).where(Round.state == RoundState.COLLECTING)
    return list(db.session.scalars(collecting.order_by(Round.first_day)))


def round_in_force_on(day: date) -> Round | None:
    """The published or running round that this day belongs to: its free places may be booked."""
    return db.session.scalar(
        select(Round).where(Round.first_day <= day, Round.last_day >= day, Round.state.in_(IN_FORCE)).limit(1)
    )


def supply_of(round_: Round) -> Supply:
    """The figures on top of a round's page, in four statements."""
    asked = db.session.execute(
        select(
            func.count(VisitRequest.id),
            func.count(func.distinct(VisitRequest.school_id)),
            func.coalesce(func.sum(VisitRequest.pupils), 0),
        ).where(VisitRequest.round_id == round_.id, VisitRequest.state == RequestState.SUBMITTED)
    ).one()
    drafts = db.session.scalar(
        select(func.count(VisitRequest.id)).where(
            VisitRequest.round_id == round_.id, VisitRequest.state == RequestState.DRAFT
        )
    )
    given = db.session.execute(
        select(
            func.count(Slot.id),
            func.coalesce(func.sum(Slot.max_pupils), 0),
            func.count(func.distinct(Offer.company_id)),
        )
        .join(Offer, Offer.id == Slot.offer_id)
        .where(
            Slot.state == SlotState.OPEN,
            Offer.state == OfferState.POSTED,
            Slot.day.between(round_.first_day, round_.last_day),
        )
    ).one()
    teams = db.session.scalar(
        select(func.count(func.distinct(TeamWindow.team_id)))
        .join(Team, Team.id == TeamWindow.team_id)
        .where(Team.active, TeamWindow.day.between(round_.first_day, round_.last_day))
    )
    return Supply(asked[0], drafts or 0, asked[1], asked[2], given[0], given[1], given[2], teams or 0)


@dataclass(frozen=True, slots=True)
class DistrictCount:
    """One of the 18 districts in a round."""

    district: str
    schools: int
    requests: int
    placed: int


def districts_of(round_: Round) -> list[DistrictCount]:
    """Requests and live bookings of a round by the school's district."""
    asked = select(School.district, func.count(func.distinct(School.id)), func.count(VisitRequest.id))
    asked = asked.join(VisitRequest, VisitRequest.school_id == School.id)
    asked = asked.where(VisitRequest.round_id == round_.id, VisitRequest.state == RequestState.SUBMITTED)
    placed = select(School.district, func.count(Booking.id)).join(Booking, Booking.school_id == School.id)
    placed = placed.where(
        Booking.round_id == round_.id,
        Booking.state.in_((BookingState.AWAITING, BookingState.CONFIRMED, BookingState.ATTENDED)),
    )
    booked: dict[str, int] = dict(db.session.execute(placed.group_by(School.district)).all())
    rows = db.session.execute(asked.group_by(School.district).order_by(School.district))
    return [DistrictCount(code, schools, count, booked.get(code, 0)) for code, schools, count in rows]


def runs_of(round_: Round) -> list[SolveRun]:
    """The runs of a round, the newest first."""
    found = db.session.scalars(
        select(SolveRun).where(SolveRun.round_id == round_.id).order_by(SolveRun.id.desc())
    )
    return list(found.unique())


def proposals_of(round_: Round) -> dict[int, Proposal]:
    """The proposals of a round, by the number of their run."""
    found = db.session.scalars(select(Proposal).where(Proposal.round_id == round_.id)).unique()
    return {proposal.solve_run_id: proposal for proposal in found}


def published_proposal(round_: Round) -> int | None:
    """The proposal that was published as the first version; later versions repair it."""
    first = select(Publication.proposal_id).where(Publication.round_id == round_.id, Publication.number == 1)
    return db.session.scalar(first)


def published_plan(round_: Round) -> str | None:
    """The plan of that proposal, as its run wrote it."""
    return db.session.scalar(select(Proposal.plan).where(Proposal.id == published_proposal(round_)))


def newest_publication(round_: Round) -> Publication | None:
    """The version in force."""
    return db.session.scalar(
        select(Publication)
        .where(Publication.round_id == round_.id)
        .order_by(Publication.number.desc())
        .limit(1)
    )
