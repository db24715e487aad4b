"""Rows for tests of letters and reminders: one visit with everybody around it, put into the database directly.

Deeds of booking have their own tests; here a booking only has to stand in a given state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from outreach.clock import to_utc
from outreach.models import (
    Booking,
    BookingState,
    Company,
    FinanceType,
    Hub,
    Membership,
    Offer,
    OfferKind,
    OfferState,
    OutboxMessage,
    OutboxState,
    Reminder,
    Role,
    Round,
    RoundState,
    School,
    SchoolLevel,
    Slot,
    User,
    db,
)
from outreach.services import outbox
from outreach.services.transaction import one_transaction

# 3 pm in Hong Kong, eleven days before the visit.
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
DAY = date(2026, 12, 3)
START, END = time(14, 30), time(16, 0)

_numbers = count(1)


@dataclass
class Cast:
    """Row numbers of the people and things of one visit."""

    tess: int
    cora: int
    hana: int
    stan: int
    school: int
    company: int
    offer: int
    round_: int


def person(name: str, role: Role, language: str = "en_HK", phone: str = "", **body: int) -> User:
    """An account with one membership."""
    email = f"{name.split()[0].lower()}@example.org"
    user = User(email=email, name=name, language=language, phone=phone, created_at=NOW)
    user.memberships = [Membership(role=role, **body)]
    db.session.add(user)
    db.session.flush()
    return user


def cast(kind: OfferKind = OfferKind.FIELD_VISIT) -> Cast:
    """A teacher, a coordinator, a hub member, an officer; their school, company, offer and round."""
    with one_transaction():
        school = School(
            source_key="test-1",
            level=SchoolLevel.PRIMARY,
            finance_type=FinanceType.AIDED,
            name_en="Lok Fung Primary School",
            name_zh="樂楓小學",
            address_en="1 Maple Road, Sham Shui Po",
            address_zh="深水埗楓樹路1號",
            district="H",
            longitude=114.16,
            latitude=22.33,
            created_at=NOW,
        )
        hub = Hub(name_en="Harbour Hub", name_zh="海港中心", created_at=NOW)
        db.session.add_all([school, hub])
        db.session.flush()
        company = Company(name_en="Harbour Robotics", name_zh="海港機械人", hub_id=hub.id, created_at=NOW)
        round_ = Round(
            name_en="Autumn 2026",
            name_zh="2026年秋季",
            state=RoundState.PUBLISHED,
            closes_on=date(2026, 10, 1),
            first_day=date(2026, 11, 1),
            last_day=date(2027, 1, 31),
            created_at=NOW,
        )
        db.session.add_all([company, round_])
        db.session.flush()
        offer = _offer(company, kind)
        made = Cast(
            tess=person("Tess Ho", Role.TEACHER, phone="2345 6789", school_id=school.id).id,
            cora=person("Cora Lam", Role.COORDINATOR, phone="3456 7890", company_id=company.id).id,
            hana=person("Hana Yu", Role.HUB, hub_id=hub.id).id,
            stan=person("Stan Au", Role.STAFF).id,
            school=school.id,
            company=company.id,
            offer=offer.id,
            round_=round_.id,
        )
    return made


def _offer(company: Company, kind: OfferKind) -> Offer:
    offer = Offer(
        company_id=company.id,
        kind=kind,
        state=OfferState.POSTED,
        title_en="Robots at work",
        title_zh="機械人開工",
        address_en="Unit 5, Science Park",
        address_zh="科學園5號",
        district="R",
        longitude=114.21,
        latitude=22.42,
        grades=["P5"],
        languages=["yue"],
        topics=["robotics"],
        created_at=NOW,
    )
    db.session.add(offer)
    db.session.flush()
    return offer


def book(
    made: Cast, state: BookingState = BookingState.CONFIRMED, day: date = DAY, start: time = START
) -> int:
    """A booking on a slot of its own; returns its number."""
    with one_transaction():
        end = END if start < END else time(start.hour + 1)
        times = {"day": day, "start_time": start, "end_time": end}
        moments = {"starts_at": to_utc(day, start), "ends_at": to_utc(day, end)}
        number = next(_numbers)
        slot = Slot(
            offer_id=made.offer, min_pupils=0, max_pupils=40, max_groups=1, created_at=NOW, **times, **moments
        )
        db.session.add(slot)
        db.session.flush()
        booking = Booking(
            reference=f"T{number:05}",
            round_id=made.round_,
            school_id=made.school,
            created_by_id=made.tess,
            offer_id=made.offer,
            slot_id=slot.id,
            travel_minutes=40,
            group_label="P5B",
            pupils=34,
            staff=3,
            grade="P5",
            languages=["yue"],
            state=state,
            confirm_by=NOW + timedelta(days=5),
            cancelled_by="company" if state is BookingState.CANCELLED else None,
            cancel_reason="The room is flooded" if state is BookingState.CANCELLED else "",
            created_at=NOW,
            **times,
            **moments,
        )
        db.session.add(booking)
        db.session.flush()
        booking_id = booking.id
    return booking_id


def move(booking_id: int, state: BookingState) -> None:
    """Put a booking into another state."""
    with one_transaction():
        booking = db.session.get_one(Booking, booking_id)
        booking.state = state
        booking.cancelled_by = "company" if state is BookingState.CANCELLED else None


def post(
    template: str, user_id: int, booking_id: int | None = None, *, now: datetime = NOW, key: str = ""
) -> int:
    """Queue one letter as a deed would; returns its number."""
    key = key or f"test:{next(_numbers)}"
    with one_transaction():
        booking = None if booking_id is None else db.session.get_one(Booking, booking_id)
        user = db.session.get_one(User, user_id)
        outbox.queue(template, user=user, dedupe=key, now=now, booking=booking)
    row = db.session.query(OutboxMessage).filter_by(dedupe_key=key).one()
    return row.id


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
