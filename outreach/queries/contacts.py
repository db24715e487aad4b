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
    """The teacher to talk to about a visit: whoever handed in the request or booked the place, while they still can."""
    wanted = booking.created_by_id
    if booking.visit_request_id is not None:
        wanted = db.session.get_one(VisitRequest, booking.visit_request_id).created_by_id
    return teacher_for(booking.school_id, wanted)


def teacher_for(school_id: int, created_by_id: int) -> User:
    """Whoever made something for a school; once they have left it, its first active teacher, where it has one."""
    maker = db.session.get_one(User, created_by_id)
    # Staff act for every school without teaching there.
    if maker.active and (maker.is_staff or school_id in maker.school_ids):
        return maker
    others = _holders(Membership.school_id == school_id, Role.TEACHER)
    return others[0] if others else maker


def _holders(condition: ColumnElement[bool], role: Role) -> list[User]:
    found = (
        select(User).join(Membership).where(condition, Membership.role == role, User.active).order_by(User.id)
    )
    return list(db.session.scalars(found).unique())
