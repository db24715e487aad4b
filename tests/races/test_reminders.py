"""Reminders under race and crash: each becomes one letter, whoever rings it and wherever a worker dies.

Each of the two tests has a mutant with the guards taken out, which must be caught.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from outreach.models import Booking, OutboxMessage, Reminder, ReminderKind, ReminderState, User, db
from outreach.services.outbox import queue
from outreach.services.reminders import plan_reminders, ring_due
from outreach.services.transaction import changed_rows, one_transaction
from tests.build import NOW
from tests.cast import Cast
from tests.engines import Database
from tests.races.crashes import Worker, ring_all
from tests.visit_rows import DAY, book, scene

Figures = Callable[[str, object], None]
Ring = Callable[..., int]
WORKERS = 4
# Sparing enough that the reminders outlast the crashes: two workers ring a few between two deaths.
REMINDERS_PER_CRASH = 12


@dataclass
class Told:
    """What was settled, and the letters that came of it."""

    settled: int
    rung: int
    letters: Counter[int | None]

    @property
    def once(self) -> bool:
        """A letter for each reminder that rang, and none more."""
        return self.letters.total() == self.rung


def ring_together(app: Flask, ring: Ring, due: datetime) -> Told:
    """Several workers at once, until nothing is due."""
    gate, settled = threading.Barrier(WORKERS), list[int]()

    def work() -> None:
        with app.app_context():
            gate.wait()
            while count := ring(now=due):
                settled.append(count)

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with app.app_context():
        return Told(sum(settled), in_state(ReminderState.RUNG), letters())


def in_state(state: ReminderState) -> int:
    """How many reminders there are in this state now."""
    db.session.rollback()
    return db.session.scalar(select(func.count(Reminder.id)).where(Reminder.state == state)) or 0


def letters() -> Counter[int | None]:
    """The letters by booking."""
    return Counter(db.session.scalars(select(OutboxMessage.booking_id)))


def planned(cast: Cast) -> tuple[int, datetime]:
    """Thirty bookings on days of their own: how many reminders they have, and when the last is due."""
    made = scene(cast)
    bookings = [book(made, day=DAY + timedelta(days=number)) for number in range(30)]
    with one_transaction():
        for booking_id in bookings:
            plan_reminders(booking=db.session.get_one(Booking, booking_id), now=NOW)
    dues = list(db.session.scalars(select(Reminder.due_at)))
    return len(dues), max(dues)


def test_racing_workers_ring_each_reminder_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        number, due = planned(cast)
    told = ring_together(app, ring_due, due)
    assert told.settled == number
    assert told.rung > 0
    assert told.once


def ring_after_looking(looked: threading.Barrier, cast: Cast, *, now: datetime) -> int:
    """The mutant: all look what is due, then each notes and writes it, with no condition and a key of its own."""
    db.session.rollback()
    due = select(Reminder.id).where(Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
    seen = list(db.session.scalars(due))
    db.session.rollback()
    looked.wait(60)
    with one_transaction():
        teacher, key = db.session.get_one(User, cast.people["tess"]), threading.get_ident()
        for number in seen:
            rung = update(Reminder).where(Reminder.id == number).values(state=ReminderState.RUNG)
            changed_rows(rung)
            queue("reminder_before", user=teacher, dedupe=f"reminder:{number}:{key}", now=now)
    return len(seen)


def test_ringing_after_looking_is_caught(app: Flask, cast: Cast) -> None:
    with app.app_context():
        number, due = planned(cast)
    told = ring_together(app, partial(ring_after_looking, threading.Barrier(WORKERS), cast), due)
    assert told.settled == WORKERS * number
    assert not told.once


def due_now(cast: Cast, number: int) -> None:
    """So many bookings of one visit, each with a reminder that is due."""
    first = db.session.get_one(Booking, book(scene(cast)))
    left_out = ("id", "reference", "version")
    names = [column.key for column in Booking.__table__.columns if column.key not in left_out]
    facts = {name: getattr(first, name) for name in names}
    with one_transaction():
        bookings = [Booking(reference=f"C{place:05}", **facts) for place in range(number)]
        db.session.add_all(bookings)
        db.session.flush()
        kind = ReminderKind.BEFORE
        db.session.add_all([Reminder(booking_id=each.id, kind=kind, due_at=NOW) for each in bookings])


def ring_with_crashes(app: Flask, database: Database, *, crashes: int, mutant: str = "") -> int:
    """Two workers at a time, killed one after the other while they ring; at the end two that may finish.

    Tells how many died at work."""
    died = 0
    while died < crashes:
        pair = [Worker(ring_all, database.url, NOW, mutant) for _ in range(2)]
        for worker in pair:
            with app.app_context():
                await_progress()
            time.sleep(0 if mutant else random.uniform(0, 0.02))
            worker.kill()
        ends = [worker.wait() for worker in pair]
        if ends == [0, 0]:
            break
        died += sum(end != 0 for end in ends)
    assert [worker.wait() for worker in [Worker(ring_all, database.url, NOW) for _ in range(2)]] == [0, 0]
    return died


def await_progress() -> None:
    """Wait until another reminder is rung, or none is left."""
    before, until = in_state(ReminderState.RUNG), time.monotonic() + 60
    while in_state(ReminderState.RUNG) == before and in_state(ReminderState.PLANNED):
        assert time.monotonic() < until, "no worker rings"
        time.sleep(0.002)


def test_no_reminder_is_lost_in_a_crash(
    app: Flask, cast: Cast, database: Database, full: bool, figures: Figures
) -> None:
    crashes = 100 if full else 4
    number = crashes * REMINDERS_PER_CRASH
    with app.app_context():
        due_now(cast, number)
    died = ring_with_crashes(app, database, crashes=crashes)
    with app.app_context():
        told = Told(0, in_state(ReminderState.RUNG), letters())
    figures("kill -9 while reminders rang", died)
    figures("reminders, letters", f"{number}, {told.letters.total()}")
    figures("reminders lost", number - len(told.letters))
    figures("letters too many", told.letters.total() - len(told.letters))
    assert died >= crashes // 2
    assert (told.rung, len(told.letters), set(told.letters.values())) == (number, number, {1})


def test_a_worker_who_notes_before_it_writes_is_caught(app: Flask, cast: Cast, database: Database) -> None:
    with app.app_context():
        due_now(cast, 2 * REMINDERS_PER_CRASH)
    died = ring_with_crashes(app, database, crashes=2, mutant="forgetful")
    with app.app_context():
        told = Told(0, in_state(ReminderState.RUNG), letters())
    assert died >= 1
    assert told.rung == 2 * REMINDERS_PER_CRASH
    with pytest.raises(AssertionError):
        assert told.once
