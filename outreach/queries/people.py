"""Questions about people: who has an account, among those that the reader may know of."""

from __future__ import annotations

from sqlalchemy import func, or_, select, true

from outreach.models import Company, Hub, Membership, Role, School, User, db
from outreach.permissions import acts_for, companies_of, visible
from outreach.queries.paging import Page, page_of
from outreach.queries.schools import search_words

OPEN, INVITED, CLOSED = "active", "invited", "closed"


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


def bodies_for(user: User, role: Role) -> list[School | Company | Hub]:
    """The schools, companies or hubs for which this person may invite somebody; a role without body has none."""
    if role is Role.COORDINATOR:
        theirs = true() if user.is_staff else Company.hub_id.in_(user.hub_ids)
        return list(db.session.scalars(select(Company).where(theirs).order_by(Company.name_en)))
    if role is Role.TEACHER and user.is_staff:
        return list(db.session.scalars(select(School).order_by(School.name_en, School.level)))
    if role is Role.HUB and user.is_staff:
        return list(db.session.scalars(select(Hub).order_by(Hub.name_en)))
    return []
