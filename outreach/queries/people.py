"""Questions about people: who has an account, among those that the reader may know of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true

from outreach.models import BODIES, Company, Hub, Invitation, Membership, Role, School, User, db
from outreach.permissions.judges import acts_for
from outreach.permissions.lists import companies_of, visible
from outreach.queries.paging import Page, page_of
from outreach.queries.schools import search_words

OPEN, INVITED, CLOSED = "active", "invited", "closed"
# As many bodies can be looked through in a list of choices; more are searched, so many at a time.
BODIES_SHOWN = 20


def find_people(
    *, reader: User | None, words: str = "", role: str = "", state: str = "", number: int = 1
) -> Page[User]:
    """The people that `reader` may know of, by name; narrowed by name or e-mail, by role, and by how far they have come in."""
    found = select(User).where(visible(reader, User))
    for word in search_words(words):
        columns = (User.name, User.email)
        found = found.where(or_(*(func.lower(column).contains(word, autoescape=True) for column in columns)))
    if role:
        holders = select(Membership.user_id).where(Membership.role == Role(role))
        if reader is None or not reader.is_staff:
            # A host learns nothing of the other roles of the people it works with.
            mine = Membership.company_id.in_(select(Company.id).where(companies_of(reader)))
            hubs = () if reader is None else reader.hub_ids
            holders = holders.where(or_(mine, Membership.hub_id.in_(hubs)))
        found = found.where(User.id.in_(holders))
    if state == CLOSED:
        found = found.where(User.active.is_(False))
    elif state == INVITED:
        found = found.where(User.active, User.password_hash.is_(None))
    elif state == OPEN:
        found = found.where(User.active, User.password_hash.is_not(None))
    return page_of(found.order_by(func.lower(User.name), User.id), number=number)


def seen_roles(reader: User, person: User) -> list[Membership]:
    """What one person may know of another's roles: staff and oneself all of them, a host those for bodies it acts for."""
    if reader.is_staff or reader.id == person.id:
        return list(person.memberships)
    return [
        held
        for held in person.memberships
        if (held.company is not None and acts_for(reader, held.company)) or held.hub_id in reader.hub_ids
    ]


def state_of(user: User) -> str:
    """How far somebody has come in: invited, active or closed."""
    if not user.active:
        return CLOSED
    return INVITED if user.password_hash is None else OPEN


def find_invitations(*, reader: User, words: str = "", number: int = 1) -> Page[Invitation]:
    """The invitations without an answer that `reader` may know of, the newest first; by name or e-mail as they were typed."""
    found = select(Invitation).join(User, User.id == Invitation.user_id).where(visible(reader, Invitation))
    for word in search_words(words):
        columns = (Invitation.name, User.email)
        found = found.where(or_(*(func.lower(column).contains(word, autoescape=True) for column in columns)))
    return page_of(found.order_by(Invitation.created_at.desc(), Invitation.id.desc()), number=number)


def own_invitations(user: User, *, now: datetime) -> list[Invitation]:
    """What somebody has been offered and can still answer."""
    waiting = (Invitation.user_id == user.id, Invitation.expires_at > now)
    return list(db.session.scalars(select(Invitation).where(*waiting).order_by(Invitation.id)).unique())


def find_bodies(*, reader: User, role: Role, words: str = "", number: int = 1) -> Page[Any]:
    """The schools, companies or hubs for which `reader` may invite somebody as `role`: by part of either name, or of a
    school's registration number."""
    table, allowed = BODIES[role], _may_invite_for(reader, role)
    columns = [table.name_en, table.name_zh, *([School.registration] if table is School else [])]
    found = select(table).where(allowed)
    for word in search_words(words):
        found = found.where(or_(*(func.lower(column).contains(word, autoescape=True) for column in columns)))
    return page_of(found.order_by(table.name_en, table.id), number=number, size=BODIES_SHOWN)


def body_for(*, reader: User, role: Role, body_id: int) -> School | Company | Hub | None:
    """One of these, by its number."""
    table: Any = BODIES[role]
    found: School | Company | Hub | None = db.session.scalar(
        select(table).where(table.id == body_id, _may_invite_for(reader, role))
    )
    return found


def _may_invite_for(reader: User, role: Role) -> ColumnElement[bool]:
    if reader.is_staff:
        return true()
    return Company.hub_id.in_(reader.hub_ids) if role is Role.COORDINATOR else false()
