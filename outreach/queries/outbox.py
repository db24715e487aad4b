"""Questions about letters: what went out, what waits, what failed."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from outreach.models import OutboxMessage, OutboxState, User, db
from outreach.queries.paging import Page, page_of


def letters(*, state: OutboxState | None, words: str, number: int) -> Page[OutboxMessage]:
    """Letters, the newest first; `words` is looked for in the reader's name, address and the subject."""
    found = select(OutboxMessage).join(OutboxMessage.user)
    if state is not None:
        found = found.where(OutboxMessage.state == state)
    if words:
        columns = (User.name, User.email, OutboxMessage.subject)
        found = found.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    return page_of(found.order_by(OutboxMessage.id.desc()), number=number)


def letters_by_state() -> dict[OutboxState, int]:
    """How many letters are in each state; a state without letters is 0."""
    counts = dict.fromkeys(OutboxState, 0)
    for state, number in db.session.execute(
        select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    ):
        counts[state] = number
    return counts
