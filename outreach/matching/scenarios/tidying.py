"""What must follow when slots, teams or windows change: whatever names what is gone, and pins that are no candidates any more."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import Any

from outreach.matching.check_candidate import candidate_faults
from outreach.matching.placed import placed, unknown_part
from outreach.matching.problem import Assignment, Ban, Problem, VisitRequest
from outreach.matching.travel import Ways


def changed(problem: Problem, **parts: Any) -> Problem:
    """The problem with other `slots`, `teams`, `requests` ... (as for `Problem`). Raises `ProblemRefused`."""
    slots, teams = ({one.id for one in parts.get(key, getattr(problem, key))} for key in ("slots", "teams"))
    requests = parts.pop("requests", problem.requests)
    found = replace(
        problem,
        requests=tuple(_knowing(one, slots | teams) for one in requests),
        bans=tuple(ban for ban in problem.bans if _there(ban, slots, teams)),
        pins=tuple(pin for pin in problem.pins if _there(pin, slots, teams)),
        **parts,
    )
    kept = tuple(pin for pin in found.pins if _possible(found, pin) or not _possible(problem, pin))
    return found if kept == found.pins else replace(found, pins=kept)


def _there(named: Ban | Assignment, slots: Container[str], teams: Container[str]) -> bool:
    return (not named.slot or named.slot in slots) and (not named.team or named.team in teams)


def _knowing(visit_request: VisitRequest, places: Container[str]) -> VisitRequest:
    """The request with scores and costs only for what is there; scores that are given stay, even with nothing left in them."""
    scores, costs = visit_request.scores, visit_request.costs
    if all(name in places for name in (*(scores or ()), *costs)):
        return visit_request
    return replace(
        visit_request,
        scores=None if scores is None else {name: one for name, one in scores.items() if name in places},
        costs={name: one for name, one in costs.items() if name in places},
    )


def _possible(problem: Problem, pin: Assignment) -> bool:
    """Whether the candidate rules allow a pin. One that they never allowed stays: that contradiction is the problem's own."""
    if unknown_part(problem, pin) is not None:
        return False
    return next(iter(candidate_faults(problem, placed(problem, Ways(problem.travel), pin))), None) is None
