"""One more slot tried in earnest: who gets a place when the plan is solved again around it and everybody placed keeps a place.

All slots of a batch stand in one widened problem, so that its options are found once; each is tried as if the others of the batch
were not there. What is found is judged against the problem with that one slot (`Trial.faults`) before it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from outreach.matching.check import faults_of
from outreach.matching.explaining.stand import Stand
from outreach.matching.problem import Assignment, Problem
from outreach.matching.recruiting.around import Around
from outreach.matching.recruiting.ideas import Added, with_added
from outreach.matching.recruiting.worth import AIMS
from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.engine import Clock, Effort, OutOfTime
from outreach.matching.solving.options import options_of
from outreach.matching.solving.part import Part

# As few changes as can be come last.
GOALS = (*AIMS, "changes")
# Requests to choose among, and CP-SAT's deterministic seconds for it; the second only where the first is not enough.
SIZES = ((40, 1.0), (160, 4.0))
# For everybody at once, where the whole problem is small.
BUDGET = 10.0


@dataclass(frozen=True, slots=True)
class Trial:
    """A whole plan with one more slot, or without any (`firm` None). `most`: no plan in which everybody keeps a place has more
    new groups; None where CP-SAT has not shown that."""

    firm: Added | None
    assignments: tuple[Assignment, ...]
    most: int | None

    def faults(self, problem: Problem, plan: Mapping[str, Assignment]) -> list[str]:
        """What is wrong with it, in sentences: a rule of the problem with the slot broken, or a place lost."""
        there = {one.request for one in self.assignments}
        lost = [f"Request {name} loses its place." for name in plan if name not in there]
        wide = with_added(problem, [self.firm] if self.firm else [])
        return lost + [fault.sentence for fault in faults_of(wide, self.assignments)]


class Trials:
    """Tries slots beside one plan. Raises `Unfit` for a plan that breaks a rule of the problem, and `OutOfTime`.

    `values` as for `Around`; `effort`: workers and seed of CP-SAT, and of how many options at most it is asked as a whole: then
    everybody may move each time, and it tells what is possible at most.
    """

    def __init__(
        self,
        problem: Problem,
        plan: Sequence[Assignment],
        firms: Sequence[Added],
        values: Long,
        effort: tuple[int, int, int],
        clock: Clock,
    ) -> None:
        self.workers, self.seed, exact = effort
        self.clock = clock
        self.firms = list(firms)
        wide = with_added(replace(problem, objectives=GOALS, incumbent=tuple(plan)), firms)
        options = options_of(wide, clock)
        if not options.complete:
            raise OutOfTime
        self.exact = len(options) <= exact
        self.stand = Stand(options, plan)
        self.around = Around(self.stand, values)
        # Slots and teams of the problem itself come first.
        self._own: Flags = (options.slot < len(problem.slots)) & (options.team < len(problem.teams))

    def without(self, enough: int) -> Trial:
        """Nobody new: how many of those who wait could have a place anyway. `enough` as for `of`."""
        return self._solved(None, [], enough)

    def of(self, firm: Added, enough: int) -> Trial:
        """One slot; `enough` new groups need no further search."""
        positions = self.stand.options.positions
        mine = (
            self.stand.options.slot == positions.slot[firm.slot.id]
            if firm.slot
            else self.stand.options.team == positions.team[firm.team.id if firm.team else ""]
        )
        rows = np.flatnonzero(mine)
        if not len(rows):
            return Trial(firm, tuple(self.stand.plan.values()), None)
        return self._solved(firm, [self.stand.resource(int(rows[0]))], enough)

    def _solved(self, firm: Added | None, new: list[int], enough: int) -> Trial:
        allowed = self._own | np.isin(self.stand.days.resource, new)
        before = tuple(self.stand.plan.values())
        places = new or self.around.hoped_for(self._own)
        best = self._directly(firm, np.flatnonzero(allowed & np.isin(self.stand.days.resource, places)))
        if len(best.assignments) - len(before) >= enough:
            return best
        if self.exact:
            return self._anew(best, self.around.everybody(), allowed, BUDGET)
        for size, budget in SIZES:
            best = self._anew(best, self.around.requests(places, size), allowed, budget)
            if len(best.assignments) - len(before) >= enough:
                break
        return best

    def _directly(self, firm: Added | None, rows: Long) -> Trial:
        """Whoever waits takes a place while everybody else stays, schools without any first."""
        stand, options = self.stand, self.stand.options
        served = np.array([stand.served[at] > 0 for at in range(len(stand.weight))], dtype=np.bool_)
        gain = np.where(served, 0, np.array(stand.weight, dtype=np.int64))[options.school[rows]]
        order = np.lexsort((options.pupils[rows], -gain))
        joined = [row for row in rows[order].tolist() if stand.draft.add(row)]
        enough = stand.enough(joined)
        for row in joined:
            stand.draft.remove(row)
        return Trial(firm, self._assignments([*stand.draft.of_request.values(), *joined * enough]), None)

    def _anew(self, best: Trial, requests: list[int], allowed: Flags, budget: float) -> Trial:
        """These requests placed anew, if that places more."""
        stand = self.stand
        free, fixed, apart = self.around.rows(requests, allowed)
        part = Part(stand.options, free, fixed, self.clock)
        for row in stand.draft.of_request.values():
            if row in part:
                request = int(stand.options.request[row])
                part.one_of([one for one in stand.options.of_request.at(request).tolist() if one in part])
        part.hint([row for row in stand.draft.of_request.values() if row in part])
        part.aim(GOALS)
        choice = part.choose(Effort(self.workers, self.seed, budget), self.clock)
        if choice.chosen is None:
            return best
        after = [*apart.tolist(), *choice.chosen]
        most = len(after) - len(stand.plan) if self.exact and choice.proven else None
        if len(after) <= len(best.assignments):
            return replace(best, most=most)
        return Trial(best.firm, self._assignments(after), most)

    def _assignments(self, rows: Sequence[int]) -> tuple[Assignment, ...]:
        """A plan of these options in which a team whose sessions are the same keeps its times, too."""
        stand = self.stand
        before, after = set(stand.draft.of_request.values()), set(rows)
        touched = {stand.resource(row) for row in before ^ after}
        fresh = stand.days.timed(sorted(row for row in after if stand.resource(row) in touched))
        kept = [
            stand.plan[stand.problem.requests[int(stand.options.request[row])].id]
            for row in after
            if stand.resource(row) not in touched
        ]
        number = stand.options.positions.request
        return tuple(sorted([*kept, *fresh], key=lambda one: number[one.request]))
