"""A problem taken apart, so that events can change it piece by piece; put together again it is consistent or refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from outreach.matching.check_candidate import candidate_faults
from outreach.matching.placed import placed, unknown_part
from outreach.matching.problem import Assignment, Ban, Problem, Slot, VisitRequest, Window
from outreach.matching.refusal import ProblemRefused
from outreach.matching.travel import Ways


class Working:
    """The parts that events change, by id. `new_at` says which event brought a thing, for the path of a refusal."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.slots = dict(problem.slot)
        self.teams = dict(problem.team)
        self.requests = dict(problem.visit_request)
        self.bans = list(problem.bans)
        self.eased = False
        """Whether something is allowed now that was not before: then bounds of the old problem say nothing."""
        self.new_at: dict[tuple[str, str], str] = {}

    def lose_window(self, visit_request: VisitRequest, lost: Window) -> None:
        """The request is not free during `lost`."""
        left = tuple(without(visit_request.windows, lost))
        if left != visit_request.windows:
            self.requests[visit_request.id] = replace(visit_request, windows=left)

    def together(self, pins: Iterable[Assignment], incumbent: tuple[Assignment, ...]) -> Problem:
        """The problem as it is now. What names something that is gone is dropped. Raises `ProblemRefused`."""
        goals = self.problem.objectives
        gone = self.problem.slot.keys() - self.slots.keys()
        try:
            return replace(
                self.problem,
                objectives=goals if "changes" in goals else (*goals, "changes"),
                slots=tuple(self.slots.values()),
                teams=tuple(self.teams.values()),
                requests=tuple(self._known_places(one, gone) for one in self.requests.values()),
                pins=tuple(pins),
                bans=tuple(ban for ban in self.bans if self._there(ban)),
                incumbent=incumbent,
            )
        except ProblemRefused as refusal:
            raise ProblemRefused(self._path(refusal.path), refusal.why) from None

    def _there(self, ban: Ban) -> bool:
        return ban.request in self.requests and (not ban.slot or ban.slot in self.slots)

    def _known_places(self, one: VisitRequest, gone: AbstractSet[str]) -> VisitRequest:
        # Only slots can be gone; what the request says about slots that never were is refused when all is put together.
        scores = one.scores
        if scores is not None and not gone.isdisjoint(scores):
            scores = {name: points for name, points in scores.items() if name not in gone}
        costs = {name: cost for name, cost in one.costs.items() if name not in gone}
        if scores is one.scores and len(costs) == len(one.costs):
            return one
        return replace(one, scores=scores, costs=costs)

    def _path(self, path: str) -> str:
        """Where the events say what the consistency of the whole refuses."""
        for kind, things in (("requests", self.requests), ("slots", self.slots)):
            for index, name in enumerate(things):
                event = self.new_at.get((kind, name))
                here = f"{kind}[{index}]"
                if event is not None and (path == here or path.startswith(f"{here}.")):
                    return event + path.removeprefix(here)
        return path


def without(windows: Iterable[Window], lost: Window) -> Iterable[Window]:
    """What is left of windows once one span of time is taken out of them."""
    for opens, closes in windows:
        if closes <= lost[0] or lost[1] <= opens:
            yield opens, closes
            continue
        if opens < lost[0]:
            yield opens, lost[0]
        if lost[1] < closes:
            yield lost[1], closes


def slot_limited(problem: Problem, slot: Slot, *, max_pupils: int | None, max_groups: int | None) -> Slot:
    """The slot with fewer seats or groups; its minimum falls with its seats, since nobody could use it otherwise."""
    limits = problem.limits(slot)
    pupils = limits.max_pupils if max_pupils is None else max_pupils
    return replace(
        slot,
        max_pupils=pupils,
        max_groups=limits.max_groups if max_groups is None else max_groups,
        min_pupils=min(limits.min_pupils, pupils),
    )


def possible(problem: Problem, assignments: Sequence[Assignment]) -> list[Assignment]:
    """Those assignments that break no candidate rule."""
    ways = Ways(problem.travel)
    return [
        one
        for one in assignments
        if unknown_part(problem, one) is None
        and next(candidate_faults(problem, placed(problem, ways, one)), None) is None
    ]
