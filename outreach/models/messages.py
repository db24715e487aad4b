"""What goes out and what was done: reminders, the outbox, the audit log, the lease of the one worker."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, states
from outreach.models.bookings import Booking
from outreach.models.people import User


class ReminderKind(enum.StrEnum):
    """What a reminder is about; each kind rings at most once for a booking."""

    CONFIRM = "confirm"
    BEFORE = "before"
    MORNING = "morning"


class ReminderState(enum.StrEnum):
    """A dropped reminder was for a booking that no longer stands."""

    PLANNED = "planned"
    RUNG = "rung"
    DROPPED = "dropped"


class Reminder(Base):
    """Planned with its booking, in the same transaction; rung by the worker when it is due."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("booking_id", "kind"),
        Index("ix_reminder_state_due_at", "state", "due_at"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    kind: Mapped[ReminderKind] = mapped_column(states(ReminderKind))
    due_at: Mapped[datetime]
    state: Mapped[ReminderState] = mapped_column(states(ReminderState), default=ReminderState.PLANNED)
    rung_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship(lazy="raise_on_sql")


class OutboxState(enum.StrEnum):
    """waiting -> sending (under a lease) -> sent | failed | expired | dropped; a temporary fault leads back to waiting."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    DROPPED = "dropped"


class OutboxMessage(Base):
    """A letter to one person, queued in the transaction of the deed that caused it and sent by the worker.

    `facts` holds ids and plain words, never rendered text: the state is read again when the letter is written. Subject and
    text are kept as they went out (class: contact; erased with the retention of the booking)."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_state_due_at", "state", "due_at"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
    )

    id: Mapped[Id]
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    template: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[OutboxState] = mapped_column(states(OutboxState), default=OutboxState.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_holder: Mapped[str] = mapped_column(String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    subject: Mapped[str] = mapped_column(String(300), default="")
    body_text: Mapped[str] = mapped_column(Text, default="")
    fault: Mapped[str] = mapped_column(String(500), default="")

    user: Mapped[User] = relationship(lazy="joined")
    booking: Mapped[Booking | None] = relationship(lazy="raise_on_sql")


class AuditEntry(Base):
    """Who did what to which row, written in the deed's own transaction. `user_id` is empty for the worker."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_thing", "thing", "thing_id"),)

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    user: Mapped[User | None] = relationship(lazy="joined")


class Lease(Base):
    """A name that one process holds for a while: the worker's clock, and locks that last one transaction."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(60), default="")
    expires_at: Mapped[datetime]
