"""The repair: a problem, its plan and events in; for each named policy the smallest change out, with its proof.

`repairing/policies.py` says what each policy weighs, `repairing/` has the parts. A new plan leaves only after `check` has found
nothing in it in the changed problem, whose incumbent is the plan so far; a bound only while the plan does not beat it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version

from outreach.matching.check import faults_of, values
from outreach.matching.check_claims import claim_faults
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
from outreach.matching.problem import Problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.ahead import Ahead, started
from outreach.matching.repairing.answer import Answer, Repair, answer_of
from outreach.matching.repairing.applying import Changed, apply
from outreach.matching.repairing.bounds import PlanBounds
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.found import Found
from outreach.matching.repairing.policies import MOST_SERVED, POLICIES
from outreach.matching.repairing.scene import Scene
from outreach.matching.repairing.search import WHOLE, Search, UnsoundRepair
from outreach.matching.repairing.shares import AFTERWARDS, AFTERWARDS_WITH_ANOTHER
from outreach.matching.solving.engine import CP_SAT, NO_BUDGET, Clock, Effort, Loading, OutOfTime

# From so many requests on a second process is worth its start, some 0.4 s.
LARGE = 500


def repair(
    problem: Problem,
    plan: Plan,
    events: Events,
    *,
    seconds: float = 15.0,
    workers: int = 2,
    seed: int = 0,
    policies: Sequence[str] = POLICIES,
    sha256: str = "",
    on_changed: Callable[[Changed], None] | None = None,
    on_answer: Callable[[Answer], None] | None = None,
    stop: Callable[[], bool] | None = None,
    whole: int = WHOLE,
    ahead: Ahead | None = None,
) -> Repair:
    """The best repairs found within `seconds` of wall time, overrun by at most a second, in the order of `policies`.

    `sha256` is the digest of the changed problem's bytes for the new plans. `on_changed` is called when the events have
    been applied, `on_answer` with each policy's answer as soon as it is there. `stop` is asked often: once it says True,
    what is known by then comes back. `whole` is the number of options up to which CP-SAT gets the whole problem. `ahead` is a
    second process where one has been started before, perhaps with this question already; it is ended here. Raises
    `ProblemRefused` for a plan that is not faultless or for events that do not fit, `PinsContradict` and `NoRepairInTime`
    (`repairing/found.py`).
    """
    began = time.monotonic()
    clock = Clock(began, began + seconds, stop or _never)
    effort = Effort(workers, seed, NO_BUDGET)
    with _asked(ahead, problem, plan, events, clock, effort, policies) as asked:
        # Not before the other process has its question: loading would hold it up.
        loading = Loading((CP_SAT,))
        changed = changed_by(problem, plan, events)
        if on_changed is not None:
            on_changed(changed)
        return repaired(
            problem,
            plan,
            changed,
            clock,
            effort,
            policies=policies,
            sha256=sha256,
            on_answer=on_answer,
            whole=whole,
            loading=loading,
            ahead=asked,
        )


@contextmanager
def _asked(
    ahead: Ahead | None,
    problem: Problem,
    plan: Plan,
    events: Events,
    clock: Clock,
    effort: Effort,
    policies: Sequence[str],
) -> Iterator[Ahead | None]:
    """The second process at work on the question, where it is worth its start; it does not outlive the block."""
    large = effort.workers > 1 and MOST_SERVED in policies and len(problem.requests) >= LARGE
    try:
        if not large and ahead is not None:
            ahead.end()
            ahead = None
        if large and ahead is None:
            ahead = started()
        if large and ahead is not None and not ahead.begun:
            ahead.begin(problem, plan, events, clock, effort)
        yield ahead
    finally:
        if ahead is not None:
            ahead.end()


def changed_by(problem: Problem, plan: Plan, events: Events) -> Changed:
    """What events make of a problem and its plan. Raises `ProblemRefused`."""
    if plan.status == CONTRADICTORY:
        raise ProblemRefused("plan.status", "is contradictory: there is nothing to repair")
    for fault in faults_of(problem, plan.assignments)[:1]:
        raise ProblemRefused("plan.assignments", f"break a rule of the problem: {fault.sentence}")
    return apply(problem, plan.assignments, events)


def repaired(
    problem: Problem,
    plan: Plan,
    changed: Changed,
    clock: Clock,
    effort: Effort,
    *,
    policies: Sequence[str] = POLICIES,
    sha256: str = "",
    on_answer: Callable[[Answer], None] | None = None,
    whole: int = WHOLE,
    loading: Loading | None = None,
    ahead: Ahead | None = None,
) -> Repair:
    """As `repair`, for events that have been applied already; `ahead` has begun with the LP of `most-served`."""
    # One core is the other process's.
    here = effort if ahead is None else replace(effort, workers=max(1, effort.workers - 1))
    scene = Scene(changed, clock, here, plan.duals)
    with suppress(OutOfTime):
        (loading or Loading((CP_SAT,))).wait(clock)
    old = plan if changed.only_less and _true(problem, plan) else None
    answers: list[Answer] = []
    for at, policy in enumerate(policies):
        began = clock.seconds()
        kept = _kept(len(policies) - at, ahead)
        mine = Clock(clock.began, clock.deadline - clock.left() * kept, clock.stop)
        found = Search(scene, policy, old, mine, whole, ahead).found(
            [one.plan.assignments for one in answers]
        )
        new = _plan(scene, effort, found, old, sha256, round(clock.seconds(), 3))
        after = {goal.name: goal.value for goal in new.objectives}
        answer = answer_of(changed, found, new, after, clock.seconds() - began)
        answers.append(answer)
        if on_answer is not None:
            on_answer(answer)
    return Repair(changed, values(problem, plan.assignments), tuple(answers), round(clock.seconds(), 3))


def _kept(policies: int, ahead: Ahead | None) -> float:
    """The part of the time left that is kept for the policies after this one."""
    if policies == 1:
        return 0.0
    return AFTERWARDS if ahead is None else AFTERWARDS_WITH_ANOTHER


def _true(problem: Problem, plan: Plan) -> bool:
    """Whether what the plan says about itself holds, as far as it can be seen: else its bounds are nobody's."""
    hopeless = [left.request for left in plan.unplaced]
    return not any(True for _ in claim_faults(problem, plan, None, hopeless))


