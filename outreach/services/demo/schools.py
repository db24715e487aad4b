"""The schools of the demonstration: invented ones in the real proportions of the 18 districts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random

from outreach.services.demo.names import Finance, Name, finance_of, unused_school_name
from outreach.services.demo.people import PersonPlan, cast_person, somebody
from outreach.services.demo.places import DISTRICTS, Level, neighbourhood, place_in, shared_out

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
    """A school with its teacher: names, district letter, place in degrees, wall times of the school day."""

    key: str
    name: Name
    address: Name
    district: str
    level: Level
    finance: Finance
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
        if self.level == "special":
            return PRIMARY_GRADES + SECONDARY_GRADES
        return PRIMARY_GRADES if self.level == "primary" else SECONDARY_GRADES


def invented_schools(count: int, rng: Random) -> tuple[SchoolPlan, ...]:
    """`count` fictional schools, at least one in each district; the first ordinary primary school is Tess'."""
    taken: set[str] = set()
    shares = shared_out(count)
    schools: list[SchoolPlan] = []
    for district in DISTRICTS:
        for (code, level), number in shares.items():
            if code != district.code:
                continue
            for _ in range(number):
                part = neighbourhood(district, rng)
                finance = finance_of(level, rng)
                lon, lat = place_in(part, rng)
                key = f"school-{len(schools) + 1:04}"
                schools.append(
                    SchoolPlan(
                        key=key,
                        name=unused_school_name(level, finance, part, taken, rng),
                        address=Name(
                            f"{part.name_en}, {district.name_en}", f"{district.name_zh}{part.name_zh}"
                        ),
                        district=code,
                        level=level,
                        finance=finance,
                        lon=lon,
                        lat=lat,
                        day_start=rng.choice(DAY_STARTS),
                        day_end=rng.choice(DAY_ENDS),
                        teacher=somebody(f"teacher.{key}", rng, english=finance == "international"),
                    )
                )
    return with_cast(schools)


def with_cast(schools: Sequence[SchoolPlan]) -> tuple[SchoolPlan, ...]:
    """The same schools, the first aided primary school of Kwun Tong (or the first school) given to Tess."""
    ordinary = [s for s in schools if (s.district, s.level, s.finance) == ("J", "primary", "aided")]
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
