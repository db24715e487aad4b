"""Every slot that could be thought of: kind x topic x key stage x district x half-day, each with the typical size and hours."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property

from outreach.matching.problem import FIELD_VISIT, GRADES, KINDS, Place, Problem, School
from outreach.matching.recruiting.typical import Typical, typical_session, typical_visit
from outreach.matching.solving.model import STAGES
from outreach.matching.times import day_of

# So many days at most: those on which the most requests have a window. A round has some sixty.
MOST_DAYS = 150
HALVES = ("morning", "afternoon")


@dataclass(frozen=True, slots=True, order=True)
class Idea:
    """One slot that could be: `topic` is empty where the problem knows none, `half` is 0 for the morning, 1 for the afternoon."""

    kind: str
    topic: str
    stage: int
    district: str
    day: int
    half: int

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades of the key stage."""
        return tuple(grade for grade in GRADES if STAGES[grade] == self.stage)


class Space:
    """The axes of one problem's ideas. Only what somebody asks for stands on them."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        asked = problem.requests
        self.kinds = [kind for kind in KINDS if any(kind in one.kinds for one in asked)]
        topics = {topic for one in problem.offers for topic in one.topics}
        topics |= {topic for one in asked for topic in one.topics}
        self.topics = sorted(topics) or [""]
        self.stages = sorted({STAGES[one.grade] for one in asked})
        self.districts = sorted({problem.school[one.school].district for one in asked})
        counts = Counter(
            day
            for one in asked
            for day in {day_of(opens) for opens, _ in one.windows} | {day_of(end) for _, end in one.windows}
        )
        self.days = sorted(sorted(counts, key=lambda day: (-counts[day], day))[:MOST_DAYS])

    @cached_property
    def typical(self) -> dict[str, Typical]:
        """By kind."""
        return {
            kind: (typical_visit if kind == FIELD_VISIT else typical_session)(self.problem)
            for kind in self.kinds
        }

    @cached_property
    def centre(self) -> dict[str, tuple[Place, str | None]]:
        """Where a firm of a district is taken to be: in the middle of its schools, in the zone of most of them."""
        schools: dict[str, list[School]] = defaultdict(list)
        for one in self.problem.schools:
            schools[one.district].append(one)
        return {district: _middle(hers) for district, hers in schools.items()}


def _middle(schools: list[School]) -> tuple[Place, str | None]:
    longitude = sum(one.place[0] for one in schools) / len(schools)
    latitude = sum(one.place[1] for one in schools) / len(schools)
    zone = Counter(one.zone for one in schools).most_common(1)[0][0]
    return (round(longitude, 5), round(latitude, 5)), zone
