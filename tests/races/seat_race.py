"""The last seats of a slot, and many teachers who press "Book the place" at the same moment.

`SeatRace` writes a published round with one school and one teacher for each racer. `run` lets every teacher send the real
form over HTTP for one slot and counts what came of it, in the answers and in the database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from outreach.clock import today, utc_now
from outreach.models import LIVE, Booking, Company, Offer, RoundState, Slot, db
from outreach.services.tokens import new_key
from tests import build
from tests.races.racers import BOOKED, Racer, all_at_once, school_days, teachers

SEATS = 30


@dataclass
class Outcome:
    """What one race, or several, came to."""

    answers: Counter[int] = field(default_factory=Counter)
    oversold: int = 0
    lost: int = 0
    miscounted: int = 0
    needlessly_refused: int = 0
    silent: int = 0

    def add(self, other: Outcome) -> None:
        """Sum up."""
        self.answers += other.answers
        for name in ("oversold", "lost", "miscounted", "needlessly_refused", "silent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def faults(self) -> int:
        """Answers that are neither a booking nor a refusal in words."""
        return self.silent + sum(
            number for status, number in self.answers.items() if status not in (303, 409)
        )


class SeatRace:
    """Schools, teachers with open sessions, and an offer with one slot a day."""

    def __init__(self, app: Flask, racers: int) -> None:
        self.app = app
        self.days = school_days()
        self.racers = teachers(app, racers)
        with app.app_context():
            company = build.kept(Company(name_en="Small firm", name_zh="小公司", created_at=utc_now()))
            first = today()
            build.round_(RoundState.PUBLISHED, first_day=first, last_day=first + timedelta(days=365))
            self.offer = build.offer(company, max_pupils=SEATS, max_groups=50).id

    def next_slot(self) -> int:
        """A slot on a day of its own: each school comes once a day."""
        with self.app.app_context():
            number: int = build.slot(db.session.get_one(Offer, self.offer), next(self.days)).id
            return number

    def run(self, host: str, sizes: list[int]) -> Outcome:
        """Everybody books at once; `sizes` has one group for each racer."""
        slot = self.next_slot()
        answers: list[tuple[int, str, int]] = []

        def race(racer: Racer, pupils: int) -> None:
            status, location = racer.book(host, slot, pupils)
            answers.append((status, location, pupils))

        all_at_once([partial(race, *pair) for pair in zip(self.racers, sizes, strict=False)])
        outcome = self._judge(slot, answers)
        outcome.silent = len(sizes) - len(answers)
        return outcome

    def press_often(self, host: str, times: int) -> tuple[set[tuple[int, str]], int]:
        """One teacher sends one form many times at once: the different answers, and how many bookings there are."""
        slot, key, racer = self.next_slot(), new_key(), self.racers[0]
        answers: list[tuple[int, str]] = []
        all_at_once([lambda: answers.append(racer.book(host, slot, SEATS, key)) for _ in range(times)])
        assert len(answers) == times
        with self.app.app_context():
            made = db.session.scalar(select(func.count(Booking.id)).where(Booking.slot_id == slot)) or 0
        return set(answers), made

    def _judge(self, slot: int, answers: list[tuple[int, str, int]]) -> Outcome:
        """Compare what was answered with what is in the database."""
        acknowledged = {int(found[1]) for _, location, _ in answers if (found := BOOKED.match(location))}
        with self.app.app_context():
            row = db.session.get_one(Slot, slot)
            held = select(Booking).where(Booking.slot_id == slot, Booking.state.in_(LIVE))
            kept = {booking.id: booking.pupils for booking in db.session.scalars(held).unique()}
            pupils = sum(kept.values())
            counted = db.session.scalar(select(func.count()).select_from(held.subquery()))
            right = (row.pupils_taken, row.groups_taken) == (pupils, counted)
        refused = [size for status, _, size in answers if status == 409]
        return Outcome(
            answers=Counter(status for status, _, _ in answers),
            oversold=max(0, pupils - SEATS),
            lost=len(acknowledged - set(kept)),
            miscounted=0 if right else 1,
            needlessly_refused=sum(size <= SEATS - pupils for size in refused),
        )
