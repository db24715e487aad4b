"""What the worker does and how often. Each duty is safe beside another worker's: its rows decide who does what."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from flask import Flask

from outreach.clock import utc_now
from outreach.mail import transport
from outreach.services.bookings import lapse_bookings
from outreach.services.outbox import expire_late
from outreach.services.postman import deliver
from outreach.services.reminders import ring_due
from outreach.worker.solving import solve_next, study_next

log = structlog.get_logger()


@dataclass(frozen=True)
class Shift:
    """One worker process: its application, its name among all that ever ran, the sign that it should end."""

    app: Flask
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    ending: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], datetime] = utc_now


def send_letters(shift: Shift) -> None:
    """Send what waits in the outbox; give up what is too late."""
    expired = expire_late(now=shift.clock())
    ends = deliver(
        holder=shift.holder,
        transport=transport(shift.app.config["SETTINGS"]),
        clock=shift.clock,
        ending=shift.ending.is_set,
    )
    if expired or ends:
        log.info("letters", expired=expired, **ends)


def ring_reminders(shift: Shift) -> None:
    """Turn due reminders into letters, batch by batch."""
    while not shift.ending.is_set() and (settled := ring_due(now=shift.clock())):
        log.info("reminders", settled=settled)


def lapse(shift: Shift) -> None:
    """Give back the places that nobody confirmed in time, batch by batch."""
    while not shift.ending.is_set() and (lapsed := lapse_bookings(now=shift.clock())):
        log.info("lapsed", bookings=lapsed)


def run_scheduler(shift: Shift) -> None:
    """Carry out runs that staff asked for, one after the other."""
    while not shift.ending.is_set() and solve_next(clock=shift.clock, ending=shift.ending.is_set) is not None:
        pass


def answer_studies(shift: Shift) -> None:
    """Carry out studies of plans, beside the scheduler: a repair does not wait for a long run."""
    while not shift.ending.is_set() and study_next(clock=shift.clock, ending=shift.ending.is_set) is not None:
        pass


@dataclass(frozen=True)
class Duty:
    """Something done every `seconds`, by whichever worker holds the lease."""

    name: str
    seconds: int
    act: Callable[[Shift], None]


# In the order in which one leads to the next: a run asks for a study of its proposal, a lapse or a reminder queues letters.
DUTIES = (
    Duty("runs", 1, run_scheduler),
    Duty("studies", 1, answer_studies),
    Duty("lapses", 30, lapse),
    Duty("reminders", 15, ring_reminders),
    Duty("letters", 5, send_letters),
)


def do_once(shift: Shift) -> None:
    """Every duty once, in this thread: what is due now is done when it returns."""
    for duty in DUTIES:
        with shift.app.app_context():
            duty.act(shift)
