"""What both sides and staff ask about bookings: their lists, the history of one, who waits for a place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from outreach.models import (
    LIVE,
    AuditEntry,
    Booking,
    BookingState,
    Company,
    Offer,
    School,
    User,
    WaitlistEntry,
    WaitlistState,
    db,
)
from outreach.permissions import visible
from outreach.queries.paging import Page, containing, page_of

VIEWS = ("upcoming", "awaiting", "past", "ended")


def find_bookings(
    *, reader: User | None, view: str, today: date, words: str = "", number: int = 1
) -> Page[Booking]:
    """Bookings that `reader` may know of: "upcoming" and "awaiting" the next first, "past" and "ended" the last first.

    `words` is looked for in the names of school, company and offer, in the group and the reference."""
    backwards = view in ("past", "ended")
    order = (Booking.starts_at.desc(), Booking.id) if backwards else (Booking.starts_at, Booking.id)
    found = _of_view(reader, view, today)
    if words:
        found = found.join(School, School.id == Booking.school_id).join(Offer, Offer.id == Booking.offer_id)
        found = found.join(Company, Company.id == Offer.company_id).where(containing(words, *_named()))
    return page_of(found.order_by(*order), number=number)


def _named() -> tuple[Any, ...]:
    names = (School.name_en, School.name_zh, Company.name_en, Company.name_zh, Offer.title_en, Offer.title_zh)
    return (*names, Booking.group_label, Booking.reference)


def _of_view(reader: User | None, view: str, today: date) -> Select[Booking]:
    conditions: dict[str, tuple[ColumnElement[bool], ...]] = {
        "upcoming": (Booking.state.in_(LIVE), Booking.day >= today),
        "awaiting": (Booking.state == BookingState.AWAITING,),
        "past": (
            Booking.state.in_((BookingState.CONFIRMED, BookingState.ATTENDED, BookingState.NO_SHOW)),
            Booking.day < today,
        ),
        "ended": (Booking.state.in_((BookingState.DECLINED, BookingState.LAPSED, BookingState.CANCELLED)),),
    }
    found: Select[Booking] = select(Booking).where(visible(reader, Booking), *conditions[view])
    return found


def history_of(booking: Booking) -> list[AuditEntry]:
    """Who did what to a booking, the newest first."""
    return list(
        db.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.thing == "booking", AuditEntry.thing_id == booking.id)
            .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        ).unique()
    )


def own_waiting(reader: User, *, now: datetime) -> list[WaitlistEntry]:
    """The entries of the reader's schools that still wait, the next visit first."""
    rows = db.session.scalars(
        select(WaitlistEntry).where(
            visible(reader, WaitlistEntry), WaitlistEntry.state == WaitlistState.WAITING
        )
    ).unique()
    return sorted((row for row in rows if row.slot.starts_at > now), key=lambda row: row.slot.starts_at)


def place_in_line(entry: WaitlistEntry) -> int:
    """How many of the slot's waiting groups came before, and this one: 1 is the next to be asked."""
    before = select(WaitlistEntry.id).where(
        WaitlistEntry.slot_id == entry.slot_id,
        WaitlistEntry.state == WaitlistState.WAITING,
        (WaitlistEntry.created_at < entry.created_at)
        | ((WaitlistEntry.created_at == entry.created_at) & (WaitlistEntry.id < entry.id)),
    )
    return len(db.session.scalars(before).all()) + 1
