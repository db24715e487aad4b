"""The dates of an offer: one slot, a weekly series, other limits, and the cancelling of a slot with what hangs on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update

from outreach.clock import to_utc
from outreach.models import (
    LIVE,
    Booking,
    Offer,
    OfferState,
    Slot,
    SlotState,
    User,
    WaitlistEntry,
    WaitlistState,
    db,
)
from outreach.queries.contacts import teacher_for
from outreach.services.bookings import cancel_booking_in
from outreach.services.outbox import queue
from outreach.services.repairing import ask_repair
from outreach.services.seats import SLOTS
from outreach.services.series import (
    Series,
    SeriesDay,
    days_to_make,
    first_clash,
    listed,
    refuse_past,
    refuse_series,
    refuse_times,
)
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, changed_rows, deed, locked
from outreach.services.waitlist import pass_on


class SlotDoesNotHold(Refusal):
    """A slot that contradicts its own limits, or another slot of the offer."""


class SlotOver(Refusal):
    """Somebody cancelled it before, or it has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many pupils and groups a slot takes; what is left None comes from the offer."""

    min_pupils: int | None = None
    max_pupils: int | None = None
    max_groups: int | None = None

    def of(self, offer: Offer) -> tuple[int, int, int]:
        """The three limits for a slot of this offer."""
        return (
            offer.min_pupils if self.min_pupils is None else self.min_pupils,
            offer.max_pupils if self.max_pupils is None else self.max_pupils,
            offer.max_groups if self.max_groups is None else self.max_groups,
        )


AS_OFFERED = Limits()


@deed
def add_slot(
    *,
    offer_id: int,
    day: date,
    start_time: time,
    end_time: time,
    limits: Limits = AS_OFFERED,
    by: User,
    now: datetime,
) -> Slot:
    """Make one slot. A cancelled one at the same time is opened again; the same slot twice is refused."""
    refuse_times(start_time, end_time)
    refuse_past(day, start_time, now=now)
    offer = _open_offer(offer_id)
    _refuse_limits(offer, limits)
    clash = first_clash(_slots_between(offer_id, day, day), day, start_time, end_time)
    if clash is not None:
        raise SlotDoesNotHold(
            _l(
                "This offer has a slot at that time already: %(start)s to %(end)s.",
                start=f"{clash.start_time:%H:%M}",
                end=f"{clash.end_time:%H:%M}",
            ),
            field="start_time",
        )
    slot = _make(offer, day, start_time, end_time, limits, now=now)
    audit("slot.create", slot, by=by, now=now)
    return slot


def preview_series(*, offer_id: int, series: Series, now: datetime) -> tuple[SeriesDay, ...]:
    """The days of a series before anything is made: a question, but by the same rules as `add_series`."""
    refuse_series(series, now=now)
    return listed(series, _slots_between(offer_id, series.first_day, series.last_day), now=now)


@deed
def add_series(
    *,
    offer_id: int,
    series: Series,
    limits: Limits = AS_OFFERED,
    only: Collection[date] | None = None,
    by: User,
    now: datetime,
) -> list[Slot]:
    """Make the slots of a series; public holidays and times that are taken are left out, so that sending twice is harmless.

    `only` keeps to the days that the coordinator ticked in the preview."""
    offer = _open_offer(offer_id)
    _refuse_limits(offer, limits)
    wanted = days_to_make(preview_series(offer_id=offer_id, series=series, now=now), only)
    made = [_make(offer, day, series.start_time, series.end_time, limits, now=now) for day in wanted]
    if made:
        detail = {"slots": len(made), "first": wanted[0].isoformat(), "last": wanted[-1].isoformat()}
        audit("slot.create_series", offer, by=by, now=now, **detail)
    return made


@deed
def change_limits(
    *, slot_id: int, limits: Limits, seen_version: int, by: User, now: datetime
) -> list[Booking]:
    """Change what a slot takes, as long as the bookings in it fit; returns the places that waiting groups are offered.

    One UPDATE decides: who books at this moment comes before it, and counts, or after it, and finds the new limits."""
    slot = db.session.get_one(Slot, slot_id)
    _refuse_limits(slot.offer, limits)
    least, most, groups = limits.of(slot.offer)
    # A booking that has fewer pupils than the minimum was let in; it must not be shut out by a larger one.
    minimum_holds = or_(SLOTS.c.groups_taken == 0, SLOTS.c.pupils_taken >= least, SLOTS.c.min_pupils >= least)
    changed = changed_rows(
        update(SLOTS)
        .where(
            SLOTS.c.id == slot_id,
            SLOTS.c.version == seen_version,
            SLOTS.c.state == SlotState.OPEN,
            SLOTS.c.starts_at > now,
            SLOTS.c.pupils_taken <= most,
            SLOTS.c.groups_taken <= groups,
            minimum_holds,
        )
        .values(min_pupils=least, max_pupils=most, max_groups=groups, version=SLOTS.c.version + 1)
    )
    db.session.refresh(slot)
    if changed != 1:
        raise _why_not_changed(slot, seen_version, most=most, groups=groups, now=now)
    audit("slot.change_limits", slot, by=by, now=now, least=least, most=most, groups=groups)
    return pass_on(slot=slot, now=now)


def _why_not_changed(slot: Slot, seen_version: int, *, most: int, groups: int, now: datetime) -> Refusal:
    if slot.state is not SlotState.OPEN or slot.starts_at <= now:
        return SlotOver(_l("This slot has begun or is cancelled already."))
    if slot.version != seen_version:
        return ChangedMeanwhile()
    if slot.pupils_taken > most:
        words = _l("%(num)d pupils are booked already; the slot cannot take fewer.", num=slot.pupils_taken)
        return SlotDoesNotHold(words, field="max_pupils")
    if slot.groups_taken > groups:
        words = _l("%(num)d groups are booked already; the slot cannot take fewer.", num=slot.groups_taken)
        return SlotDoesNotHold(words, field="max_groups")
    words = _l("%(num)d pupils are booked; a higher minimum would shut them out.", num=slot.pupils_taken)
    return SlotDoesNotHold(words, field="min_pupils")


@deed
def cancel_slot(*, slot_id: int, reason: str, by: User, now: datetime) -> Slot:
    """Cancel a slot with a reason: its live bookings end as cancelled by the company, its waiting list is told, and other places
    are looked for at once."""
    if not reason.strip():
        raise SlotDoesNotHold(_l("Give a reason: the schools will read it."), field="reason")
    # First of all: it holds the row, so that nobody books the slot while its bookings are being cancelled.
    cancelled = changed_rows(
        update(Slot)
        .where(Slot.id == slot_id, Slot.state == SlotState.OPEN, Slot.starts_at > now)
        .values(state=SlotState.CANCELLED, cancel_reason=reason.strip(), version=Slot.version + 1)
        .execution_options(synchronize_session=False)
    )
    if cancelled != 1:
        raise SlotOver(_l("This slot has begun or is cancelled already."))
    db.session.expire_all()
    slot = db.session.get_one(Slot, slot_id)
    _end_waiting(slot, now=now)
    # Held and read as they are now: a teacher who confirms at this moment comes before or after, not in between.
    held = select(Booking).where(Booking.slot_id == slot_id, Booking.state.in_(LIVE)).order_by(Booking.id)
    held = held.with_for_update(of=Booking).execution_options(populate_existing=True)
    bookings = list(db.session.scalars(held).unique())
    for booking in bookings:
        cancel_booking_in(booking=booking, cancelled_by="company", reason=reason.strip(), by=by, now=now)
    ask_repair(slot, bookings, by=by, now=now)
    audit("slot.cancel", slot, by=by, now=now, bookings=len(bookings))
    return slot


def _end_waiting(slot: Slot, *, now: datetime) -> None:
    """Whoever waits for a place in this slot waits in vain: they leave the list and are told."""
    waiting = select(WaitlistEntry).where(
        WaitlistEntry.slot_id == slot.id, WaitlistEntry.state == WaitlistState.WAITING
    )
    for entry in db.session.scalars(waiting.order_by(WaitlistEntry.id)):
        entry.state = WaitlistState.LEFT
        queue(
            "slot_cancelled",
            user=teacher_for(entry.school_id, entry.created_by_id),
            dedupe=f"slot-cancelled:{slot.id}:{slot.version}:{entry.id}",
            now=now,
            slot_id=slot.id,
        )


def _open_offer(offer_id: int) -> Offer:
    offer = locked(Offer, offer_id)
    if offer.state is OfferState.WITHDRAWN:
        raise SlotDoesNotHold(_l("This offer is withdrawn. Post it again before you add slots."))
    return offer


def _refuse_limits(offer: Offer, limits: Limits) -> None:
    least, most, groups = limits.of(offer)
    if not 0 <= least <= most or not 1 <= most <= 1000:
        raise SlotDoesNotHold(
            _l("The smallest number of pupils is larger than the largest one."), field="min_pupils"
        )
    if not 1 <= groups <= 50:
        raise SlotDoesNotHold(_l("Between 1 and 50 groups can come at a time."), field="max_groups")


def _slots_between(offer_id: int, first: date, last: date) -> list[Slot]:
    there = select(Slot).where(
        Slot.offer_id == offer_id, Slot.day.between(first, last), Slot.state == SlotState.OPEN
    )
    return list(db.session.scalars(there.order_by(Slot.day, Slot.start_time)))


def _make(offer: Offer, day: date, start: time, end: time, limits: Limits, *, now: datetime) -> Slot:
    """A new row, or the cancelled one of the same time opened again: its old bookings go on pointing to it."""
    least, most, groups = limits.of(offer)
    found = select(Slot).where(Slot.offer_id == offer.id, Slot.day == day, Slot.start_time == start)
    slot = db.session.scalar(found)
    if slot is None:
        slot = Slot(offer=offer, day=day, start_time=start, starts_at=to_utc(day, start), created_at=now)
        db.session.add(slot)
    slot.end_time, slot.ends_at = end, to_utc(day, end)
    slot.min_pupils, slot.max_pupils, slot.max_groups = least, most, groups
    slot.state, slot.cancel_reason = SlotState.OPEN, ""
    return slot
