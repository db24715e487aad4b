"""Who is who, and whose a row is: the predicates of the law. Each reads as a sentence."""

from __future__ import annotations

from outreach.models import (
    Booking,
    Company,
    Hub,
    Invitation,
    Membership,
    Offer,
    OfferState,
    Role,
    Round,
    RoundState,
    School,
    Slot,
    Study,
    StudyKind,
    Team,
    User,
    VisitRequest,
    WaitlistEntry,
    db,
)


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


def sees_repair(user: User, study: Study) -> bool:
    """Staff see every study; the company that cancelled a slot or a session sees the repair that followed from it."""
    if user.is_staff or study.kind is not StudyKind.REPAIR:
        return user.is_staff
    slot = db.session.get(Slot, study.subject_id("slot") or 0)
    cancelled = slot or db.session.get(Booking, study.subject_id("booking") or 0)
    return cancelled is not None and company_of(user, cancelled)


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
