"""A published round with one offer of Robo Works: what tests of bookings, the waitlist and their pages start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from outreach.models import (
    Booking,
    Offer,
    OutboxMessage,
    RoundState,
    School,
    Slot,
    User,
    WaitlistEntry,
    db,
)
from outreach.services.bookings import book_free_place
from outreach.services.places import Group
from outreach.services.transaction import one_transaction
from outreach.services.waitlist import join_waitlist
from tests import build
from tests.build import NOW
from tests.cast import Cast

_keys = count(1)


@dataclass
class Stage:
    """Numbers of rows; each question reads them anew."""

    cast: Cast
    round_: int
    offer: int

    def user(self, name: str) -> User:
        """One of the cast."""
        db.session.rollback()
        return self.cast.user(name)

    def slot(self, **facts: Any) -> int:
        """A slot of the offer; limits, day and start as in tests/build.py."""
        number: int = build.slot(db.session.get_one(Offer, self.offer), **facts).id
        return number

    def group(self, school: str = "primary", **facts: Any) -> Group:
        """Thirty pupils of P5, or of S2 at the secondary school."""
        grade = "P5" if school == "primary" else "S2"
        usual = Group(self.cast.school(school), f"{grade}A", "", 30, 2, grade, ("yue",), False)
        return replace(usual, **facts)

    def book(
        self,
        slot: int,
        *,
        by: str = "tess",
        school: str = "primary",
        key: str = "",
        now: datetime = NOW,
        **facts: Any,
    ) -> int:
        """Book a free place; the booking's number."""
        teacher = self.user(by)
        form_key = key or f"form-{next(_keys)}"
        return book_free_place(
            slot_id=slot, group=self.group(school, **facts), form_key=form_key, by=teacher, now=now
        ).id

    def wait(
        self, slot: int, *, by: str = "theo", school: str = "secondary", now: datetime = NOW, **facts: Any
    ) -> int:
        """Join the waitlist; the entry's number."""
        return join_waitlist(slot_id=slot, group=self.group(school, **facts), by=self.user(by), now=now).id

    def offered(self, entry: int) -> int:
        """The booking that was offered to an entry."""
        number = read(WaitlistEntry, entry).booking_id
        assert number is not None
        return number


def make_stage(cast: Cast) -> Stage:
    """The round, the offer (everybody, 40 pupils, three groups), and schools with room for several visits a day."""
    round_ = build.round_(RoundState.PUBLISHED)
    offer = build.offer(cast.company(), max_pupils=40, max_groups=3, languages=("yue", "en"))
    with one_transaction():
        for school in db.session.scalars(select(School)):
            school.max_per_day = 3
    return Stage(cast, round_.id, offer.id)


def read(table: Any, number: int) -> Any:
    """A row as it is now."""
    db.session.rollback()
    return db.session.get_one(table, number, populate_existing=True)


def change(table: Any, number: int, **values: Any) -> None:
    """Change a row as its own deed would."""
    with one_transaction():
        row = db.session.get_one(table, number)
        for name, value in values.items():
            setattr(row, name, value)


def taken(slot: int) -> tuple[int, int]:
    """Pupils and groups that hold seats."""
    row = read(Slot, slot)
    return row.pupils_taken, row.groups_taken


def states() -> list[str]:
    """The states of all bookings, oldest first."""
    db.session.rollback()
    return [state.value for state in db.session.scalars(select(Booking.state).order_by(Booking.id))]


def letters(*templates: str) -> list[tuple[str, str]]:
    """Who was written to: (template, name), in the order of queueing; only some templates where they are named."""
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [
        (row.template, row.user.name.lower()) for row in rows if not templates or row.template in templates
    ]
