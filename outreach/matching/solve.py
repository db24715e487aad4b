"""The solver: a `Problem` in, the best `Plan` that the time allows out, with a proven bound for every goal.

A plan leaves only after `check` has found nothing in it; a bound only while no plan of our own contradicts it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version

from outreach.matching.check import check
from outreach.matching.check_claims import has_candidate
from outreach.matching.duals import Duals
from outreach.matching.plan import (
    CONTRADICTORY,
    FEASIBLE,
    NO_CANDIDATE,
    NOT_EXAMINED,
    OPTIMAL,
    Objective,
    Plan,
    Solver,
    Unplaced,
)
from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.best import Best
from outreach.matching.solving.conflict import Pins
from outreach.matching.solving.engine import Clock, Effort, Loading, OutOfTime
from outreach.matching.solving.greedy import drafted
from outreach.matching.solving.known_duals import duals_of
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.options import Options, options_of
from outreach.matching.solving.pace import SMALL
from outreach.matching.solving.pipeline import Pipeline
from outreach.matching.solving.progress import Event, Progress
from outreach.matching.solving.search import FIRST_BUDGET, Search
from outreach.matching.solving.timetable import TeamDays
from outreach.matching.solving.work import Work

# Candidates that take longer are cut off: a plan from a part of them is worth more than none from all.
CANDIDATE_SHARE = 0.5
# Until when the judge looks at the requests without candidates: after the search that would overrun the limit by seconds.
HOPELESS_SHARE = 0.75
TOO_EARLY = "The time was over before it was known whether the pins can be kept together."


class NoPlanInTime(RuntimeError):
    """The time was over before it was known whether the pins can be kept; without pins there always is a plan."""


def solve(
    problem: Problem,
    *,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    sha256: str = "",
    start: Sequence[Assignment] = (),
    on_event: Callable[[Event], None] | None = None,
    on_plan: Callable[[Plan], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found within `seconds` of wall time, overrun by at most max(5 %, 1 s).

    `start` is a plan to begin with: the result is never worse where it is faultless. `on_event` gets the events of
    `progress.py`, `on_plan` each better plan as soon as it is known; both are called in the caller's thread. `stop` is asked many
    times a second; once it says True the best plan so far comes back within a second. With one worker and a fixed seed a run
    that ends before its limit gives the same plan again. Raises `NoPlanInTime`.
    """
    return _Run(problem, seconds, Effort(workers, seed, FIRST_BUDGET), sha256, on_event, on_plan, stop).plan(
        start
    )


class UnsoundPlan(RuntimeError):
    """The solver's last plan did not pass the judge: a defect of this program, told instead of a wrong plan."""


