"""Seats of a slot: taken and given back by one UPDATE each, which decides by its rowcount and never asks first.

After `take_seats` the slot's row belongs to the deed until it ends, so what is then read of the slot's other groups is true.
The numbers H2 and H3 are those of the matching rules.
"""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, NamedTuple, cast

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n
from sqlalchemy import Table, select, update
from sqlalchemy.orm import lazyload

from outreach.models import LIVE, Booking, Offer, OfferKind, Slot, SlotState, db
from outreach.models.words import key_stage
from outreach.services.transaction import Refusal, changed_rows

if TYPE_CHECKING:
    from outreach.services.places import Group

# The core table, not the mapped class: seats move without touching the version that editors of a slot compare.
SLOTS = cast("Table", Slot.__table__)


class SlotFull(Refusal):
    """Fewer seats are free than the group needs, or the slot takes no further group."""


class SlotClosed(Refusal):
    """The slot was cancelled or moved, or its offer is no longer posted."""


class GroupsDoNotMix(Refusal):
    """The groups of one slot share a language and a key stage; those of a coding session share the school."""


class TooFewPupils(Refusal):
    """The slot takes place from a number of pupils on that would not be reached."""


class When(NamedTuple):
    """The date and the wall times that a booking is for."""

    day: date
    start_time: time
    end_time: time


def take_seats(slot: Slot, offer: Offer, group: Group, when: When, *, minimum_applies: bool) -> None:
    """Take the group's seats, if the slot still is what the caller saw and its other groups go together with this one."""
    taken = changed_rows(
        update(SLOTS)
        .where(
            SLOTS.c.id == slot.id,
            SLOTS.c.state == SlotState.OPEN,
            SLOTS.c.day == when.day,
            SLOTS.c.start_time == when.start_time,
            SLOTS.c.end_time == when.end_time,
            SLOTS.c.pupils_taken + group.pupils <= SLOTS.c.max_pupils,
            SLOTS.c.groups_taken + 1 <= SLOTS.c.max_groups,
        )
        .values(
            pupils_taken=SLOTS.c.pupils_taken + group.pupils,
            groups_taken=SLOTS.c.groups_taken + 1,
        )
    )
    db.session.refresh(slot)
    if taken != 1:
        raise _why_no_seats(slot, group, when)
    _refuse_strangers(slot, offer, group)
    if minimum_applies and slot.pupils_taken < slot.min_pupils:
        raise TooFewPupils(
            _l("This session takes place with %(least)d pupils or more.", least=slot.min_pupils),
            field="pupils",
        )


def give_back_seats(booking: Booking) -> None:
    """Give the seats of a booking of a slot back; the caller has just ended the booking's life."""
    given_back = changed_rows(
        update(SLOTS)
        .where(SLOTS.c.id == booking.slot_id)
        .values(
            pupils_taken=SLOTS.c.pupils_taken - booking.pupils,
            groups_taken=SLOTS.c.groups_taken - 1,
        )
    )
    if given_back != 1 or booking.slot is None:
        raise RuntimeError(f"booking {booking.id} is of a slot that is gone")
    db.session.refresh(booking.slot)


def groups_in(slot: Slot) -> list[Booking]:
    """The bookings that hold seats in a slot."""
    held = select(Booking).where(Booking.slot_id == slot.id, Booking.state.in_(LIVE)).order_by(Booking.id)
    # Only the bookings' own columns are looked at, while everybody else waits for the slot's row.
    return list(db.session.scalars(held.options(lazyload("*"))))


def _why_no_seats(slot: Slot, group: Group, when: When) -> Refusal:
    if slot.state is not SlotState.OPEN:
        return SlotClosed(_l("This session is cancelled."))
    if (slot.day, slot.start_time, slot.end_time) != when:
        return SlotClosed(_l("This session was moved to another time."))
    free = slot.max_pupils - slot.pupils_taken
    if slot.groups_taken >= slot.max_groups or free <= 0:
        return SlotFull(_l("This session is full."), field="pupils")
    words = _n(
        "%(num)d place is left; your group has %(pupils)d pupils.",
        "%(num)d places are left; your group has %(pupils)d pupils.",
        free,
        pupils=group.pupils,
    )
    return SlotFull(words, field="pupils")


def _refuse_strangers(slot: Slot, offer: Offer, group: Group) -> None:
    # H2: the groups of a coding session belong to one school. H3: one key stage, and a language of the offer for all.
    others = groups_in(slot)
    if offer.kind is OfferKind.CODING_SESSION and any(b.school_id != group.school.id for b in others):
        raise GroupsDoNotMix(_l("This session takes place at another school."))
    if any(key_stage(other.grade) != key_stage(group.grade) for other in others):
        raise GroupsDoNotMix(_l("The other groups in this session are of another age."), field="grade")
    common = set(offer.languages).intersection(group.languages, *(other.languages for other in others))
    if not common:
        raise GroupsDoNotMix(_no_language(shared=bool(others)), field="languages")


def _no_language(*, shared: bool) -> LazyString:
    if shared:
        return _l("No language of your group goes together with the other groups in this session.")
    return _l("This session is not held in a language of your group.")
