"""A published round in which groups take places one by one: what tests of places, seats and holdings start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from outreach.models import (
    Booking,
    BookingState,
    Occupancy,
    Offer,
    OfferKind,
    Round,
    Slot,
    Team,
    db,
)
from outreach.services.places import Group, release_place, take_place
from outreach.services.transaction import one_transaction
from tests import build
from tests.build import NOW
from tests.cast import Cast

THURSDAY = date(2027, 3, 4)
CONFIRM_BY = NOW + timedelta(days=10)


@dataclass
class PlaceStage:
    """A published round and the cast; rows are read anew in each transaction, as a deed does."""

    cast: Cast
    round_: int

    def group(self, name: str = "primary", **facts: Any) -> Group:
        """Thirty pupils of P5, or S2 at the secondary school, with nobody named who accompanies them."""
        school = self.cast.school(name)
        grade = "P5" if name == "primary" else "S2"
        usual = Group(school, f"{grade}A", "", 30, 2, grade, ("yue",), False)
        return replace(usual, **facts)

    def book(self, slot: int, *, school: str = "primary", travel: int = 30, **facts: Any) -> int:
        """A group takes its place in a slot; the number of the booking."""
        with one_transaction():
            row = db.session.get_one(Slot, slot)
            return take_place(
                group=self.group(school, **facts),
                round_=db.session.get_one(Round, self.round_),
                offer=row.offer,
                slot=row,
                day=row.day,
                start_time=row.start_time,
                end_time=row.end_time,
                travel_minutes=travel,
                confirm_by=CONFIRM_BY,
                by=self.cast.user("tess"),
                now=NOW,
            ).id

    def session(self, team: int, offer: int, start: time, *, school: str = "primary", **facts: Any) -> int:
        """A group takes a team's session of an hour and a half."""
        with one_transaction():
            end = (datetime.combine(THURSDAY, start) + timedelta(minutes=90)).time()
            return take_place(
                group=self.group(school, **facts),
                round_=db.session.get_one(Round, self.round_),
                offer=db.session.get_one(Offer, offer),
                team=db.session.get_one(Team, team),
                day=THURSDAY,
                start_time=start,
                end_time=end,
                travel_minutes=20,
                confirm_by=CONFIRM_BY,
                by=self.cast.user("tess"),
                now=NOW,
            ).id

    def release(self, booking: int) -> None:
        """Decline a booking the way a deed does and give its place back."""
        with one_transaction():
            row = db.session.get_one(Booking, booking)
            row.state = BookingState.DECLINED
            db.session.flush()
            release_place(booking=row, now=NOW)

    def change(self, table: type[Any], row: int, **values: Any) -> None:
        """Change a row as its own deed would."""
        with one_transaction():
            for name, value in values.items():
                setattr(db.session.get_one(table, row), name, value)

    def slot(self, kind: OfferKind = OfferKind.FIELD_VISIT, company: str = "robo", **facts: Any) -> int:
        """A slot of a new offer; `day` and `start` as in tests/build.py."""
        limits = {
            name: facts.pop(name)
            for name in ("min_pupils", "max_pupils", "max_groups", "languages")
            if name in facts
        }
        offer = build.offer(self.cast.company(company), kind, **limits)
        number: int = build.slot(offer, **facts).id
        return number


def taken(slot: int) -> tuple[int, int]:
    """Pupils and groups that hold seats."""
    db.session.rollback()
    row = db.session.get_one(Slot, slot, populate_existing=True)
    return row.pupils_taken, row.groups_taken


def bookings() -> int:
    """How many bookings there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count(Booking.id))) or 0


def held() -> int:
    """How many occupancy rows there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count(Occupancy.id))) or 0
