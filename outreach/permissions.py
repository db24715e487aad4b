"""The whole law of access on one screen: action -> who may ever do it, and to which thing.

`can(user, action, thing)` answers for one row, `visible(user, Table)` is the same law as an SQL condition for lists. Another
school's or company's row is not visible, so the page says 404; a visible row with a forbidden action says 403.
`user` is None for somebody who is not signed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

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
    Role,
    Round,
    RoundState,
    School,
    Slot,
    SolveRun,
    Team,
    User,
    VisitRequest,
    WaitlistEntry,
)

Person = Callable[[User | None], bool]
Judge = Callable[[User, Any], bool]


def anyone(user: User | None) -> bool:
    """Signed in or not."""
    return True


def signed_in(user: User | None) -> bool:
    """Somebody with an account."""
    return user is not None


def is_teacher(user: User | None) -> bool:
    """A teacher of some school."""
    return user is not None and user.holds(Role.TEACHER)


def is_host(user: User | None) -> bool:
    """A coordinator of a company, or of a hub that acts for companies."""
    return user is not None and user.holds(Role.COORDINATOR, Role.HUB)


def is_staff(user: User | None) -> bool:
    """Programme staff, administrators included."""
    return user is not None and user.is_staff


def is_administrator(user: User | None) -> bool:
    """Manages staff and settings."""
    return user is not None and user.holds(Role.ADMINISTRATOR)


def host_or_staff(user: User | None) -> bool:
    """Whoever acts for companies."""
    return is_host(user) or is_staff(user)


def hub_or_staff(user: User | None) -> bool:
    """Whoever enters companies."""
    return user is not None and (user.is_staff or user.holds(Role.HUB))


def teacher_or_staff(user: User | None) -> bool:
    """Whoever acts for schools."""
    return is_teacher(user) or is_staff(user)


def acts_for(user: User, company: Company) -> bool:
    """Coordinator of the company itself or of its hub; staff act for every company."""
    return (
        user.is_staff
        or company.id in user.company_ids
        or (company.hub_id is not None and company.hub_id in user.hub_ids)
    )


def school_of(user: User, thing: School | VisitRequest | Booking | WaitlistEntry) -> bool:
    """The thing belongs to a school of this teacher; staff act for every school."""
    school_id = thing.id if isinstance(thing, School) else thing.school_id
    return user.is_staff or school_id in user.school_ids


def company_of(user: User, thing: Company | Offer | Slot | Team | Booking) -> bool:
    """The thing belongs to a company that this person acts for."""
    if isinstance(thing, Company):
        return acts_for(user, thing)
    return acts_for(user, thing.offer.company if isinstance(thing, Slot | Booking) else thing.company)


def sees_offer(user: User | None, thing: Offer | Slot) -> bool:
    """Posted offers are public; the others belong to their company."""
    offer = thing.offer if isinstance(thing, Slot) else thing
    return offer.state is OfferState.POSTED or (user is not None and acts_for(user, offer.company))


def either_side(user: User, booking: Booking) -> bool:
    """The school that comes, the company that receives, or staff."""
    return school_of(user, booking) or company_of(user, booking)


def sees_round(user: User, round_: Round) -> bool:
    """Drafts are for staff."""
    return user.is_staff or round_.state is not RoundState.DRAFT


def may_ever_grant(user: User, role: Role) -> bool:
    """Who lets whom in: administrators anybody, staff all but their own kind, hubs coordinators."""
    if role in (Role.STAFF, Role.ADMINISTRATOR):
        return is_administrator(user)
    return hub_or_staff(user) if role is Role.COORDINATOR else is_staff(user)


def may_grant(user: User, role: Role, body: School | Company | Hub | None) -> bool:
    """The same for one body; a hub's member grants coordinators of the hub's companies."""
    if isinstance(body, Company) and not (user.is_staff or body.hub_id in user.hub_ids):
        return False
    return may_ever_grant(user, role)


def gives(user: User, role: Membership | Invitation) -> bool:
    """Whoever may grant a role may offer it again, withdraw the offer, and end it."""
    return may_grant(user, role.role, role.body)


@dataclass(frozen=True, slots=True)
class Rule:
    """`who` may ever do it; `thing` judges the row, where the action has one."""

    who: Person
    thing: Judge | None = None


RULES: dict[str, Rule] = {
    # everybody
    "public": Rule(anyone),
    "offer.list": Rule(anyone),
    "offer.view": Rule(anyone, lambda user, offer: sees_offer(user, offer)),
    "company.view": Rule(anyone, lambda user, company: True),
    # whoever is signed in
    "account.edit": Rule(signed_in),
    "invitation.answer": Rule(signed_in, lambda user, invitation: invitation.user_id == user.id),
    "round.view": Rule(signed_in, sees_round),
    "booking.list": Rule(signed_in),
    "booking.view": Rule(signed_in, either_side),
    "booking.cancel": Rule(signed_in, either_side),
    # schools
    "request.list": Rule(teacher_or_staff),
    "request.create": Rule(is_teacher, school_of),
    "request.view": Rule(teacher_or_staff, school_of),
    "request.edit": Rule(teacher_or_staff, school_of),
    "booking.create": Rule(is_teacher, sees_offer),
    "booking.decide": Rule(teacher_or_staff, school_of),
    "waitlist.join": Rule(is_teacher, sees_offer),
    "waitlist.leave": Rule(teacher_or_staff, school_of),
    "school.own": Rule(is_teacher),
    "school.view": Rule(teacher_or_staff, school_of),
    "school.edit": Rule(teacher_or_staff, school_of),
    "school.balance": Rule(teacher_or_staff, school_of),
    # companies
    "company.edit": Rule(host_or_staff, company_of),
    "company.list": Rule(host_or_staff),
    "company.create": Rule(hub_or_staff),
    "hub.create": Rule(is_staff),
    "offer.create": Rule(host_or_staff, company_of),
    "offer.edit": Rule(host_or_staff, company_of),
    "slot.create": Rule(host_or_staff, company_of),
    "slot.edit": Rule(host_or_staff, company_of),
    "slot.cancel": Rule(host_or_staff, company_of),
    "team.create": Rule(host_or_staff, company_of),
    "team.edit": Rule(host_or_staff, company_of),
    "booking.attend": Rule(host_or_staff, company_of),
    "roster.view": Rule(host_or_staff),
    # programme staff
    "school.list": Rule(is_staff),
    "school.import": Rule(is_staff),
    "ledger.view": Rule(is_staff),
    "round.list": Rule(is_staff),
    "round.create": Rule(is_staff),
    "round.edit": Rule(is_staff, lambda user, round_: True),
    "run.start": Rule(is_staff, lambda user, round_: True),
    "run.view": Rule(is_staff, lambda user, run: True),
    "run.stop": Rule(is_staff, lambda user, run: True),
    "proposal.view": Rule(is_staff, lambda user, proposal: True),
    "proposal.publish": Rule(is_staff, lambda user, proposal: True),
    "outbox.view": Rule(is_staff),
    "outbox.read": Rule(is_staff, lambda user, message: True),
    "outbox.retry": Rule(is_staff, lambda user, message: True),
    "people.list": Rule(host_or_staff),
    "people.invite": Rule(hub_or_staff),
    "people.invite_again": Rule(hub_or_staff, gives),
    "people.end_role": Rule(hub_or_staff, gives),
    # administrators
    "people.disable": Rule(is_administrator, lambda user, person: person.id != user.id),
}


def can(user: User | None, action: str, thing: Base | None = None) -> bool:
    """May this person do this, to this thing? Without a thing: may they ever. An unknown action is a KeyError."""
    rule = RULES[action]
    if not rule.who(user):
        return False
    if thing is None or rule.thing is None:
        return True
    # A public rule judges its rows for people who are not signed in as well.
    return rule.thing(user, thing)  # type: ignore[arg-type]


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
    if user is None:
        return false()
    return true() if user.is_staff else Round.state != RoundState.DRAFT


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
    Team: lambda user: Team.company_id.in_(select(Company.id).where(companies_of(user))),
    User: _seen_people,
    VisitRequest: lambda user: _own_schools(user, VisitRequest.school_id),
    WaitlistEntry: lambda user: _own_schools(user, WaitlistEntry.school_id),
}


def visible(user: User | None, table: type[Base]) -> ColumnElement[bool]:
    """SQL: the rows of `table` that this person may know of."""
    return VISIBLE[table](user)
