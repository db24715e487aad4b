"""What a plan claims about itself: which problem it solves, its values and bounds, its status, who is left and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from outreach.matching.check_candidate import candidate_faults
from outreach.matching.check_rules import RULES
from outreach.matching.fault import Fault
from outreach.matching.placed import placed, unknown_part
from outreach.matching.plan import CONTRADICTORY, NO_CANDIDATE, OPTIMAL, Plan
from outreach.matching.points import rank_of
from outreach.matching.problem import MAXIMISED, Assignment, Offer, Problem, VisitRequest
from outreach.matching.travel import Ways
from outreach.matching.values import better, values_of

# A session that breaks only these may be possible at another time with the same team.
_OF_THE_TIME = {"candidate:time", "candidate:grid", "candidate:team time"}


def claim_faults(
    problem: Problem, plan: Plan, sha256: str | None, hopeless: Collection[str] = ()
) -> Iterator[Fault]:
    """A fault for everything the plan says about itself that does not follow from problem and assignments.

    `hopeless` names requests that `has_candidate` has said no to already.
    """
    if plan.problem_name != problem.name:
        what = f"The plan is for the problem {plan.problem_name!r}, this is {problem.name!r}."
        yield Fault("claim:problem", what)
    if sha256 is not None and plan.sha256 != sha256:
        yield Fault(
            "claim:problem", "The plan was made for other contents of the problem: the sha256 differs."
        )
    if plan.status == CONTRADICTORY:
        yield from _conflict(problem, plan)
        return
    if plan.conflict:
        yield Fault("claim:status", f"The plan names a conflict although its status is {plan.status}.")
    yield from _goals(problem, plan)
    yield from _unplaced(problem, plan, hopeless)


def _conflict(problem: Problem, plan: Plan) -> Iterator[Fault]:
    if plan.assignments:
        yield Fault("claim:status", "A contradictory plan has no assignments.")
    if not plan.conflict:
        yield Fault("claim:conflict", "The plan is called contradictory and names no conflicting pins.")
    for pin in plan.conflict:
        if pin not in problem.pins:
            yield Fault(
                "claim:conflict", f"The conflict names {pin.request}, whose pin is not in the problem."
            )
    if len(set(plan.conflict)) < len(plan.conflict):
        yield Fault("claim:conflict", "The conflict names a pin twice.")
    if plan.conflict and _hold(problem, plan.conflict):
        yield Fault(
            "claim:conflict", "The pins of the conflict make a good plan together: they contradict nothing."
        )


def _hold(problem: Problem, pins: tuple[Assignment, ...]) -> bool:
    """Whether the pins alone break no rule (then no subset problem of them is contradictory)."""
    if any(unknown_part(problem, pin) for pin in pins):
        return False
    ways = Ways(problem.travel)
    plan = [placed(problem, ways, pin) for pin in dict.fromkeys(pins)]
    if any(True for one in plan for _ in candidate_faults(problem, one)):
        return False
    return not any(True for name, rule in RULES.items() if name != "H8" for _ in rule(problem, ways, plan))


def _goals(problem: Problem, plan: Plan) -> Iterator[Fault]:
    names = tuple(goal.name for goal in plan.objectives)
    if names != problem.objectives:
        asked, given = ", ".join(problem.objectives) or "none", ", ".join(names) or "none"
        yield Fault("claim:objectives", f"The problem's goals are {asked}; the plan reports {given}.")
        return
    ways = Ways(problem.travel)
    known = [placed(problem, ways, one) for one in plan.assignments if not unknown_part(problem, one)]
    truth = values_of(problem, known)
    for goal in plan.objectives:
        if goal.value != truth[goal.name]:
            what = f"{goal.name} is reported as {goal.value}, recomputed it is {truth[goal.name]}."
            yield Fault("claim:value", what)
        if better(goal.name, truth[goal.name], goal.bound):
            limit = "at most" if goal.name in MAXIMISED else "at least"
            what = f"{goal.name} is said to be {limit} {goal.bound}, and the plan has {truth[goal.name]}."
            yield Fault("claim:bound", what)
        if goal.proven and goal.bound != goal.value:
            what = f"{goal.name} is called proven, and its bound {goal.bound} is not its value {goal.value}."
            yield Fault("claim:proven", what)
    if plan.status == OPTIMAL and not all(goal.proven for goal in plan.objectives):
        open_goals = ", ".join(goal.name for goal in plan.objectives if not goal.proven)
        yield Fault("claim:status", f"The plan is called optimal, and {open_goals} is not proven.")


def _unplaced(problem: Problem, plan: Plan, hopeless: Collection[str]) -> Iterator[Fault]:
    present = {one.request for one in plan.assignments}
    seen: set[str] = set()
    for left in plan.unplaced:
        if left.request in seen:
            yield Fault(
                "claim:unplaced", f"Request {left.request} is listed twice as unplaced.", (left.request,)
            )
        seen.add(left.request)
        if left.request not in problem.visit_request:
            yield Fault("claim:unplaced", f"Unplaced: there is no request {left.request!r}.")
        elif left.request in present:
            yield Fault(
                "claim:unplaced", f"Request {left.request} is placed and listed as unplaced.", (left.request,)
            )
        elif left.reason != NO_CANDIDATE or left.request in hopeless:
            continue
        elif has_candidate(problem, problem.visit_request[left.request]):
            what = f"Request {left.request} is said to have no candidate, and it has one."
            yield Fault("claim:unplaced", what, (left.request,))
    for name in problem.visit_request:
        if name not in present and name not in seen:
            yield Fault(
                "claim:unplaced", f"Request {name} is neither placed nor listed as unplaced.", (name,)
            )


def has_candidate(problem: Problem, visit_request: VisitRequest) -> bool:
    """Whether the candidate rules let the request be anywhere. Cheap questions come first: there are many slots and moments."""
    ways = Ways(problem.travel)
    suiting = {offer.id for offer in problem.offers if _suits(visit_request, offer)}
    for slot in problem.slots:
        here = Assignment(visit_request.id, slot=slot.id)
        near = slot.offer in suiting and _free_from(visit_request, slot.start, slot.end)
        if near and next(candidate_faults(problem, placed(problem, ways, here)), None) is None:
            return True
    return any(
        _fits_team(problem, ways, Assignment(visit_request.id, team=team.id, offer=offer_id))
        for team in problem.teams
        for offer_id in suiting.intersection(team.offers)
    )


def _suits(visit_request: VisitRequest, offer: Offer) -> bool:
    """What any slot or session of an offer needs to be a candidate, whatever its time and size."""
    return (
        visit_request.grade in offer.grades
        and offer.kind in visit_request.kinds
        and bool(visit_request.languages & offer.languages)
        and (offer.wheelchair or not visit_request.wheelchair)
        and (
            visit_request.scores is not None
            or visit_request.open
            or bool(visit_request.topics & offer.topics)
            or rank_of(visit_request, offer) is not None
        )
    )


def _free_from(visit_request: VisitRequest, start: int, end: int) -> bool:
    return any(opens <= start and end <= closes for opens, closes in visit_request.windows)


def _free_around(visit_request: VisitRequest, opens: int, closes: int) -> bool:
    return any(start < closes and opens < end for start, end in visit_request.windows)


def _fits_team(problem: Problem, ways: Ways, assignment: Assignment) -> bool:
    grid = problem.grid_minutes
    for opens, closes in problem.team[assignment.team].windows:
        if not _free_around(problem.visit_request[assignment.request], opens, closes):
            continue
        for start in range(-(-opens // grid) * grid, closes, grid):
            one = Assignment(assignment.request, team=assignment.team, offer=assignment.offer, start=start)
            why = _why_not(problem, ways, one)
            if not why:
                return True
            if not why <= _OF_THE_TIME:
                return False
    return False


def _why_not(problem: Problem, ways: Ways, assignment: Assignment) -> set[str]:
    return {fault.rule for fault in candidate_faults(problem, placed(problem, ways, assignment))}
