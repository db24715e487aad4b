"""Whom a letter about a visit reaches, and whom its reader can call."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from outreach.models import Booking, Company, Membership, Role, User, VisitRequest, db


def hosts_of(company: Company) -> list[User]:
    """The people who act for a company: its own coordinators, or its hub's members where it has none; by account number."""
    own = _holders(Membership.company_id == company.id, Role.COORDINATOR)
    if own or company.hub_id is None:
        return own
    return _holders(Membership.hub_id == company.hub_id, Role.HUB)


def teacher_of(booking: Booking) -> User:
    """The teacher who asked for the visit: whoever handed in the request, else whoever booked the place."""
    wanted = booking.created_by_id
    if booking.visit_request_id is not None:
        wanted = db.session.get_one(VisitRequest, booking.visit_request_id).created_by_id
    return db.session.get_one(User, wanted)


def _holders(condition: ColumnElement[bool], role: Role) -> list[User]:
    found = (
        select(User).join(Membership).where(condition, Membership.role == role, User.active).order_by(User.id)
    )
    return list(db.session.scalars(found).unique())
