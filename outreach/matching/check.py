"""The judge: every rule of a good plan in plain Python, written apart from the solver on purpose.

Start here to learn what a plan must obey. `faults_of` judges assignments (a hand edit, too), `check` a whole plan with all that it
claims. The rules are in `check_candidate.py` (may this request be there at all?), `check_rules.py` (H1 to H8) and
`check_claims.py` (values, bounds, status). A rule says no by a `Fault` whose sentence is written for people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from outreach.matching.check_candidate import candidate_faults
from outreach.matching.check_claims import claim_faults
from outreach.matching.check_rules import RULES
from outreach.matching.fault import Fault
from outreach.matching.placed import Placed, placed, unknown_part
from outreach.matching.plan import CONTRADICTORY, Plan, Value
from outreach.matching.problem import Assignment, Problem
from outreach.matching.travel import Ways
from outreach.matching.values import values_of


def check(
    problem: Problem, plan: Plan, sha256: str | None = None, *, hopeless: Collection[str] = ()
) -> list[Fault]:
    """Everything that is wrong with a plan, in reading order; an empty list is a clean bill.

    `sha256` is the digest of the problem's bytes; None leaves that one question out (a plan that was not written yet).
    `hopeless` names requests that `has_candidate` has said no to already: that question is long and is not asked twice.
    """
    faults = faults_of(problem, plan.assignments, pins=plan.status != CONTRADICTORY)
    faults += claim_faults(problem, plan, sha256, hopeless)
    return faults


def faults_of(problem: Problem, assignments: Sequence[Assignment], *, pins: bool = True) -> list[Fault]:
    """The broken rules of a set of assignments, unknown names and candidate rules first, then H1 to H8.

    With `pins=False` rule H8 does not ask for the pins.
    """
    faults = [
        Fault("unknown", f"assignments[{index}]: {why}.", (assignment.request,))
        for index, assignment in enumerate(assignments)
        if (why := unknown_part(problem, assignment))
    ]
    placements = placements_of(problem, assignments)
    ways = Ways(problem.travel)
    for one in placements:
        faults += candidate_faults(problem, one)
    for name, rule in RULES.items():
        if pins or name != "H8":
            faults += rule(problem, ways, placements)
    return faults


def placements_of(problem: Problem, assignments: Iterable[Assignment]) -> list[Placed]:
    """The assignments that name only what exists, looked up, in their order."""
    ways = Ways(problem.travel)
    return [placed(problem, ways, one) for one in assignments if unknown_part(problem, one) is None]


def values(problem: Problem, assignments: Iterable[Assignment]) -> dict[str, Value]:
    """The recomputed value of each goal of the problem, in its order."""
    return values_of(problem, placements_of(problem, assignments))
