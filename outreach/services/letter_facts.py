"""What a queued letter has to say at this moment, or that it has nothing to say any more.

The row holds ids; everything else is read here, just before the letter is written, in the reader's language. A letter about
a booking that has moved on is not written, nor is one to a person whose account is closed but that which says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import select

from outreach.letters import Visit, in_language
from outreach.mail import CalendarEntry
from outreach.models import (
    BODIES,
    Booking,
    BookingState,
    Company,
    Hub,
    Invitation,
    Membership,
    OfferKind,
    OutboxMessage,
    Role,
    School,
    Slot,
    TokenPurpose,
    User,
    VisitRequest,
    db,
)
from outreach.models.words import KINDS, ROLE_WORDS
from outreach.queries.contacts import hosts_of, teacher_of
from outreach.services.links import link
from outreach.services.tokens import LIFETIME, issue_token


@dataclass(frozen=True)
class Told:
    """The facts of one letter, its calendar entry, and the secrets that no copy may keep."""

    facts: dict[str, Any]
    entry: CalendarEntry | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)


# A letter about a booking is true only while the booking is in this state.
TRUE_WHILE: dict[str, BookingState] = {
    "booking_awaiting": BookingState.AWAITING,
    "place_offered": BookingState.AWAITING,
    "reminder_confirm": BookingState.AWAITING,
    "booking_confirmed": BookingState.CONFIRMED,
    "visit_coming": BookingState.CONFIRMED,
    "reminder_before": BookingState.CONFIRMED,
    "reminder_morning": BookingState.CONFIRMED,
    "booking_declined": BookingState.DECLINED,
    "booking_cancelled": BookingState.CANCELLED,
    "booking_lapsed": BookingState.LAPSED,
}
# Bookings that leave the calendar again.
GONE = frozenset({BookingState.CANCELLED, BookingState.DECLINED, BookingState.LAPSED})
# Either side may have taken a booking's entry from its page while it waited, so its end takes the entry away as well.
WITH_ENTRY = frozenset(
    {"booking_confirmed", "visit_coming", "booking_cancelled", "booking_declined", "booking_lapsed"}
)


def told(message: OutboxMessage, *, now: datetime) -> Told | None:
    """What the letter says now, or None where it should not go out."""
    if message.user.active is (message.template == "account_closed"):
        return None
    with force_locale(message.user.language):
        if message.template in TRUE_WHILE:
            return _about_booking(message, now=now)
        return OTHERS[message.template](message, now)


def _about_booking(message: OutboxMessage, *, now: datetime) -> Told | None:
    if message.booking_id is None:
        return None
    booking = db.session.get(Booking, message.booking_id, populate_existing=True)
    if booking is None or booking.state is not TRUE_WHILE[message.template]:
        return None
    if booking.live and booking.starts_at <= now:
        return None
    # Letters that wait while the school's teachers change still speak to a teacher.
    for_host = message.user_id != teacher_of(booking).id and booking.school_id not in message.user.school_ids
    facts: dict[str, Any] = {
        "visit": visit_of(booking, for_host=for_host),
        "url": link("bookings.show", booking_id=booking.id),
        "confirm_by": booking.confirm_by,
        "held_until": booking.confirm_by,
        "cancelled_by": booking.cancelled_by,
        "reason": booking.cancel_reason,
    }
    entry = calendar_entry(booking, facts) if message.template in WITH_ENTRY else None
    return Told({"reader": message.user.name, **facts}, entry)


def visit_of(booking: Booking, *, for_host: bool) -> Visit:
    """The booking in the words of the language in force; the contact is the other side."""
    offer, outing = booking.offer, booking.offer.kind is OfferKind.FIELD_VISIT
    return Visit(
        title=in_language(offer, "title").text,
        kind=str(KINDS[offer.kind]),
        company=in_language(offer.company, "name").text,
        school=in_language(booking.school, "name").text,
        group=booking.group_label,
        pupils=booking.pupils,
        day=booking.day,
        start=booking.start_time,
        end=booking.end_time,
        place=in_language(offer if outing else booking.school, "address").text,
        reference=booking.reference,
        outing=outing,
        contact=_contact([teacher_of(booking)] if for_host else hosts_of(offer.company)),
    )


def _contact(people: list[User]) -> str:
    comma = gettext(", ")
    each = (comma.join((person.name, person.phone or person.email)) for person in people[:2])
    words: str = gettext("; ").join(each)
    return words


def calendar_entry(booking: Booking, facts: dict[str, Any]) -> CalendarEntry:
    """The booking for a calendar: one UID for its life, the row's version as the revision."""
    visit: Visit = facts["visit"]
    described = gettext(
        "%(group)s, %(pupils)s pupils. Booking %(reference)s.",
        group=visit.group,
        pupils=visit.pupils,
        reference=visit.reference,
    )
    return CalendarEntry(
        uid=f"booking-{booking.reference}@outreach",
        revision=booking.version,
        title=visit.title,
        place=visit.place,
        description=described,
        start=booking.starts_at,
        end=booking.ends_at,
        url=facts["url"],
        cancelled=booking.state in GONE,
        tentative=booking.state is BookingState.AWAITING,
    )


