"""The outbox: letters queued by deeds, in their own transaction, and sent by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from outreach.models import Booking, OutboxMessage, User, db
from outreach.services.transaction import insert_or_ignore

KEEP_TRYING = timedelta(days=3)


def queue(
    template: str,
    *,
    user: User,
    dedupe: str,
    now: datetime,
    expires: timedelta = KEEP_TRYING,
    booking: Booking | None = None,
    **facts: Any,
) -> None:
    """Queue one letter to one person, inside the caller's deed. The same `dedupe` key is queued once, for ever.

    `facts` are ids and plain words: what can change is read again when the letter is written."""
    db.session.flush()
    insert_or_ignore(
        OutboxMessage,
        dedupe_key=dedupe,
        user_id=user.id,
        booking_id=None if booking is None else booking.id,
        template=template,
        facts=facts,
        created_at=now,
        due_at=now,
        expires_at=now + expires,
    )
