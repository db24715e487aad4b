"""The schools of the demonstration: invented ones in the real proportions of the districts, or some of a school file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random
from typing import cast

from outreach.services.demo.names import Name, finance_of, unused_school_name
from outreach.services.demo.people import PersonPlan, cast_person, somebody
from outreach.services.demo.places import (
    DISTRICTS,
    SECTIONS,
    District,
    Section,
    neighbourhood,
    place_in,
    shared_out,
)
from outreach.services.school_file import SchoolFile, SchoolRow
from outreach.services.school_file.columns import plain

PRIMARY_GRADES = ("P4", "P5", "P5", "P6", "P6", "P3")
SECONDARY_GRADES = ("S1", "S2", "S2", "S3", "S3", "S4", "S5")
DAY_STARTS = (time(7, 50), time(8, 0), time(8, 10), time(8, 15))
DAY_ENDS = (time(15, 30), time(15, 40), time(15, 45), time(16, 0))


@dataclass(frozen=True, slots=True)
class Blocked:
    """Days on which a school cannot take part, first and last included."""

    first: date
    last: date
    reason: Name


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """A school with its teacher: names, district letter, place in degrees, wall times of the school day.

    `key` is the school's key in the official file or ours; `section` says "special", `level` what the school teaches."""

    key: str
    name: Name
    address: Name
    district: str
    section: Section
    level: str
    finance: str
    lon: float
    lat: float
    day_start: time
    day_end: time
    teacher: PersonPlan
    blocked: tuple[Blocked, ...] = ()

    @property
    def is_cast(self) -> bool:
        """The school of the teacher who signs in to the demonstration."""
        return self.teacher == cast_person("teacher")

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades that go out, the usual ones more than once."""
        return PRIMARY_GRADES if self.level == "primary" else SECONDARY_GRADES


def invented_schools(count: int, rng: Random) -> tuple[SchoolPlan, ...]:
    """`count` fictional schools, at least one in each district, each with a teacher; one of them is Tess'."""
    taken: set[str] = set()
    shares = shared_out(count)
    sections = [
        (district, section)
        for district in DISTRICTS
        for section in SECTIONS
        for _ in range(shares[district.code, section])
    ]
    return with_cast(
        [
            _invented(f"demo-{number:04}", district, section, taken, rng)
            for number, (district, section) in enumerate(sections, 1)
        ]
    )


def _invented(key: str, district: District, section: Section, taken: set[str], rng: Random) -> SchoolPlan:
    part, finance = neighbourhood(district, rng), finance_of(section, rng)
    lon, lat = place_in(part, rng)
    return SchoolPlan(
        key=key,
        name=unused_school_name(section, finance, part, taken, rng),
        address=Name(f"{part.name_en}, {district.name_en}", f"{district.name_zh}{part.name_zh}"),
        district=district.code,
        section=section,
        level=rng.choice(("primary", "secondary")) if section == "special" else section,
        finance=finance,
        lon=lon,
        lat=lat,
        day_start=rng.choice(DAY_STARTS),
        day_end=rng.choice(DAY_ENDS),
        teacher=somebody(f"teacher.{key}", rng, english=finance == "international"),
    )


def official_schools(file: SchoolFile, count: int, rng: Random) -> tuple[SchoolPlan, ...]:
    """`count` schools of a school file that take part, in the proportions of its districts and sections."""
    rows = sorted(file.schools, key=lambda row: (row.district, row.section, row.source_key))
    # Every n-th of the sorted list: each district and section keeps its share, small ones included.
    step = max(1.0, len(rows) / count)
    chosen = [rows[int(number * step)] for number in range(min(count, len(rows)))]
    return with_cast([_official(row, rng) for row in chosen])


def _official(row: SchoolRow, rng: Random) -> SchoolPlan:
    return SchoolPlan(
        key=row.source_key,
        name=Name(row.name_en, row.name_zh),
        address=Name(row.address_en, row.address_zh),
        district=row.district,
        section=cast("Section", row.section),
        level=row.level,
        finance=row.finance_type,
        lon=row.longitude,
        lat=row.latitude,
        day_start=rng.choice(DAY_STARTS),
        day_end=rng.choice(DAY_ENDS),
        teacher=somebody(f"teacher.{row.source_key}", rng, english=row.finance_type == "international"),
    )


def school_file_of(schools: Sequence[SchoolPlan]) -> SchoolFile:
    """Invented schools as if an official file had named them, so that they come in by the same door."""
    rows = tuple(_row(number, school) for number, school in enumerate(schools, 1))
    return SchoolFile(name="demonstration", rows=len(rows), schools=rows)


def _row(number: int, school: SchoolPlan) -> SchoolRow:
    return SchoolRow(
        registration="",
        level=school.level,
        source_key=school.key,
        name_key=plain(school.name.en),
        name_en=school.name.en,
        name_zh=school.name.zh,
        address_en=school.address.en,
        address_zh=school.address.zh,
        district=school.district,
        finance_type=school.finance,
        session="whole_day",
        gender="",
        longitude=school.lon,
        latitude=school.lat,
        phone="",
        website="",
        line=number,
    )


def with_cast(schools: Sequence[SchoolPlan]) -> tuple[SchoolPlan, ...]:
    """The same schools, the first aided primary school of Kwun Tong (or the first school) given to Tess."""
    ordinary = [s for s in schools if (s.district, s.section, s.finance) == ("J", "primary", "aided")]
    chosen = (ordinary or list(schools))[0]
    return tuple(replace(s, teacher=cast_person("teacher")) if s is chosen else s for s in schools)


def with_blocked_days(
    schools: Sequence[SchoolPlan], school_days: Sequence[date], rng: Random
) -> tuple[SchoolPlan, ...]:
    """The same schools, most with an exam week and some with a staff day among `school_days`."""
    return tuple(replace(school, blocked=school.blocked + _blocked(school_days, rng)) for school in schools)


def _blocked(school_days: Sequence[date], rng: Random) -> tuple[Blocked, ...]:
    found: list[Blocked] = []
    if rng.random() < 0.7:
        monday = rng.choice([day for day in school_days if day.weekday() == 0] or list(school_days))
        found.append(Blocked(monday, monday + timedelta(days=4), Name("Examinations", "考試週")))
    if rng.random() < 0.4:
        day = rng.choice(school_days)
        if not any(block.first <= day <= block.last for block in found):
            found.append(Blocked(day, day, Name("Staff development day", "教師發展日")))
    return tuple(sorted(found, key=lambda block: block.first))