def _not_placed(message: OutboxMessage, now: datetime) -> Told | None:
    visit_request = db.session.get(VisitRequest, message.facts["visit_request_id"])
    if visit_request is None:
        return None
    facts = {
        "reader": message.user.name,
        "round_title": in_language(visit_request.round_, "name").text,
        "group": visit_request.group_label,
        "url": link("requests.show", request_id=visit_request.id),
    }
    return Told(facts)


def _slot_cancelled(message: OutboxMessage, now: datetime) -> Told | None:
    slot = db.session.get(Slot, message.facts["slot_id"])
    if slot is None or slot.starts_at <= now:
        return None
    offer = slot.offer
    visit = Visit(
        title=in_language(offer, "title").text,
        kind=str(KINDS[offer.kind]),
        company=in_language(offer.company, "name").text,
        day=slot.day,
        start=slot.start_time,
        end=slot.end_time,
    )
    url = link("offers.index")
    return Told({"reader": message.user.name, "visit": visit, "reason": slot.cancel_reason, "url": url})


def _invitation(message: OutboxMessage, now: datetime) -> Told | None:
    # Whoever has chosen a password by an earlier letter has taken up every role that was offered until then.
    if message.user.password_hash is not None:
        return None
    waiting = (Invitation.user_id == message.user_id, Invitation.expires_at > now)
    offered = list(db.session.scalars(select(Invitation).where(*waiting).order_by(Invitation.id)).unique())
    roles: list[Membership | Invitation] = [*message.user.memberships, *offered]
    if not roles:
        return None
    # The link is not to outlive what it leads to: an account without a role helps nobody.
    until = max((one.expires_at for one in offered), default=None)
    told = _with_key(message, TokenPurpose.INVITATION, "account.invitation", now, until)
    return Told(told.facts | {"acts_for": gettext(", ").join(map(_body_of, roles))}, secrets=told.secrets)


def _role_offered(message: OutboxMessage, now: datetime) -> Told | None:
    invitation = db.session.get(Invitation, message.facts["invitation_id"])
    if invitation is None or invitation.expires_at <= now:
        return None
    facts = {
        "reader": message.user.name,
        "acts_as": _acts_as(invitation.role, invitation.body),
        "invited_by": invitation.invited_by.name,
        "expires": invitation.expires_at,
        "url": link("invitations.show", invitation_id=invitation.id),
    }
    return Told(facts)


def _role_ended(message: OutboxMessage, now: datetime) -> Told | None:
    role, body_id = Role(message.facts["role"]), message.facts["body_id"]
    if any(
        held.role is role and body_id == getattr(held.body, "id", None) for held in message.user.memberships
    ):
        return None
    table = BODIES.get(role)
    body: Any = None if table is None else db.session.get(table, body_id)
    facts = {
        "reader": message.user.name,
        "acted_as": _acts_as(role, body),
        "ended_by": db.session.get_one(User, message.facts["by_id"]).name,
        "url": link("account.settings"),
    }
    return Told(facts)


def _account_changed(message: OutboxMessage, now: datetime) -> Told | None:
    changed_by = db.session.get_one(User, message.facts["by_id"]).name
    page = "statements.privacy" if message.template == "account_closed" else "account.sign_in"
    return Told({"reader": message.user.name, "changed_by": changed_by, "url": link(page)})


def _acts_as(role: Role, body: School | Company | Hub | None) -> str:
    words: str = gettext("%(role)s, %(body)s", role=str(ROLE_WORDS[role]), body=_named(body))
    return words


def _body_of(role: Membership | Invitation) -> str:
    return _named(role.body)


def _named(body: School | Company | Hub | None) -> str:
    return gettext("Programme office") if body is None else in_language(body, "name").text


def _password_reset(message: OutboxMessage, now: datetime) -> Told | None:
    return _with_key(message, TokenPurpose.PASSWORD_RESET, "account.reset", now)


def _with_key(
    message: OutboxMessage, purpose: TokenPurpose, endpoint: str, now: datetime, until: datetime | None = None
) -> Told:
    expires = until or now + LIFETIME[purpose]
    key = issue_token(user_id=message.user_id, purpose=purpose, now=now, expires_at=expires)
    facts = {"reader": message.user.name, "url": link(endpoint, key=key), "expires": expires}
    return Told(facts, secrets=(key,))


OTHERS: dict[str, Callable[[OutboxMessage, datetime], Told | None]] = {
    "not_placed": _not_placed,
    "slot_cancelled": _slot_cancelled,
    "invitation": _invitation,
    "role_offered": _role_offered,
    "role_ended": _role_ended,
    "account_closed": _account_changed,
    "account_opened": _account_changed,
    "password_reset": _password_reset,
}
