"""What binds: bookings, the occupancy rows that decide time conflicts, the waitlist."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, Line, Versioned, known, states
from outreach.models.offers import Offer, Slot, Team
from outreach.models.rounds import Round, VisitRequest
from outreach.models.schools import School
from outreach.models.words import OfferKind


class BookingState(enum.StrEnum):
    """awaiting -> confirmed | declined | lapsed; then cancelled | attended | no_show."""

    AWAITING = "awaiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


# States that hold their seats and their hours.
LIVE = (BookingState.AWAITING, BookingState.CONFIRMED)
CANCELLERS = ("school", "company", "programme", "weather")


class Booking(Versioned, Base):
    """A group's binding place. It carries the facts of the group itself: a free place may be booked without a request.

    `form_key` is the key of the form that made it: the same form sent twice finds the booking of the first time."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("(slot_id IS NULL) <> (team_id IS NULL)", name="slot_or_team"),
        CheckConstraint("start_time < end_time", name="time_order"),
        CheckConstraint("pupils BETWEEN 1 AND 1000", name="pupils_range"),
        CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name="cancelled_by_whom"),
        known("cancelled_by", CANCELLERS, "canceller_known"),
        Index("ix_booking_school_day", "school_id", "day"),
        Index("ix_booking_state_confirm_by", "state", "confirm_by"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    form_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    visit_request_id: Mapped[int | None] = mapped_column(ForeignKey("visit_request.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    day: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    travel_minutes: Mapped[int]
    group_label: Mapped[str] = mapped_column(String(60))
    crew: Mapped[str] = mapped_column(String(60), default="")
    pupils: Mapped[int]
    staff: Mapped[int]
    grade: Mapped[str] = mapped_column(String(2))
    languages: Mapped[tuple[str, ...]]
    wheelchair: Mapped[bool] = mapped_column(default=False)
    state: Mapped[BookingState] = mapped_column(states(BookingState), default=BookingState.AWAITING)
    confirm_by: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(12))
    cancel_reason: Mapped[Line]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    school: Mapped[School] = relationship(lazy="joined")
    offer: Mapped[Offer] = relationship(lazy="joined")
    slot: Mapped[Slot | None] = relationship(lazy="joined")
    team: Mapped[Team | None] = relationship(lazy="joined")
    round_: Mapped[Round] = relationship(lazy="joined")
    visit_request: Mapped[VisitRequest | None] = relationship(lazy="joined")

    @property
    def live(self) -> bool:
        """It holds its seats."""
        return self.state in LIVE

    @property
    def leaves_at(self) -> datetime:
        """When the group leaves school, by the estimate; a coding session comes to the school, so its own start."""
        return self.starts_at - self._way

    @property
    def returns_at(self) -> datetime:
        """When the group is back at school, by the estimate."""
        return self.ends_at + self._way

    @property
    def _way(self) -> timedelta:
        # The travel of a coding session is the trainers', not the group's.
        outing = self.offer.kind is OfferKind.FIELD_VISIT
        return timedelta(minutes=self.travel_minutes if outing else 0)


class Occupancy(Base):
    """Something that can be held once, held: a school's n-th visit of a day, a quarter-hour of a team or a crew, a request.

    The UNIQUE decides conflicts, whoever comes second. Rows go with the booking that holds them."""

    __tablename__ = "occupancy"

    id: Mapped[Id]
    resource: Mapped[str] = mapped_column(String(200), unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)


class WaitlistState(enum.StrEnum):
    """waiting -> offered (an awaiting booking holds the place) or left."""

    WAITING = "waiting"
    OFFERED = "offered"
    LEFT = "left"


class WaitlistEntry(Versioned, Base):
    """A group that waits for a place in a full slot. The first that fits the freed places is offered them."""

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        CheckConstraint("pupils BETWEEN 1 AND 1000", name="pupils_range"),
        CheckConstraint("(state = 'offered') = (booking_id IS NOT NULL)", name="offered_has_booking"),
        UniqueConstraint("booking_id"),
        Index(
            "uq_waitlist_entry_waiting",
            "slot_id",
            "school_id",
            "group_label",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[Id]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    group_label: Mapped[str] = mapped_column(String(60))
    crew: Mapped[str] = mapped_column(String(60), default="")
    pupils: Mapped[int]
    staff: Mapped[int]
    grade: Mapped[str] = mapped_column(String(2))
    languages: Mapped[tuple[str, ...]]
    wheelchair: Mapped[bool] = mapped_column(default=False)
    state: Mapped[WaitlistState] = mapped_column(states(WaitlistState), default=WaitlistState.WAITING)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    created_at: Mapped[datetime]

    slot: Mapped[Slot] = relationship(lazy="joined")
    school: Mapped[School] = relationship(lazy="joined")
