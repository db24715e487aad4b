"""Schools: importing the official file, a school's own day, and the days on which it cannot take part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from outreach.clock import local
from outreach.models import BlockedDays, FinanceType, School, SchoolLevel, User, db
from outreach.services.school_file import RowFault, SchoolFile, SchoolRow
from outreach.services.school_file.columns import plain
from outreach.services.transaction import (
    ChangedMeanwhile,
    Refusal,
    audit,
    changed_rows,
    deed,
    insert_or_ignore,
    one_at_a_time,
)

# What the file says about a school; all else on the row is the school's or the programme's own and stays.
FACTS: tuple[str, ...] = (
    "registration",
    "level",
    "finance_type",
    "name_en",
    "name_zh",
    "address_en",
    "address_zh",
    "district",
    "longitude",
    "latitude",
    "phone",
    "website",
)
# A half-day school starts with its own half; teachers mend the times on their school's page.
HALF_DAYS = {"morning": (time(8, 0), time(12, 30)), "afternoon": (time(13, 0), time(17, 30))}
# Ten metres in degrees. The officials measure each year anew, so that every school moves by a centimetre.
A_FEW_STEPS = 0.0001
LONGEST_BLOCK = timedelta(days=366)


class DayOutOfOrder(Refusal):
    """A school day, or a stretch of blocked days, that ends before it begins."""


class UselessDays(Refusal):
    """Days that are past, too many, or blocked already."""


@dataclass(frozen=True, slots=True)
class ChangedSchool:
    """A school of which the file tells something new, and what: column -> (stored, in the file)."""

    school_id: int
    name_en: str
    name_zh: str
    facts: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. `absent` schools are stored but not in the file: they are kept, and counted."""

    file: str
    rows: int
    sections: Mapping[str, int]
    new: int = 0
    changed: tuple[ChangedSchool, ...] = ()
    unchanged: int = 0
    absent: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[RowFault, ...] = ()

    @property
    def schools(self) -> int:
        """How many schools the file names."""
        return sum(self.sections.values())


def preview_import(*, file: SchoolFile) -> ImportReport:
    """What `import_schools` would do with this file now. Writes nothing."""
    return _report(file, _compare(file))


@deed
def import_schools(*, file: SchoolFile, by: User | None, now: datetime) -> ImportReport:
    """Take over what the file says, in one transaction: new schools are added, known ones brought up to date, none removed.

    A second import of the same file changes nothing. What people entered here (hours, limits, blocked days) is never
    touched. `by` is None on the command line."""
    one_at_a_time("schools.import", now=now)
    pairs = _compare(file)
    report = _report(file, pairs)
    for row, school in pairs:
        if school is None:
            db.session.add(_new_school(row, now))
        else:
            facts = _facts(row)
            for name in _differences(row, school):
                setattr(school, name, facts[name])
            if row.registration:
                school.source_key = row.source_key
    audit("school.import", School(), by=by, now=now, **_summary(report))
    return report


def _compare(file: SchoolFile) -> list[tuple[SchoolRow, School | None]]:
    """Each school of the file with its row in the table, found by its key, else by its English name and level.

    By name: for a file without school numbers, and for a school that came from such a file first. Only one school of that
    name may stand in the table, and each row of the table is matched once."""
    stored = list(db.session.scalars(select(School)))
    by_key = {school.source_key: school for school in stored}
    names = Counter((plain(school.name_en), school.level) for school in stored)
    by_name = {
        (plain(school.name_en), school.level): school
        for school in stored
        if names[plain(school.name_en), school.level] == 1
    }
    taken = {row.source_key for row in file.schools}
    pairs: list[tuple[SchoolRow, School | None]] = []
    for row in file.schools:
        school = by_key.get(row.source_key)
        if school is None:
            school = by_name.pop((row.name_key, SchoolLevel(row.level)), None)
            if school is not None and (
                school.source_key in taken or (row.registration and school.registration)
            ):
                school = None
        pairs.append((row, school))
    return pairs


def _differences(row: SchoolRow, school: School) -> list[str]:
    """The facts in which the file and the table differ, as far as the file is sure of them."""
    sure = FACTS if row.registration else FACTS[1:]
    if not row.first_place_known:
        # The table may hold the right one of several places already; a file that cannot tell must not move the school.
        sure = ("name_en", "name_zh")
    return [name for name in sure if not _same(name, getattr(row, name), getattr(school, name))]


