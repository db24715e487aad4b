"""Reminders: rows planned in the booking's own transaction, rung by the worker when they are due.

What is due is decided here from rows, never by the scheduler's memory: a worker that was away rings what it missed, unless
the hour has passed in which the reminder made sense. UNIQUE (booking, kind) and one conditional UPDATE keep each to once.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from outreach.clock import local, to_utc
from outreach.models import Booking, BookingState, Reminder, ReminderKind, ReminderState, db
from outreach.queries.contacts import teacher_of
from outreach.services.outbox import queue
from outreach.services.transaction import changed_rows, deed, insert_or_ignore

CONFIRM_AHEAD = timedelta(days=2)
# A reminder to confirm that comes on the heels of the question itself only annoys.
CONFIRM_NOT_WITHIN = timedelta(days=1)
DAYS_BEFORE = 3
BEFORE_AT = time(9, 0)
MORNING_AT = time(7, 0)
BATCH = 100

TEMPLATES = {
    ReminderKind.CONFIRM: "reminder_confirm",
    ReminderKind.BEFORE: "reminder_before",
    ReminderKind.MORNING: "reminder_morning",
}


def planned_times(booking: Booking, *, now: datetime) -> dict[ReminderKind, datetime]:
    """When each reminder of this booking is due. One whose time has passed already is left out."""
    times = {
        ReminderKind.BEFORE: to_utc(booking.day - timedelta(days=DAYS_BEFORE), BEFORE_AT),
        ReminderKind.MORNING: min(to_utc(booking.day, MORNING_AT), booking.starts_at - timedelta(hours=1)),
    }
    if booking.state is BookingState.AWAITING and booking.confirm_by is not None:
        earliest = now + CONFIRM_NOT_WITHIN
        times[ReminderKind.CONFIRM] = max(booking.confirm_by - CONFIRM_AHEAD, earliest)
        if times[ReminderKind.CONFIRM] >= booking.confirm_by:
            del times[ReminderKind.CONFIRM]
    return {kind: due_at for kind, due_at in times.items() if due_at > now}


def plan_reminders(*, booking: Booking, now: datetime) -> None:
    """Plan what is still ahead of this booking, inside the caller's deed. Planning twice plans once."""
    db.session.flush()
    for kind, due_at in planned_times(booking, now=now).items():
        insert_or_ignore(
            Reminder, booking_id=booking.id, kind=kind, due_at=due_at, state=ReminderState.PLANNED
        )


def drop_reminders(*, booking: Booking) -> None:
    """Nothing more rings for a booking that no longer stands; inside the caller's deed."""
    changed_rows(
        update(Reminder)
        .where(Reminder.booking_id == booking.id, Reminder.state == ReminderState.PLANNED)
        .values(state=ReminderState.DROPPED)
        .execution_options(synchronize_session=False)
    )


@deed
def ring_due(*, now: datetime) -> int:
    """Turn up to a batch of due reminders into letters, in one transaction; tells how many rows were settled.

    Rung or dropped, a reminder is settled by one conditional UPDATE together with its letter: of two workers one wins."""
    due = (
        select(Reminder)
        .where(Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
        .order_by(Reminder.due_at, Reminder.id)
        .limit(BATCH)
        .options(joinedload(Reminder.booking))
    )
    return sum(_settle(reminder, now=now) for reminder in db.session.scalars(due).all())


def _settle(reminder: Reminder, *, now: datetime) -> int:
    until = useful_until(reminder)
    state = ReminderState.DROPPED if until is None or until <= now else ReminderState.RUNG
    settled = changed_rows(
        update(Reminder)
        .where(Reminder.id == reminder.id, Reminder.state == ReminderState.PLANNED)
        .values(state=state, rung_at=now if state is ReminderState.RUNG else None)
        .execution_options(synchronize_session=False)
    )
    if settled == 1 and state is ReminderState.RUNG and until is not None:
        queue(
            TEMPLATES[reminder.kind],
            user=teacher_of(reminder.booking),
            dedupe=f"reminder:{reminder.id}",
            now=now,
            expires=until - now,
            booking=reminder.booking,
        )
    return settled


def useful_until(reminder: Reminder) -> datetime | None:
    """The moment after which this reminder is of no use, or None where the booking's state makes it senseless now."""
    booking = reminder.booking
    if reminder.kind is ReminderKind.CONFIRM:
        return booking.confirm_by if booking.state is BookingState.AWAITING else None
    if booking.state is not BookingState.CONFIRMED:
        return None
    if reminder.kind is ReminderKind.BEFORE:
        # From midnight on, "in a few days" is wrong and the morning's reminder says it better.
        return to_utc(local(booking.starts_at).date(), time(0, 0))
    return booking.starts_at
