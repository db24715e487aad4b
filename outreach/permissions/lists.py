"""The same law as SQL conditions: which rows of a table a person may know of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, literal, or_, select, true

from outreach.models import (
    AuditEntry,
    Base,
    Booking,
    Company,
    Hub,
    Invitation,
    Membership,
    Offer,
    OfferState,
    OutboxMessage,
    Proposal,
    Round,
    RoundState,
    School,
    Slot,
    SolveRun,
    Study,
    StudyKind,
    Team,
    User,
    VisitRequest,
    WaitlistEntry,
)
from outreach.permissions.judges import is_staff


def companies_of(user: User | None) -> ColumnElement[bool]:
    """SQL: the companies this person acts for."""
    if user is None:
        return false()
    if user.is_staff:
        return true()
    return or_(Company.id.in_(user.company_ids), Company.hub_id.in_(user.hub_ids))


def _own_offers(user: User | None) -> Any:
    return select(Offer.id).join(Company, Company.id == Offer.company_id).where(companies_of(user))


def _own_schools(user: User | None, column: Any) -> ColumnElement[bool]:
    if user is None:
        return false()
    return true() if user.is_staff else column.in_(user.school_ids)


def _seen_offers(user: User | None) -> ColumnElement[bool]:
    return or_(Offer.state == OfferState.POSTED, Offer.id.in_(_own_offers(user)))


def _staff_only(user: User | None) -> ColumnElement[bool]:
    return true() if is_staff(user) else false()


def _seen_rounds(user: User | None) -> ColumnElement[bool]:
    return _staff_only(user) if user is None or user.is_staff else Round.state != RoundState.DRAFT


def _seen_studies(user: User | None) -> ColumnElement[bool]:
    if user is None or user.is_staff:
        return _staff_only(user)
    slots = select(literal("slot-") + cast(Slot.id, String)).where(Slot.offer_id.in_(_own_offers(user)))
    sessions = select(literal("booking-") + cast(Booking.id, String)).where(
        Booking.offer_id.in_(_own_offers(user))
    )
    return and_(Study.kind == StudyKind.REPAIR, or_(Study.subject.in_(slots), Study.subject.in_(sessions)))


def _seen_people(user: User | None) -> ColumnElement[bool]:
    if user is None:
        return false()
    colleagues = select(Membership.user_id).join(Company).where(companies_of(user))
    return true() if user.is_staff else or_(User.id == user.id, User.id.in_(colleagues))


def _seen_roles(user: User | None, table: type[Membership | Invitation]) -> ColumnElement[bool]:
    if user is None:
        return false()
    hosted = table.company_id.in_(select(Company.id).where(companies_of(user)))
    mine = or_(table.user_id == user.id, hosted, table.hub_id.in_(user.hub_ids))
    return true() if user.is_staff else mine


VISIBLE: dict[type[Base], Callable[[User | None], ColumnElement[bool]]] = {
    AuditEntry: _staff_only,
    Booking: lambda user: or_(_own_schools(user, Booking.school_id), Booking.offer_id.in_(_own_offers(user))),
    Company: lambda user: true(),
    Hub: lambda user: true(),
    Invitation: lambda user: _seen_roles(user, Invitation),
    Membership: lambda user: _seen_roles(user, Membership),
    Offer: _seen_offers,
    OutboxMessage: _staff_only,
    Proposal: _staff_only,
    Round: _seen_rounds,
    School: lambda user: _own_schools(user, School.id),
    Slot: lambda user: Slot.offer_id.in_(select(Offer.id).where(_seen_offers(user))),
    SolveRun: _staff_only,
    Study: _seen_studies,
    Team: lambda user: Team.company_id.in_(select(Company.id).where(companies_of(user))),
    User: _seen_people,
    VisitRequest: lambda user: _own_schools(user, VisitRequest.school_id),
    WaitlistEntry: lambda user: _own_schools(user, WaitlistEntry.school_id),
}


def visible(user: User | None, table: type[Base]) -> ColumnElement[bool]:
    """SQL: the rows of `table` that this person may know of."""
    return VISIBLE[table](user)
