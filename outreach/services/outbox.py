"""The outbox: letters queued by deeds, in their own transaction, and the row's way until it is sent.

`queue` is for deeds, `retry` for staff, the rest for the worker's `postman.py`. A row is claimed by one conditional UPDATE
under a lease; only the holder of the lease may settle it. A worker that died leaves the row to the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select, update

from outreach.models import Booking, OutboxMessage, OutboxState, User, db
from outreach.services.transaction import Refusal, audit, changed_rows, deed, insert_or_ignore

KEEP_TRYING = timedelta(days=3)
# Longer than the slowest delivery: about eleven answers of the server, 30 seconds at most for each.
LEASE = timedelta(minutes=10)
BACK_OFF = tuple(timedelta(minutes=number) for number in (1, 5, 15, 60, 240))


class NotForRetry(Refusal):
    """Only a letter that failed or expired can be tried again."""


def queue(
    template: str,
    *,
    user: User,
    dedupe: str,
    now: datetime,
    expires: timedelta = KEEP_TRYING,
    booking: Booking | None = None,
    **facts: Any,
) -> bool:
    """Queue one letter to one person, inside the caller's deed. The same `dedupe` key is queued once, for ever; False where
    it was queued before.

    `facts` are ids and plain words: what can change is read again when the letter is written."""
    db.session.flush()
    return insert_or_ignore(
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


@deed
def claim(*, holder: str, now: datetime) -> int | None:
    """Take the letter that has waited longest, under a lease; its number, or None when none is due."""
    # A row whose holder has died counts as waiting again.
    ripe = or_(
        and_(OutboxMessage.state == OutboxState.WAITING, OutboxMessage.due_at <= now),
        and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until <= now),
    )
    longest = (
        select(OutboxMessage.id)
        .where(ripe, OutboxMessage.expires_at > now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = (
        update(OutboxMessage)
        # `ripe` once more: on PostgreSQL the row may have changed since the inner question was answered.
        .where(OutboxMessage.id == longest, ripe)
        .values(
            state=OutboxState.SENDING,
            lease_holder=holder,
            lease_until=now + LEASE,
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(claimed)


def _held(message_id: int, holder: str) -> Any:
    return and_(
        OutboxMessage.id == message_id,
        OutboxMessage.state == OutboxState.SENDING,
        OutboxMessage.lease_holder == holder,
    )


def _settled(message_id: int, holder: str, **values: Any) -> bool:
    statement = update(OutboxMessage).where(_held(message_id, holder)).values(lease_until=None, **values)
    return changed_rows(statement.execution_options(synchronize_session=False)) == 1


@deed
def keep_copy(*, message_id: int, holder: str, subject: str, text: str) -> bool:
    """Keep the words before they go out: after a crash staff can still see what may have been sent."""
    statement = (
        update(OutboxMessage).where(_held(message_id, holder)).values(subject=subject[:300], body_text=text)
    )
    return changed_rows(statement.execution_options(synchronize_session=False)) == 1


@deed
def mark_sent(*, message_id: int, holder: str, now: datetime) -> bool:
    """The message is in other hands. False when the lease was lost meanwhile: then the row is no longer ours."""
    return _settled(message_id, holder, state=OutboxState.SENT, sent_at=now, fault="")


@deed
def mark_failed(*, message_id: int, holder: str, fault: str) -> bool:
    """It was refused for good; staff see why and may try again."""
    return _settled(message_id, holder, state=OutboxState.FAILED, fault=fault[:500])


@deed
def mark_dropped(*, message_id: int, holder: str) -> bool:
    """What it would have said is no longer true."""
    return _settled(message_id, holder, state=OutboxState.DROPPED)


@deed
def put_off(*, message_id: int, holder: str, fault: str, now: datetime) -> bool:
    """Back to waiting, each time longer. The expiry ends it, not a number of tries."""
    attempts = db.session.scalar(select(OutboxMessage.attempts).where(OutboxMessage.id == message_id)) or 1
    due_at = now + BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    return _settled(message_id, holder, state=OutboxState.WAITING, due_at=due_at, fault=fault[:500])


@deed
def expire_late(*, now: datetime) -> int:
    """Letters that nobody could send in time stay unsent; tells how many."""
    unsent = or_(
        OutboxMessage.state == OutboxState.WAITING,
        and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until <= now),
    )
    statement = (
        update(OutboxMessage)
        .where(unsent, OutboxMessage.expires_at <= now)
        .values(state=OutboxState.EXPIRED, lease_until=None)
    )
    return changed_rows(statement.execution_options(synchronize_session=False))


@deed
def retry(*, message: OutboxMessage, by: User, now: datetime) -> None:
    """Staff try a failed or expired letter once more; it is written anew from today's state."""
    changed = changed_rows(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message.id,
            OutboxMessage.state.in_([OutboxState.FAILED, OutboxState.EXPIRED]),
        )
        .values(state=OutboxState.WAITING, due_at=now, expires_at=now + KEEP_TRYING, fault="", attempts=0)
        .execution_options(synchronize_session=False)
    )
    if changed != 1:
        raise NotForRetry(_l("Only a letter that failed or expired can be sent again."))
    audit("outbox.retry", message, by=by, now=now)
