"""Does a session suit a group? Asked before a free place is booked and before a group joins a waitlist.

Only what cannot change while the deed runs is looked at here; seats and hours are decided by `places.py`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from outreach.clock import later_the_same_day, public_holiday, to_utc
from outreach.models import IN_FORCE, BlockedDays, Offer, OfferKind, Round, School, Slot, SlotState, User, db
from outreach.models.words import GRADES, LANGUAGES
from outreach.queries.rounds import round_in_force_on
from outreach.services.bridge import visit_minutes
from outreach.services.places import Group
from outreach.services.seats import When
from outreach.services.transaction import Refusal

LABEL_LENGTH = 60


class NotYourSchool(Refusal):
    """A teacher books for the schools they teach at."""


class GroupIncomplete(Refusal):
    """A group has a name, pupils, teachers, a grade of its school and a language."""


class DoesNotSuit(Refusal):
    """The session is not for such a group."""


class SchoolNotFree(Refusal):
    """The school's calendar or its day's hours stand against it."""


class TooLate(Refusal):
    """The session has begun, or no published round holds its day."""


class SessionOver(Refusal):
    """The session is cancelled or has begun: it will never be bookable again."""

    status = 410


def grades_of(school: School) -> dict[str, LazyString]:
    """The grades that a school teaches; one of both levels is two schools in the official file."""
    if school.level not in ("primary", "secondary"):
        return GRADES
    letter = "P" if school.level == "primary" else "S"
    return {grade: words for grade, words in GRADES.items() if grade.startswith(letter)}


def staff_wanted(school: School, pupils: int) -> int:
    """From how many accompanying adults on a group is not warned about: the usual ratio, a closer one in special schools."""
    return max(2, -(-pupils // (5 if school.finance_type == "special" else 15)))


def own_school(by: User, school_id: int) -> School:
    """The school, if the person acts for it."""
    school = db.session.get(School, school_id)
    if school is None or not (by.is_staff or school.id in by.school_ids):
        raise NotYourSchool(_l("Choose one of your schools."), field="school_id")
    return school


def one_line(text: str) -> str:
    """A name typed by a person, without spaces that nobody sees: equal names must be equal."""
    return " ".join(text.split())


def refuse_incomplete(group: Group) -> None:
    """What every group must have, whoever comes and wherever to."""
    if not 1 <= len(group.label) <= LABEL_LENGTH:
        raise GroupIncomplete(_l("Name the group, for example 5A."), field="group_label")
    if not 1 <= group.pupils <= 1000:
        raise GroupIncomplete(_l("Give the number of pupils, from 1 to 1000."), field="pupils")
    if not 1 <= group.staff <= 100:
        raise GroupIncomplete(
            _l("A teacher is always present: give their number, from 1 to 100."), field="staff"
        )
    if group.grade not in grades_of(group.school):
        raise GroupIncomplete(_l("Choose a grade that your school teaches."), field="grade")
    if not group.languages or not set(group.languages) <= set(LANGUAGES):
        raise GroupIncomplete(_l("Choose a language that the group understands."), field="languages")
    if len(group.crew) > LABEL_LENGTH:
        raise GroupIncomplete(_l("At most %(most)d characters.", most=LABEL_LENGTH), field="crew")


def refuse_unsuitable(group: Group, slot: Slot, *, now: datetime) -> int:
    """Refuse a slot that does not suit this group; returns the one-way travel in minutes."""
    when = When(slot.day, slot.start_time, slot.end_time)
    return refuse_unsuitable_session(group, slot.offer, when, most=slot.max_pupils, now=now)


def refuse_unsuitable_session(group: Group, offer: Offer, when: When, *, most: int, now: datetime) -> int:
    """The same for any session of an offer, a team's for example; `most` pupils find room in it."""
    if to_utc(when.day, when.start_time) <= now:
        raise TooLate(_l("This session has begun already."))
    if group.grade not in offer.grades:
        raise DoesNotSuit(_l("This session is not for this grade."), field="grade")
    if not set(offer.languages) & set(group.languages):
        raise DoesNotSuit(_l("This session is not held in a language of your group."), field="languages")
    if group.pupils > most:
        raise DoesNotSuit(_l("This session takes %(most)d pupils at most.", most=most), field="pupils")
    if group.wheelchair and not offer.wheelchair:
        raise DoesNotSuit(_l("This place cannot be reached with a wheelchair."), field="wheelchair")
    travel = visit_minutes(group.school, offer)
    refuse_busy_school(group.school, when, travel if offer.kind is OfferKind.FIELD_VISIT else 0)
    return travel


def refuse_busy_school(school: School, slot: Slot | When, travel: int) -> None:
    """The school's calendar, general holidays, and the hours of its day: back by dismissal."""
    blocked = blocking(school.id, slot.day)
    if blocked is not None:
        raise SchoolNotFree(_l("Your school's calendar blocks this day: %(reason)s.", reason=blocked.reason))
    if public_holiday(slot.day) is not None:
        raise SchoolNotFree(_l("This day is a public holiday."))
    leaves, returns = (
        later_the_same_day(slot.start_time, -travel),
        later_the_same_day(slot.end_time, travel),
    )
    if leaves is None or leaves < school.day_start:
        raise SchoolNotFree(_too_early(leaves or time(0), school.day_start))
    if returns is None or returns > school.day_end:
        raise SchoolNotFree(_too_late(returns or time(23, 59), school.day_end))


def blocking(school_id: int, day: date) -> BlockedDays | None:
    """What blocks a school's day, if anything does."""
    return db.session.scalar(
        select(BlockedDays)
        .where(BlockedDays.school_id == school_id, BlockedDays.first_day <= day, BlockedDays.last_day >= day)
        .limit(1)
    )


def _too_early(leaves: time, begins: time) -> LazyString:
    return _l(
        "The group would have to leave at %(leaves)s; your school day begins at %(begins)s.",
        leaves=f"{leaves:%H:%M}",
        begins=f"{begins:%H:%M}",
    )


def _too_late(returns: time, ends: time) -> LazyString:
    return _l(
        "The group would be back at %(returns)s; your school day ends at %(ends)s.",
        returns=f"{returns:%H:%M}",
        ends=f"{ends:%H:%M}",
    )


def why_closed(slot: Slot, *, now: datetime) -> Refusal | None:
    """Why no group at all can have a place in a session, nor wait for one; None while it is open.

    Asked before a form is shown. The deeds decide for themselves, under their locks."""
    if slot.state is not SlotState.OPEN:
        return SessionOver(_l("This session is cancelled."))
    if slot.starts_at <= now:
        return SessionOver(_l("This session has begun already."))
    return None if round_in_force_on(slot.day) is not None else _no_round()


def _no_round() -> TooLate:
    return TooLate(_l("Places on this day cannot be booked directly: its round is not published."))


def held_round(day: date) -> Round:
    """The round in force that this day belongs to, kept in force until the deed ends."""
    round_ = db.session.scalar(
        select(Round)
        .where(Round.state.in_(IN_FORCE), Round.first_day <= day, Round.last_day >= day)
        .order_by(Round.id)
        .limit(1)
        .with_for_update(read=True)
    )
    if round_ is None:
        raise _no_round()
    return round_


def halfway(now: datetime, until: datetime, most: timedelta) -> datetime:
    """`most` from now, or half of the time that is left where that is shorter."""
    return now + min(most, (until - now) / 2)
