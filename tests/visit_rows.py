"""Rows for tests of letters and reminders: one visit with the cast around it, put into the database directly.

Deeds of booking have their own tests; here a booking only has to stand in a given state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from outreach.clock import to_utc
from outreach.mail import SmtpServer, SmtpTransport
from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Offer,
    OfferKind,
    OutboxMessage,
    OutboxState,
    Reminder,
    RoundState,
    User,
    db,
)
from outreach.services import outbox
from outreach.services.postman import deliver
from outreach.services.transaction import one_transaction
from tests import build
from tests.cast import Cast
from tests.smtp_server import PostOffice

# 3 pm in Hong Kong, eleven days before the visit.
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
DAY = date(2026, 12, 3)
START, END = time(14, 30), time(16, 0)
EVER = timedelta(days=36_500)

_numbers = count(1)


@dataclass
class Scene:
    """The cast, an offer of Robo Works, and a published round that holds `DAY`."""

    cast: Cast
    offer: int
    round_: int

    def person(self, name: str) -> User:
        """One of the cast, read anew."""
        db.session.rollback()
        return self.cast.user(name)


def scene(cast: Cast, kind: OfferKind = OfferKind.FIELD_VISIT) -> Scene:
    """Put the offer and the round there; Tess and Cora have telephones."""
    with one_transaction():
        cast.user("tess").phone = "2345 6789"
        cast.user("cora").phone = "3456 7890"
    offer = build.offer(
        cast.company(), kind, address_en="Unit 5, Science Park", address_zh="科學園5號", created_at=NOW
    )
    round_ = build.round_(RoundState.PUBLISHED, first_day=date(2026, 11, 1), last_day=date(2027, 1, 31))
    return Scene(cast, offer.id, round_.id)


def book(
    made: Scene, state: BookingState = BookingState.CONFIRMED, day: date = DAY, start: time = START
) -> int:
    """A booking of Tess' class on a slot of its own; returns its number."""
    end = END if start < END else time(start.hour + 1)
    taken = {"pupils_taken": 34, "groups_taken": 1} if state in LIVE else {}
    slot = build.slot(db.session.get_one(Offer, made.offer), day, start, end, **taken)
    cancelled = state is BookingState.CANCELLED
    booking = Booking(
        reference=f"T{next(_numbers):05}",
        round_id=made.round_,
        school_id=made.cast.primary,
        created_by_id=made.cast.people["tess"],
        offer_id=made.offer,
        slot_id=slot.id,
        travel_minutes=40,
        group_label="P5B",
        pupils=34,
        staff=3,
        grade="P5",
        languages=("yue",),
        state=state,
        day=day,
        start_time=start,
        end_time=end,
        starts_at=to_utc(day, start),
        ends_at=to_utc(day, end),
        confirm_by=NOW + timedelta(days=5),
        cancelled_by="company" if cancelled else None,
        cancel_reason="The room is flooded" if cancelled else "",
        created_at=NOW,
    )
    number: int = build.kept(booking).id
    return number


def move(booking_id: int, state: BookingState) -> None:
    """Put a booking into another state."""
    with one_transaction():
        booking = db.session.get_one(Booking, booking_id)
        booking.state = state
        booking.cancelled_by = "company" if state is BookingState.CANCELLED else None


def post(
    template: str,
    user_id: int,
    booking_id: int | None = None,
    *,
    now: datetime = NOW,
    key: str = "",
    expires: timedelta = outbox.KEEP_TRYING,
    **facts: int,
) -> int:
    """Queue one letter as a deed would; returns its number. A worker in a process of its own reads the real clock: `EVER`."""
    key = key or f"test:{next(_numbers)}"
    with one_transaction():
        booking = None if booking_id is None else db.session.get_one(Booking, booking_id)
        user = db.session.get_one(User, user_id)
        outbox.queue(template, user=user, dedupe=key, now=now, booking=booking, expires=expires, **facts)
    return db.session.query(OutboxMessage).filter_by(dedupe_key=key).one().id


def row(message_id: int) -> OutboxMessage:
    """A letter's row as it is now."""
    db.session.rollback()
    return db.session.get_one(OutboxMessage, message_id, populate_existing=True)


def states() -> list[OutboxState]:
    """The states of all letters, oldest first."""
    db.session.rollback()
    return [message.state for message in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def reminders(booking_id: int) -> list[Reminder]:
    """The reminders of a booking by the time they are due."""
    db.session.rollback()
    return db.session.query(Reminder).filter_by(booking_id=booking_id).order_by(Reminder.due_at).all()


def walk(
    office: PostOffice, now: datetime = NOW, holder: str = "worker-1", limit: int = 50
) -> dict[str, int]:
    """One walk of the postman to a test's post office; counts the ends."""
    server = SmtpServer("127.0.0.1", office.port, timeout=20)
    return dict(deliver(holder=holder, transport=SmtpTransport(server), clock=lambda: now, limit=limit))
