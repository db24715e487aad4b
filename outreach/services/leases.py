"""The lease of the one worker: whoever holds the row rings the clock; when it stops renewing, another takes over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from outreach.models import Lease
from outreach.services.transaction import changed_rows, deed, upsert


@deed
def hold(*, name: str, holder: str, lasting: timedelta, now: datetime) -> bool:
    """Take or renew the lease; False while somebody else holds it. One upsert decides."""
    wanted = upsert(Lease).values(name=name, holder=holder, expires_at=now + lasting)
    wanted = wanted.on_conflict_do_update(
        index_elements=[Lease.name],
        set_={"holder": holder, "expires_at": now + lasting},
        where=or_(Lease.holder == holder, Lease.expires_at <= now),
    )
    return changed_rows(wanted) == 1


@deed
def release(*, name: str, holder: str, now: datetime) -> None:
    """Give the lease back at a clean end, so that the next worker need not wait it out."""
    changed_rows(update(Lease).where(Lease.name == name, Lease.holder == holder).values(expires_at=now))
