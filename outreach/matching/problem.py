"""What a problem is made of. Every time is in minutes (`times.py`), every place is (longitude, latitude) in degrees.

`None` as a limit means: no such limit. A school's `type` (primary, secondary, special) is a word that no rule reads: a lost day may
name it (`repairing/events_json.py`). A `Slot` whose `min_pupils`, `max_pupils`, `max_groups` or `cost` is None has its offer's.
A `Problem` refuses contradictions when it is built (`consistency.py`), with the path a reader of the JSON form knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

FIELD_VISIT = "field_visit"
CODING_SESSION = "coding_session"
KINDS = (FIELD_VISIT, CODING_SESSION)
GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "S1", "S2", "S3", "S4", "S5", "S6")
LANGUAGES = ("yue", "en", "cmn")
GOALS = ("equity", "groups", "pupils", "preference", "travel", "cost", "changes")
MAXIMISED = frozenset({"equity", "groups", "pupils", "preference"})
DEFAULT_GOALS = ("equity", "groups", "preference", "travel")

Place = tuple[float, float]
Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Travel:
    """How long a way takes. `zone_minutes` holds (zone, zone, minutes): an entry is meant in both directions."""

    base_minutes: float = 12
    minutes_per_km: float = 2.2
    zone_minutes: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class School:
    id: str
    place: Place
    district: str = ""
    zone: str | None = None
    weight: int = 100
    max_bookings: int | None = None
    max_per_day: int = 1
    type: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    id: str
    max_sessions_per_week: int | None = None
    max_sessions: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a company is ready to do. `place` is set for every field visit, `minutes` for what a team gives."""

    id: str
    company: str
    kind: str
    grades: frozenset[str]
    languages: frozenset[str]
    max_pupils: int
    place: Place | None = None
    zone: str | None = None
    minutes: int | None = None
    topics: frozenset[str] = frozenset()
    wheelchair: bool = False
    min_pupils: int = 0
    max_groups: int = 1
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Slot:
    id: str
    offer: str
    start: int
    end: int
    min_pupils: int | None = None
    max_pupils: int | None = None
    max_groups: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Trainers with free windows: they travel to schools (`home`) or receive groups at the offer's place."""

    id: str
    company: str
    offers: tuple[str, ...]
    windows: tuple[Window, ...]
    home: Place | None = None
    zone: str | None = None
    max_sessions_per_day: int = 1
    turnaround_minutes: int = 0
    max_travel_minutes: int = 90


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """One class group that asks. `scores` and `costs` are keyed by slot or team id; `scores` that are given (even none at
    all) name the only slots and teams this request may have."""

    id: str
    school: str
    kinds: frozenset[str]
    pupils: int
    grade: str
    languages: frozenset[str]
    windows: tuple[Window, ...]
    group: str | None = None
    crew: str | None = None
    topics: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    open: bool = False
    max_travel_minutes: int = 90
    wheelchair: bool = False
    scores: Mapping[str, int] | None = None
    costs: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """A request in a slot (`slot` set), or with a team: then `team`, `offer` and `start` are set and `slot` is empty."""

    request: str
    slot: str = ""
    team: str = ""
    offer: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True)
class Ban:
    """The request may not have this slot, this team or this offer (exactly one of the three is set)."""

    request: str
    slot: str = ""
    team: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for one slot after its own values have replaced its offer's."""

    min_pupils: int
    max_pupils: int
    max_groups: int
    cost: Decimal


@dataclass(frozen=True)
class Problem:
    """All that the solver may know. Raises `ProblemRefused` when its parts contradict each other."""

    name: str = ""
    grid_minutes: int = 15
    travel: Travel = Travel()
    objectives: tuple[str, ...] = DEFAULT_GOALS
    schools: tuple[School, ...] = ()
    companies: tuple[Company, ...] = ()
    offers: tuple[Offer, ...] = ()
    slots: tuple[Slot, ...] = ()
    teams: tuple[Team, ...] = ()
    requests: tuple[VisitRequest, ...] = ()
    pins: tuple[Assignment, ...] = ()
    bans: tuple[Ban, ...] = ()
    incumbent: tuple[Assignment, ...] = ()

    def __post_init__(self) -> None:
        # Here and not at the top: consistency reads these classes.
        from outreach.matching.consistency import refuse_contradictions

        refuse_contradictions(self)

    @cached_property
    def school(self) -> dict[str, School]:
        return {school.id: school for school in self.schools}

    @cached_property
    def company(self) -> dict[str, Company]:
        return {company.id: company for company in self.companies}

    @cached_property
    def offer(self) -> dict[str, Offer]:
        return {offer.id: offer for offer in self.offers}

    @cached_property
    def slot(self) -> dict[str, Slot]:
        return {slot.id: slot for slot in self.slots}

    @cached_property
    def team(self) -> dict[str, Team]:
        return {team.id: team for team in self.teams}

    @cached_property
    def visit_request(self) -> dict[str, VisitRequest]:
        return {visit_request.id: visit_request for visit_request in self.requests}

    @cached_property
    def bans_of(self) -> dict[str, tuple[Ban, ...]]:
        """The bans of each request that has any."""
        found: dict[str, tuple[Ban, ...]] = {}
        for ban in self.bans:
            found[ban.request] = (*found.get(ban.request, ()), ban)
        return found

    def limits(self, slot: Slot) -> Limits:
        """The limits of one slot, its offer's where it has none of its own."""
        offer = self.offer[slot.offer]
        return Limits(
            offer.min_pupils if slot.min_pupils is None else slot.min_pupils,
            offer.max_pupils if slot.max_pupils is None else slot.max_pupils,
            offer.max_groups if slot.max_groups is None else slot.max_groups,
            offer.cost if slot.cost is None else slot.cost,
        )
