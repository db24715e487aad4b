"""The postman: takes letters out of the outbox, writes them, hands them over, notes what became of them.

Not one deed but several around a delivery, because no transaction may be open while a mail server thinks. Whatever kills
the process in between, the row comes back when its lease ends: at worst the reader gets a second copy of the same message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

from flask import current_app
from jinja2 import TemplateError

from outreach.letters import Letter, MissingFacts, render
from outreach.mail import Heading, PermanentFault, TemporaryFault, Transport, compose
from outreach.models import OutboxMessage, db
from outreach.services import outbox
from outreach.services.letter_facts import Told, told

# A server that is down is not asked a thousand times in a row.
GIVE_UP_AFTER = 3


class LeaseLost(Exception):
    """Another worker has taken the letter over; ours must not go out."""


Clock = Callable[[], datetime]


def deliver(
    *, holder: str, transport: Transport, clock: Clock, limit: int = 50, ending: Callable[[], bool] = bool
) -> Counter[str]:
    """Send up to `limit` due letters; counts them by the state they reached (`sent`, `put_off`, `failed`, `dropped`, `lost`).

    `holder` names this process among all that ever ran: the lease is told by it. `ending` is asked between two letters.
    Needs an app context."""
    ends: Counter[str] = Counter()
    troubles = 0
    with transport:
        while ends.total() < limit and troubles < GIVE_UP_AFTER and not ending():
            message_id = outbox.claim(holder=holder, now=clock())
            if message_id is None:
                break
            end = _one(message_id, holder=holder, transport=transport, clock=clock)
            ends[end] += 1
            troubles = troubles + 1 if end == "put_off" else 0
    return ends


def _one(message_id: int, *, holder: str, transport: Transport, clock: Clock) -> str:
    try:
        message = _written(message_id, holder=holder, now=clock())
        if message is None:
            return "dropped" if outbox.mark_dropped(message_id=message_id, holder=holder) else "lost"
        transport.send(message)
    except LeaseLost:
        return "lost"
    except TemporaryFault as fault:
        kept = outbox.put_off(message_id=message_id, holder=holder, fault=str(fault), now=clock())
        return "put_off" if kept else "lost"
    except (PermanentFault, MissingFacts, TemplateError) as fault:
        words = f"{type(fault).__name__}: {fault}"
        return "failed" if outbox.mark_failed(message_id=message_id, holder=holder, fault=words) else "lost"
    return "sent" if outbox.mark_sent(message_id=message_id, holder=holder, now=clock()) else "lost"


def _written(message_id: int, *, holder: str, now: datetime) -> EmailMessage | None:
    row = db.session.get_one(OutboxMessage, message_id)
    found = told(row, now=now)
    if found is None:
        return None
    row = db.session.get_one(OutboxMessage, message_id)
    letter = render(row.template, row.user.language, found.facts)
    heading = Heading(
        sender=current_app.config["SETTINGS"].mail_from,
        recipient_name=row.user.name,
        recipient=row.user.email,
        key=row.dedupe_key,
        written_at=now,
    )
    message = compose(letter, heading, found.entry)
    words = without_secrets(letter, found)
    if not outbox.keep_copy(message_id=message_id, holder=holder, subject=letter.subject, text=words):
        raise LeaseLost
    return message


def without_secrets(letter: Letter, found: Told) -> str:
    """The letter's text as it may be kept: a link that opens an account is nobody's business but the reader's."""
    text = letter.text
    for secret in found.secrets:
        text = text.replace(secret, "…")
    return text