def _same(name: str, told: Any, stored: Any) -> bool:
    if name in ("longitude", "latitude"):
        return bool(abs(told - stored) < A_FEW_STEPS)
    return bool(told == stored)


def _facts(row: SchoolRow) -> dict[str, object]:
    words = {"level": SchoolLevel(row.level), "finance_type": FinanceType(row.finance_type)}
    return {name: getattr(row, name) for name in FACTS} | words


def _new_school(row: SchoolRow, now: datetime) -> School:
    school = School(source_key=row.source_key, created_at=now, **_facts(row))
    if row.session in HALF_DAYS:
        school.day_start, school.day_end = HALF_DAYS[row.session]
    return school


def _report(file: SchoolFile, pairs: list[tuple[SchoolRow, School | None]]) -> ImportReport:
    changed = []
    for row, school in pairs:
        if school is not None and (names := _differences(row, school)):
            facts = {name: (str(getattr(school, name)), str(getattr(row, name))) for name in names}
            changed.append(ChangedSchool(school.id, school.name_en, school.name_zh, facts))
    known = sum(school is not None for _, school in pairs)
    everything = len(db.session.scalars(select(School.id)).all())
    return ImportReport(
        file=file.name,
        rows=file.rows,
        sections=Counter(row.section for row in file.schools),
        new=len(pairs) - known,
        changed=tuple(changed),
        unchanged=known - len(changed),
        absent=everything - known,
        left_out=file.left_out,
        faults=file.faults,
    )


def _summary(report: ImportReport) -> dict[str, object]:
    """What the audit log keeps of an import."""
    return {
        "file": report.file[:200],
        "rows": report.rows,
        "new": report.new,
        "changed": [change.school_id for change in report.changed],
        "unchanged": report.unchanged,
        "faulty_lines": sorted({fault.line for fault in report.faults})[:100],
    }


@deed
def change_school(
    *,
    school_id: int,
    seen_version: int,
    day_start: time,
    day_end: time,
    max_per_day: int,
    max_bookings: int | None,
    by: User,
    now: datetime,
) -> School:
    """Set a school's day and how many groups it sends out or receives; the next run of the scheduler keeps to it."""
    school = db.session.get_one(School, school_id)
    if school.version != seen_version:
        raise ChangedMeanwhile
    if day_end <= day_start:
        raise DayOutOfOrder(_l("The school day must end after it begins."), field="day_end")
    school.day_start, school.day_end = day_start, day_end
    school.max_per_day, school.max_bookings = max_per_day, max_bookings
    audit(
        "school.change",
        school,
        by=by,
        now=now,
        day=f"{day_start:%H:%M}-{day_end:%H:%M}",
        max_per_day=max_per_day,
        max_bookings=max_bookings,
    )
    return school


@deed
def block_days(
    *, school_id: int, first_day: date, last_day: date, reason: str, by: User, now: datetime
) -> None:
    """Note that a school cannot take part from `first_day` to `last_day`, both included. Bookings made already stand."""
    if last_day < first_day:
        raise DayOutOfOrder(_l("The last day must not lie before the first."), field="last_day")
    if last_day < local(now).date():
        raise UselessDays(_l("These days are past."), field="last_day")
    if last_day - first_day > LONGEST_BLOCK:
        raise UselessDays(_l("Block at most one year at a time."), field="last_day")
    school = db.session.get_one(School, school_id)
    facts = {"first_day": first_day, "last_day": last_day, "reason": reason}
    if not insert_or_ignore(BlockedDays, school_id=school.id, **facts):
        raise UselessDays(_l("These days are blocked already, with the same reason."), field="first_day")
    audit(
        "school.block_days", school, by=by, now=now, first=str(first_day), last=str(last_day), reason=reason
    )


@deed
def unblock_days(*, school_id: int, blocked_days_id: int, by: User, now: datetime) -> None:
    """Take a stretch of blocked days back; days that are gone already are no fault, so a second click does no harm."""
    school = db.session.get_one(School, school_id)
    gone = delete(BlockedDays).where(BlockedDays.id == blocked_days_id, BlockedDays.school_id == school_id)
    if changed_rows(gone):
        audit("school.unblock_days", school, by=by, now=now, blocked_days=blocked_days_id)
