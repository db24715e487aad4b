"""The JSON form `outreach-why/1` of explanations: what `outreach explain` writes.

`{"format", "problem": {"name", "sha256"}, "seconds", "explanations": [...]}`. Each explanation has `request`, `reason`, `funnel`
(what is left after each `rule`: `slots`, `team_windows`), `because` (`goal`, `loss`, `proven`, `instead`, `losing`; null where
nothing was shown), `changes` (`field`, `from`, `to`, `effort`, `verified`, `witness`) and `holders`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from outreach.matching.assignment_json import assignment_json
from outreach.matching.explanation import SPLIT, Because, Change, Explanation
from outreach.matching.plan import Value
from outreach.matching.problem import Problem, VisitRequest
from outreach.matching.problem_writing import exact_number, request_json

FORMAT = "outreach-why/1"


def explanations_json(
    problem: Problem, sha256: str, explanations: Iterable[Explanation], seconds: float
) -> dict[str, object]:
    """The JSON value of the explanations of a plan for this problem (`sha256` of its bytes)."""
    return {
        "format": FORMAT,
        "problem": {"name": problem.name, "sha256": sha256},
        "seconds": round(seconds, 3),
        "explanations": [explanation_json(problem, one) for one in explanations],
    }


def explanation_json(problem: Problem, explanation: Explanation) -> dict[str, object]:
    """One explanation."""
    because = explanation.because
    asked = problem.visit_request[explanation.request]
    return {
        "request": explanation.request,
        "reason": explanation.reason,
        "funnel": [
            {"rule": step.rule, "slots": step.slots, "team_windows": step.team_windows}
            for step in explanation.funnel
        ],
        "because": None if because is None else _because(because),
        "changes": [_change(asked, change) for change in explanation.changes],
        "holders": list(explanation.holders),
    }


def _because(because: Because) -> dict[str, object]:
    return {
        "goal": because.goal,
        "loss": _number(because.loss),
        "proven": because.proven,
        "instead": [assignment_json(one) for one in because.instead],
        "losing": list(because.losing),
    }


def _change(asked: VisitRequest, change: Change) -> dict[str, object]:
    return {
        "field": change.field,
        "from": asked.pupils if change.field == SPLIT else request_json(asked)[change.field],
        "to": new_value(change),
        "effort": round(change.effort, 2),
        "verified": True,
        "witness": [assignment_json(one) for one in change.witness],
    }


def new_value(change: Change) -> object:
    """What the changed field of the request is to be, as JSON."""
    if change.field == SPLIT:
        return [part.pupils for part in change.asked]
    return request_json(change.asked[0])[change.field]


def _number(value: Value) -> int | float:
    return exact_number(Decimal(value))
