"""Questions about schools: the list that staff search, a school's blocked days, and what they collide with."""

from __future__ import annotations

import unicodedata
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from outreach.models import LIVE, BlockedDays, Booking, FinanceType, School, User, db
from outreach.permissions.lists import visible
from outreach.queries.paging import Page, page_of

# More words than this do not narrow a search; they are left out so that a pasted text is no attack.
MOST_WORDS = 8


def find_schools(
    *, reader: User | None, words: str = "", district: str = "", section: str = "", page: int = 1
) -> Page[School]:
    """The schools that `reader` may know of, by English name: part of either name or of the registration number, district,
    and section as the Education Bureau counts ("primary", "secondary" or "special")."""
    found: Select[School] = select(School).where(visible(reader, School))
    for word in search_words(words):
        found = found.where(_names(word))
    if district:
        found = found.where(School.district == district)
    if section:
        found = found.where(_section(section))
    return page_of(found.order_by(School.name_en, School.level, School.id), number=page)


def search_words(text: str) -> list[str]:
    """The words to look for, in the form in which names are stored: NFKC, and compared in lower case."""
    clean = "".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFKC", text))
    return clean.lower().split()[:MOST_WORDS]


def _names(word: str) -> ColumnElement[bool]:
    columns = (School.name_en, School.name_zh, School.registration)
    return or_(*(func.lower(column).contains(word, autoescape=True) for column in columns))


def _section(section: str) -> ColumnElement[bool]:
    special = School.finance_type == FinanceType.SPECIAL
    return special if section == "special" else and_(not_(special), School.level == section)


def blocked_days(school_id: int, *, since: date | None = None) -> list[BlockedDays]:
    """When the school cannot take part, in the order of the calendar; with `since` only what ends on that day or later."""
    found = select(BlockedDays).where(BlockedDays.school_id == school_id)
    if since is not None:
        found = found.where(BlockedDays.last_day >= since)
    return list(
        db.session.scalars(found.order_by(BlockedDays.first_day, BlockedDays.last_day, BlockedDays.id))
    )


def bookings_within(school_id: int, first_day: date, last_day: date) -> int:
    """How many bookings that stand fall into these days."""
    found = select(func.count(Booking.id)).where(
        Booking.school_id == school_id, Booking.state.in_(LIVE), Booking.day.between(first_day, last_day)
    )
    return db.session.scalar(found) or 0


def schools_of(user: User) -> list[School]:
    """The schools at which this person teaches, by English name."""
    return list(
        db.session.scalars(select(School).where(School.id.in_(user.school_ids)).order_by(School.name_en))
    )
