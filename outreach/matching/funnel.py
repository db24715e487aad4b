"""For one request: how many slots and team windows are left after each candidate rule, in a fixed order.

The last step counts what the request may really have. Light like `candidates.py`: quick enough to be asked while somebody types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from outreach.matching.candidates import Finder, FreeTime, named, session_starts
from outreach.matching.points import rank_of
from outreach.matching.problem import CODING_SESSION, Offer, Slot, Team, VisitRequest, Window

STEPS = (
    "all",
    "kind",
    "grade",
    "language",
    "pupils",
    "wheelchair",
    "ban",
    "interest",
    "travel",
    "time",
)
"""The order of the rules: `travel` is the way to a visit or the team's way to the school, `time` all that concerns the hour."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is left after a rule: slots, and windows in which a team could come or receive (each counts once)."""

    rule: str
    slots: int
    team_windows: int


@dataclass(frozen=True, slots=True)
class _Chance:
    """A slot, or one window of a team with one of its offers."""

    offer: Offer
    slot: Slot | None = None
    team: Team | None = None
    window: Window = (0, 0)

    @property
    def place_id(self) -> str:
        thing = self.slot or self.team
        return thing.id if thing else ""


def funnel(finder: Finder, visit_request: VisitRequest) -> tuple[Step, ...]:
    """The steps of `STEPS` for one request of the finder's problem (or one that is not in it yet, of a known school)."""
    left = list(_chances(finder))
    steps = [_step("all", left)]
    for rule, passes in _rules(finder, visit_request).items():
        left = [chance for chance in left if passes(chance)]
        steps.append(_step(rule, left))
    return tuple(steps)


def _chances(finder: Finder) -> Iterator[_Chance]:
    offer = finder.problem.offer
    for slot in finder.problem.slots:
        yield _Chance(offer[slot.offer], slot=slot)
    for team in finder.problem.teams:
        for offer_id in team.offers:
            for window in team.windows:
                yield _Chance(offer[offer_id], team=team, window=window)


def _step(rule: str, left: list[_Chance]) -> Step:
    windows = {(chance.team.id, chance.window) for chance in left if chance.team}
    return Step(rule, sum(chance.slot is not None for chance in left), len(windows))


def _rules(finder: Finder, asked: VisitRequest) -> dict[str, Callable[[_Chance], bool]]:
    interest: dict[str, bool] = {}

    def interested(chance: _Chance) -> bool:
        if asked.scores is not None:
            return named(asked, chance.place_id)
        offer = chance.offer
        if offer.id not in interest:
            chosen = rank_of(asked, offer) is not None
            interest[offer.id] = asked.open or chosen or not asked.topics.isdisjoint(offer.topics)
        return interest[offer.id]

    return {
        "kind": lambda chance: chance.offer.kind in asked.kinds,
        "grade": lambda chance: asked.grade in chance.offer.grades,
        "language": lambda chance: not asked.languages.isdisjoint(chance.offer.languages),
        "pupils": lambda chance: asked.pupils <= _room(chance),
        "wheelchair": lambda chance: chance.offer.wheelchair or not asked.wheelchair,
        "ban": lambda chance: not _banned(finder, asked, chance),
        "interest": interested,
        "travel": lambda chance: _near(finder, asked, chance),
        "time": _time(finder, asked),
    }


def _room(chance: _Chance) -> int:
    if chance.slot is None or chance.slot.max_pupils is None:
        return chance.offer.max_pupils
    return chance.slot.max_pupils


def _banned(finder: Finder, asked: VisitRequest, chance: _Chance) -> bool:
    if asked.id not in finder.problem.bans_of:
        return False
    banned = finder.banned_places(asked, chance.offer)
    return banned is None or f"{'slot' if chance.slot else 'team'} {chance.place_id}" in banned


def _near(finder: Finder, asked: VisitRequest, chance: _Chance) -> bool:
    if chance.offer.kind != CODING_SESSION:
        return finder.visit_travel(asked, chance.offer) <= asked.max_travel_minutes
    return chance.team is None or finder.team_travel(asked, chance.team) <= chance.team.max_travel_minutes


def _time(finder: Finder, asked: VisitRequest) -> Callable[[_Chance], bool]:
    free = FreeTime(asked.windows)
    grid = finder.problem.grid_minutes

    def fits(chance: _Chance) -> bool:
        travel = finder.visit_travel(asked, chance.offer)
        if chance.slot:
            return free.covers(chance.slot.start - travel, chance.slot.end + travel)
        return bool(session_starts(grid, free, chance.offer, (chance.window,), travel))

    return fits
