"""The JSON form `outreach-whatif/1`: scenarios compared with the problem as it is.

```jsonc
{ "format": "outreach-whatif/1",
  "problem": {"name", "sha256"},
  "base": {"status", "placed", "objectives": [{"name", "value", "bound", "proven"}]},     // as in outreach-plan/1
  "scenarios": [
    { "name": "No Mondays",
      "status": "optimal" | "feasible" | "contradictory" | "no-plan-in-time",   // the last two: nothing below but seconds
      "placed": {"before": 1488, "after": 1401},
      "goals": [                                       // of the problem, then those that only the scenario has
        { "name": "groups", "before": {"value", "bound", "proven"}, "after": {"value", "bound", "proven"},
          "difference": {"value": -87, "least": -90, "most": -85} } ],
      "districts": [{"district", "requests", "schools",            // schools with a request
                     "placed": {"before", "after"}, "served": {"before", "after"}}],
      "gains": [{"request", "school", "to": assignment}],          // a place that had none
      "losses": [{"request", "school", "from": assignment}],       // a place before, none after
      "moves": 210,                                                // another place
      "schools": {"gain": [ids], "lose": [ids]},                   // served after and not before, and the other way round
      "assignments": [...],                                        // the whole plan of the scenario
      "seconds": 60.2 } ],
  "seconds": 181.0 }
```
`difference`: after minus before, `value` of the two plans; the best plan of the scenario and the best plan of the problem differ
by at least `least` and at most `most` (both null where that is not proven: a bound holds for the best plan only where all earlier
goals are proven). `bound` is null and `proven` false where nothing is known.
"""

from __future__ import annotations

import json
from decimal import Decimal

from outreach.matching.assignment_json import assignment_json
from outreach.matching.plan import CONTRADICTORY, Objective, Plan, Value
from outreach.matching.problem import Assignment, Problem
from outreach.matching.problem_writing import exact_number
from outreach.matching.scenarios.comparing import Compared, Comparison, District
from outreach.matching.whatif import Answer, WhatIf

FORMAT = "outreach-whatif/1"
NO_PLAN_IN_TIME = "no-plan-in-time"

Json = dict[str, object]


def whatif_json(found: WhatIf, sha256: str) -> Json:
    """The JSON value of an answer."""
    return {
        "format": FORMAT,
        "problem": {"name": found.problem.name, "sha256": sha256},
        "base": {
            "status": found.base.status,
            "placed": len(found.base.assignments),
            "objectives": [{"name": one.name} | _known(one, one.value) for one in found.base.objectives],
        },
        "scenarios": [answer_json(answer) for answer in found.answers],
        "seconds": found.seconds,
    }


def whatif_bytes(found: WhatIf, sha256: str) -> bytes:
    """The file of an answer: UTF-8 JSON."""
    return json.dumps(whatif_json(found, sha256), ensure_ascii=False, indent=1).encode() + b"\n"


def status_of(answer: Answer) -> str:
    """How it went."""
    return NO_PLAN_IN_TIME if answer.plan is None else answer.plan.status


def answer_json(answer: Answer) -> Json:
    """The JSON value of one scenario."""
    told: Json = {"name": answer.scenario.name, "status": status_of(answer)}
    if answer.plan is not None and answer.plan.status == CONTRADICTORY:
        told["conflict"] = [assignment_json(pin) for pin in answer.plan.conflict]
    if answer.plan is not None and answer.compared is not None:
        told |= _compared(answer.problem, answer.plan, answer.compared)
    return told | {"seconds": round(answer.seconds, 3)}


def _compared(problem: Problem, plan: Plan, compared: Comparison) -> Json:
    after = len(plan.assignments)
    return {
        "placed": {"before": after - len(compared.gains) + len(compared.losses), "after": after},
        "goals": [_goal(goal) for goal in compared.goals],
        "districts": [_district(one) for one in compared.districts],
        "gains": [_who(problem, one) | {"to": assignment_json(one)} for one in compared.gains],
        "losses": [_who(problem, one) | {"from": assignment_json(one)} for one in compared.losses],
        "moves": compared.moves,
        "schools": {"gain": list(compared.schools_gaining), "lose": list(compared.schools_losing)},
        "assignments": [assignment_json(one) for one in plan.assignments],
    }


def _goal(goal: Compared) -> Json:
    return {
        "name": goal.goal,
        "before": _known(goal.known[0], goal.before),
        "after": _known(goal.known[1], goal.after),
        "difference": {
            "value": _number(goal.difference),
            "least": None if goal.least is None else _number(goal.least),
            "most": None if goal.most is None else _number(goal.most),
        },
    }


def _known(objective: Objective | None, value: Value) -> Json:
    if objective is None:
        return {"value": _number(value), "bound": None, "proven": False}
    return {"value": _number(value), "bound": _number(objective.bound), "proven": objective.proven}


def _district(one: District) -> Json:
    return {
        "district": one.name,
        "requests": one.requests,
        "schools": one.schools,
        "placed": {"before": one.placed[0], "after": one.placed[1]},
        "served": {"before": one.served[0], "after": one.served[1]},
    }


def _who(problem: Problem, one: Assignment) -> Json:
    return {"request": one.request, "school": problem.visit_request[one.request].school}


def _number(value: Value) -> int | float:
    return exact_number(Decimal(value))