def _plan(scene: Scene, effort: Effort, found: Found, old: Plan | None, sha256: str, seconds: float) -> Plan:
    """The new plan as `outreach-plan/1`, judged by `check`. Its bounds are those that hold in the order of the problem's goals."""
    problem = scene.problem
    truth = {goal: scene.measured(found.assignments)[goal] for goal in problem.objectives}
    bounds = PlanBounds(scene, old)
    objectives = tuple(
        Objective(goal, value, bound, value == bound)
        for goal, value in truth.items()
        for bound in [bounds.bound(goal, truth)]
    )
    present = {one.request for one in found.assignments}
    counts = scene.options.of_request.counts if scene.complete else None
    pinned = {pin.request for pin in problem.pins}
    hopeless = {
        one.id
        for at, one in enumerate(problem.requests)
        if counts is not None and not counts[at] and one.id not in pinned
    }
    unplaced = tuple(
        Unplaced(name, NO_CANDIDATE if name in hopeless else NOT_EXAMINED)
        for name in problem.visit_request
        if name not in present
    )
    status = OPTIMAL if all(goal.proven for goal in objectives) else FEASIBLE
    solver = Solver(f"ortools {version('ortools')}", effort.seed, effort.workers)
    plan = Plan(
        problem.name,
        sha256,
        status,
        found.assignments,
        objectives,
        unplaced,
        seconds=seconds,
        solver=solver,
    )
    # That the assignments break no rule was asked when they were found.
    faults = list(claim_faults(problem, plan, None, hopeless))
    if faults:
        raise UnsoundRepair("; ".join(fault.sentence for fault in faults[:3]))
    return plan


def _never() -> bool:
    return False
