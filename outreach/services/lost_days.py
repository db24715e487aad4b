"""A day on which schools are closed (a typhoon, black rain): other places are looked for; nothing is cancelled by asking.

The visits of that day end when a repair is carried out: then it is decided, school by school, what comes instead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from outreach.clock import local
from outreach.models import IN_FORCE, LIVE, Booking, Round, School, Study, User, db
from outreach.queries.repairs import DAY_LOST, Asked
from outreach.services.repairing import queue_repair
from outreach.services.transaction import Refusal, deed, locked


class NothingLost(Refusal):
    """The day is over, lies outside the round, or nobody has a visit on it."""


@deed
def ask_lost_day(*, round_id: int, day: date, districts: Collection[str], by: User, now: datetime) -> Study:
    """Look for other places for whoever has a visit on that day; of some districts where they are named."""
    round_ = locked(Round, round_id)
    if round_.state not in IN_FORCE:
        raise NothingLost(_l("This round is over: there is nothing to repair."))
    if not round_.first_day <= day <= round_.last_day or day < local(now).date():
        raise NothingLost(_l("Choose a day of this round that is not over."), field="day")
    hit = districts_hit(round_, day)
    wanted = sorted(set(districts) & hit if districts else hit)
    if not wanted:
        raise NothingLost(_l("Nobody has a visit on that day there."), field="day")
    event = {"kind": DAY_LOST, "day": day.isoformat()}
    # Only districts with a visit: the core does not know the others, and takes a word that it does not know for a slip.
    asked = Asked(event | ({"districts": wanted} if districts else {}), ())
    subject = f"day-{day}-{''.join(wanted)}" if districts else f"day-{day}"
    return queue_repair(subject, round_, asked, by=by, now=now)


def districts_hit(round_: Round, day: date) -> set[str]:
    """The districts whose schools have a visit of this round on that day."""
    there = select(School.district).join(Booking, Booking.school_id == School.id)
    of_day = there.where(Booking.round_id == round_.id, Booking.day == day, Booking.state.in_(LIVE))
    return set(db.session.scalars(of_day))
