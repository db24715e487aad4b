"""What if the problem were a little different? Each scenario is solved and its plan compared with that of the problem as it is.

Among equally good plans of a scenario the one that changes least of the plan before is wanted (a last goal, `changes`), so that who
gains and who loses is the scenario's doing and no accident; where the time does not suffice to prove the goals, some of it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from outreach.matching.check import check, faults_of
from outreach.matching.fault import Fault
from outreach.matching.plan import CONTRADICTORY, FEASIBLE, OPTIMAL, Plan
from outreach.matching.problem import Assignment, Problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.scenarios.applying import apply
from outreach.matching.scenarios.comparing import Comparison, Side, compare
from outreach.matching.scenarios.scenario import Scenario
from outreach.matching.solve import NoPlanInTime, solve
from outreach.matching.solving.progress import Event

CHANGES = "changes"
# What a hand-made plan need not tell: its problem's name and digest, and who is left.
_NOT_ASKED = ("claim:problem", "claim:unplaced")


@dataclass(frozen=True)
class Answer:
    """One scenario. `plan` is that of `problem` (the patched one), None where the time was over before any was known;
    `compared` is None without a plan and where the scenario's pins contradict each other."""

    scenario: Scenario
    problem: Problem
    plan: Plan | None
    compared: Comparison | None
    seconds: float


@dataclass(frozen=True)
class WhatIf:
    """`base` is the plan of the problem as it is; `answers` has a scenario each, as many as there was time for."""

    problem: Problem
    base: Plan
    answers: tuple[Answer, ...]
    seconds: float


class NoBase(ValueError):
    """There is no plan of the problem as it is to compare with."""


def whatif(
    problem: Problem,
    scenarios: Sequence[Scenario],
    *,
    base: Plan | None = None,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    on_event: Callable[[str, Event], None] | None = None,
    on_answer: Callable[[Answer], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> WhatIf:
    """Solve and compare. `seconds` is the limit of each solution; the problem as it is needs none where `base` is given.

    The values that `base` claims are recomputed, its bounds are believed. `on_event` hears the name of the scenario ("" for the
    problem as it is) and the events of `progress.py`. Once `stop` says True, the plan so far is compared and no other scenario is
    begun. Raises `ProblemRefused` for a scenario that does not fit the problem (before anything is solved), `NoBase` for pins that
    contradict each other and for a base plan with a fault, `NoPlanInTime`.
    """
    run = _Run(problem, seconds, workers, seed, on_event or _deaf, stop or _never)
    patched = [_patched(problem, scenario) for scenario in scenarios]
    given = run.solved("", problem, ()) if base is None else _judged(problem, base)
    if given.status == CONTRADICTORY:
        raise NoBase("the pins of the problem contradict each other")
    answers: list[Answer] = []
    for scenario, other in zip(scenarios, patched, strict=True):
        if run.stop():
            break
        answers.append(run.answer(scenario, other, given))
        if on_answer is not None:
            on_answer(answers[-1])
    return WhatIf(problem, given, tuple(answers), round(time.monotonic() - run.began, 3))


def _patched(problem: Problem, scenario: Scenario) -> Problem:
    try:
        return apply(problem, scenario)
    except ProblemRefused as refusal:
        raise ProblemRefused(scenario.name, str(refusal)) from None


def _judged(problem: Problem, base: Plan) -> Plan:
    """The plan as it may be compared with: faultless, its goals those of the problem or none."""
    if base.status == CONTRADICTORY:
        raise NoBase("has no assignments, its pins contradict each other")
    faults: list[Fault] = faults_of(problem, base.assignments)
    if base.objectives and not faults:
        claims = check(problem, base, hopeless=problem.visit_request.keys())
        faults = [fault for fault in claims if fault.rule not in _NOT_ASKED]
    if faults:
        raise NoBase(faults[0].sentence)
    return base


class _Run:
    def __init__(
        self,
        problem: Problem,
        seconds: float,
        workers: int,
        seed: int,
        on_event: Callable[[str, Event], None],
        stop: Callable[[], bool],
    ) -> None:
        self.began = time.monotonic()
        self.problem = problem
        self.seconds, self.workers, self.seed = seconds, workers, seed
        self.on_event = on_event
        self.stop = stop

    def answer(self, scenario: Scenario, problem: Problem, base: Plan) -> Answer:
        """One scenario solved, beginning with the plan before."""
        began = time.monotonic()
        try:
            plan = self.solved(scenario.name, near(problem, base), base.assignments)
        except NoPlanInTime:
            return Answer(scenario, problem, None, None, time.monotonic() - began)
        goals = tuple(one for one in plan.objectives if one.name in problem.objectives)
        plan = replace(plan, objectives=goals)
        if plan.status == FEASIBLE and all(one.proven for one in goals):
            plan = replace(plan, status=OPTIMAL)
        compared = None
        if plan.status != CONTRADICTORY:
            before = Side(self.problem, base.assignments, base.objectives)
            compared = compare(before, Side(problem, plan.assignments, goals))
        return Answer(scenario, problem, plan, compared, time.monotonic() - began)

    def solved(self, name: str, problem: Problem, start: Sequence[Assignment]) -> Plan:
        """A problem solved by the usual solver."""
        return solve(
            problem,
            seconds=self.seconds,
            workers=self.workers,
            seed=self.seed,
            start=start,
            on_event=lambda event: self.on_event(name, event),
            stop=self.stop,
        )


def near(problem: Problem, base: Plan) -> Problem:
    """The problem with a last goal more, as few changes of the plan before as can be; not where changes are a goal already."""
    if CHANGES in problem.objectives:
        return problem
    return replace(problem, objectives=(*problem.objectives, CHANGES), incumbent=base.assignments)


def _deaf(_: str, __: Event) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False