class _Run:
    def __init__(
        self,
        problem: Problem,
        seconds: float,
        effort: Effort,
        sha256: str,
        on_event: Callable[[Event], None] | None,
        on_plan: Callable[[Plan], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        began = time.monotonic()
        self.problem = problem
        self.effort = effort
        self.sha256 = sha256
        self.clock = Clock(began, began + seconds, stop or _never)
        self.progress = Progress(self.clock.seconds, on_event)
        self.on_plan = on_plan
        self.hopeless: set[str] = set()
        self.duals: tuple[Duals, ...] = ()

    def plan(self, start: Sequence[Assignment]) -> Plan:
        loading = Loading()
        self.progress.phase("candidates")
        options = options_of(self.problem, self.clock.part(CANDIDATE_SHARE))
        days = TeamDays(options)
        self.best = Best(options, self._tell)
        self.progress.phase("first plan")
        self._first_plan(options, days, start)
        self._judge_hopeless(options)
        try:
            self.clock.check()
            loading.wait(self.clock)
            if self.best.assignments is None:
                pins = Pins(self.problem, self.clock, self.effort)
                kept = pins.plan(pins.pins)
                if kept is None:
                    return self._without_plan(pins)
                self._draft(options, days, kept)
                self.best.offer(kept)
            self._improve(options, days)
        except OutOfTime:
            if self.best.assignments is None:
                raise NoPlanInTime(TOO_EARLY) from None
        return self._finish(self._found())

    def _judge_hopeless(self, options: Options) -> None:
        """Requests without options, confirmed by the judge; those that the time does not suffice for stay unexamined."""
        clock = self.clock.part(HOPELESS_SHARE)
        # A pinned request has its pin for an option or none, whatever else it could have.
        given = options.of_request.keys() | {pin.request for pin in self.problem.pins}
        for name, visit_request in self.problem.visit_request.items():
            if not options.complete or clock.left() <= 0:
                return
            if name not in given:
                if has_candidate(self.problem, visit_request):
                    raise UnsoundPlan(f"Request {name} has a candidate that the solver did not find.")
                self.hopeless.add(name)

    def _improve(self, options: Options, days: TeamDays) -> None:
        if options.complete and not self._all_proven():
            work = Work(options, days, self.best, self.clock, self.progress, self.effort)
            pipeline = Pipeline(work)
            # Where both LP solvers give up, what they have shown stands and CP-SAT goes on.
            try:
                with suppress(Unsolved):
                    pipeline.run()
            finally:
                prices = {goal: last.relaxed.prices for goal, (_, last) in pipeline.bounded.items()}
                self.duals = duals_of(pipeline.ground, self.best, prices)
            # What the pattern LP leaves open is closed by CP-SAT on the whole model where that is small enough for it.
            if not self._all_proven() and len(options.all) <= SMALL:
                Search(work).all_goals(self._budget())

    def _budget(self) -> float:
        """What CP-SAT may spend on each goal at first: with one worker no matter of the time that is left."""
        if self.effort.workers == 1:
            return FIRST_BUDGET
        open_goals = sum(not self.best.proven(goal) for goal in self.problem.objectives)
        return max(FIRST_BUDGET, self.clock.left() / open_goals)

    def _all_proven(self) -> bool:
        return all(map(self.best.proven, self.problem.objectives))

    def _first_plan(self, options: Options, days: TeamDays, start: Sequence[Assignment]) -> None:
        """The best of: the given plan as it is, repaired, and filled up; the incumbent likewise; from nothing; nothing."""
        for given in filter(None, (start, self.problem.incumbent)):
            self.best.offer(given)
        for given in dict.fromkeys((tuple(start), self.problem.incumbent, ())):
            self._draft(options, days, given)

    def _draft(self, options: Options, days: TeamDays, given: Sequence[Assignment]) -> None:
        for fill in (True, False):
            if self.clock.left() > 0 or self.best.assignments is None:
                self.best.offer(drafted(options, days, given, self.clock, fill=fill))

    def _without_plan(self, pins: Pins) -> Plan:
        if not pins.contradictory(pins.pins):
            raise NoPlanInTime(TOO_EARLY)
        # Out of time the whole set stands for the smallest one: it does contradict itself.
        conflict = pins.smallest_conflict() or pins.pins
        return self._finish(self._plan(CONTRADICTORY, conflict=tuple(conflict)))

    def _found(self) -> Plan:
        best = self.best
        assignments = best.assignments or ()
        objectives = best.objectives()
        present = {one.request for one in assignments}
        unplaced = tuple(
            Unplaced(name, NO_CANDIDATE if name in self.hopeless else NOT_EXAMINED)
            for name in self.problem.visit_request
            if name not in present
        )
        status = OPTIMAL if all(goal.proven for goal in objectives) else FEASIBLE
        return self._plan(status, assignments=assignments, objectives=objectives, unplaced=unplaced)

    def _plan(
        self,
        status: str,
        *,
        assignments: tuple[Assignment, ...] = (),
        objectives: tuple[Objective, ...] = (),
        unplaced: tuple[Unplaced, ...] = (),
        conflict: tuple[Assignment, ...] = (),
    ) -> Plan:
        solver = Solver(f"ortools {version('ortools')}", self.effort.seed, self.effort.workers)
        seconds = round(self.clock.seconds(), 3)
        return Plan(
            self.problem.name,
            self.sha256,
            status,
            assignments,
            objectives,
            unplaced,
            conflict,
            seconds,
            solver,
            self.duals,
        )

    def _tell(self) -> None:
        plan = self._found()
        self.progress.plan(len(plan.assignments), plan.objectives)
        if self.on_plan is not None:
            self.on_plan(plan)

    def _finish(self, plan: Plan) -> Plan:
        """The last look: a plan with a fault is a mistake of ours and must not leave."""
        faults = check(self.problem, plan, hopeless=self.hopeless)
        if faults:
            raise UnsoundPlan("; ".join(fault.sentence for fault in faults[:3]))
        if self.on_plan is not None and plan.status != CONTRADICTORY:
            self.on_plan(plan)
        self.progress.end(plan.status, plan.objectives)
        return plan


def _never() -> bool:
    return False
