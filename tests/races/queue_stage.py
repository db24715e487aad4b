"""Where the waitlist race is run: a company with one offer in a published round, and for each round a slot on a day of its
own, full to the last seat, with its waitlist. The rows are written directly: the race is about what happens then.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from outreach.clock import to_utc, today, utc_now
from outreach.models import (
    Booking,
    BookingState,
    Company,
    Occupancy,
    Offer,
    RoundState,
    WaitlistEntry,
    db,
)
from outreach.services.transaction import one_transaction
from tests import build
from tests.races.racers import Racer, coordinator, school_days

# What ten holders of a place do. The first five were confirmed: one of them is cancelled by the school and by the host at
# the same moment. The others are asked to confirm: "both" answers yes and no at the same moment, "late" after the time.
HOLDERS = ("cancel",) * 4 + ("cancel both", "decline", "decline", "confirm", "both", "late")
# What those do who are offered a place; half of them keep it for another day.
OFFERED = ("confirm", "later", "decline", "later", "both", "later", "late", "later")
SETTLED = ("cancel", "cancel both")


@dataclass
class Scene:
    """The slot of one round, who holds a place in it and will do what with it, and who waits with which entry."""

    slot: int
    day: date
    holds: list[tuple[Racer, int, str]]
    waiting: list[tuple[Racer, int]]


class Stage:
    """Call its methods inside an application context, as `build`'s."""

    def __init__(self, app: Flask, chance: random.Random) -> None:
        self._chance, self._days = chance, school_days()
        with app.app_context():
            company = build.kept(Company(name_en="Small firm", name_zh="小公司", created_at=utc_now()))
            first = today()
            facts = {"first_day": first, "last_day": first + timedelta(days=365)}
            self.round_ = build.round_(RoundState.PUBLISHED, **facts).id
            self.offer = build.offer(company, min_pupils=1, max_pupils=1000).id
            number = company.id
        self.host = coordinator(app, number)

    def size(self) -> int:
        """The pupils of some group."""
        return self._chance.randint(5, 20)

    def scene(self, holders: list[Racer], waiters: list[Racer]) -> Scene:
        """A full slot; among those who wait some came at the same moment, and who came first need not have the lower number."""
        now, day, sizes = utc_now(), next(self._days), [self.size() for _ in holders]
        pupils, groups = sum(sizes), len(sizes)
        limits: dict[str, Any] = {"max_pupils": pupils, "max_groups": groups}
        limits |= {"pupils_taken": pupils, "groups_taken": groups}
        slot = build.slot(db.session.get_one(Offer, self.offer), day, **limits).id
        roles = [role for role, _ in zip(cycle(HOLDERS), holders, strict=False)]
        with one_transaction():
            bookings = [
                self._booking(slot, day, role, now, **group(who, size))
                for who, size, role in zip(holders, sizes, roles, strict=True)
            ]
            entries = [self._entry(slot, now, len(waiters), **group(who, self.size())) for who in waiters]
            db.session.add_all([*bookings, *entries])
            db.session.flush()
            db.session.add_all([row for booking in bookings for row in _held(booking)])
            holds = [(who, row.id, role) for who, row, role in zip(holders, bookings, roles, strict=True)]
            return Scene(slot, day, holds, [(who, row.id) for who, row in zip(waiters, entries, strict=True)])

    def offers(self, scene: Scene, racers: list[Racer]) -> list[tuple[Racer, int, str]]:
        """Who was offered a place meanwhile, and what they will do; for the late ones the time is over."""
        offers = (
            select(Booking.school_id, Booking.id)
            .join(WaitlistEntry, WaitlistEntry.booking_id == Booking.id)
            .where(WaitlistEntry.slot_id == scene.slot, Booking.state == BookingState.AWAITING)
            .order_by(Booking.id)
        )
        by_school = {racer.school: racer for racer in racers}
        with one_transaction():
            rows = db.session.execute(offers).all()
            holds = [
                (by_school[row[0]], row[1], role) for row, role in zip(rows, cycle(OFFERED), strict=False)
            ]
            late = [booking for _who, booking, role in holds if role == "late"]
            db.session.execute(update(Booking).where(Booking.id.in_(late)).values(confirm_by=utc_now()))
        return holds

    def _booking(self, slot: int, day: date, role: str, now: datetime, **facts: Any) -> Booking:
        start, end = time(10), time(12)
        asked = None if role in SETTLED else now + timedelta(hours=-1 if role == "late" else 24)
        return Booking(
            reference=f"R{slot}-{facts['school_id']}",
            round_id=self.round_,
            offer_id=self.offer,
            slot_id=slot,
            travel_minutes=30,
            state=BookingState.CONFIRMED if asked is None else BookingState.AWAITING,
            confirm_by=asked,
            day=day,
            start_time=start,
            end_time=end,
            starts_at=to_utc(day, start),
            ends_at=to_utc(day, end),
            created_at=now - timedelta(days=1),
            **facts,
        )

    def _entry(self, slot: int, now: datetime, line: int, **facts: Any) -> WaitlistEntry:
        since = timedelta(hours=1, minutes=self._chance.randrange(line))
        return WaitlistEntry(slot_id=slot, created_at=now - since, **facts)


def group(who: Racer, pupils: int) -> dict[str, Any]:
    """A racer's class, as a row has it."""
    return {
        "school_id": who.school,
        "created_by_id": who.user,
        "group_label": "P5A",
        "pupils": pupils,
        "staff": 2,
        "grade": "P5",
        "languages": ("yue",),
    }


def _held(booking: Booking) -> list[Occupancy]:
    names = (f"school:{booking.school_id}:{booking.day}:0", f"group:{booking.school_id}:{booking.day}:P5A")
    return [Occupancy(resource=name, booking_id=booking.id) for name in names]
