"""The JSON form `outreach-repair/1` of a repair.

```jsonc
{ "format": "outreach-repair/1",
  "problem": {"name", "sha256"},                      // the changed one; sha256 where `--problem-out` or `--plan-out` is given
  "fallen": [assignment...],                          // bookings that cannot stay, whatever is done
  "withdrawn": [assignment...],                       // bookings of requests that are gone
  "frozen": [assignment...],                          // bookings that have happened or lie within the notice
  "before": {goal: value},                            // of the plan so far, in the problem as it was
  "answers": [
    { "policy": "fewest-schools" | "same-dates" | "most-served",
      "proven": true,                                 // every measure down to `changes` is
      "changes": 3,                                   // bookings not kept to the letter
      "schools": [ids],                               // with a booking moved or lost
      "moves": [{"request", "school", "from": assignment, "to": assignment}],
      "losses": [{"request", "school", "from": assignment}],
      "gains": [{"request", "school", "to": assignment}],
      "after": {goal: value},                         // of the new plan
      "proof": [{"measure", "value", "bound", "proven", "way", "words"}],   // in the policy's order; way: `found.py`
      "assignments": [...],                           // the whole new plan
      "seconds" } ],
  "seconds" }
```
`bound` of a measure: no plan that is as good in the measures before it beats it. Measures are `schools` (touched), `losses`,
`changes` and the goals of the problem.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from outreach.matching.assignment_json import assignment_json
from outreach.matching.plan import Value
from outreach.matching.problem import Assignment
from outreach.matching.problem_writing import exact_number
from outreach.matching.repairing.answer import Answer, Move, Repair
from outreach.matching.repairing.found import WAYS, Proof

FORMAT = "outreach-repair/1"


def repair_json(repair: Repair, sha256: str) -> dict[str, object]:
    """The JSON value of a repair; `sha256` is of the changed problem."""
    changed = repair.changed
    return {
        "format": FORMAT,
        "problem": {"name": repair.problem.name} | ({"sha256": sha256} if sha256 else {}),
        "fallen": _all(changed.fallen),
        "withdrawn": _all(changed.withdrawn),
        "frozen": _all(changed.frozen),
        "before": _values(repair.before),
        "answers": [_answer(answer) for answer in repair.answers],
        "seconds": repair.seconds,
    }


def repair_bytes(repair: Repair, sha256: str) -> bytes:
    """The file of a repair: UTF-8 JSON."""
    return json.dumps(repair_json(repair, sha256), ensure_ascii=False, indent=1).encode() + b"\n"


def _all(assignments: Sequence[Assignment]) -> list[dict[str, str]]:
    return [assignment_json(one) for one in assignments]


def _values(values: Mapping[str, Value]) -> dict[str, int | float]:
    return {goal: exact_number(Decimal(value)) for goal, value in values.items()}


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "policy": answer.policy,
        "proven": answer.proven,
        "changes": answer.changes,
        "schools": list(answer.schools),
        "moves": [_move(one) for one in answer.moves],
        "losses": [_move(one) for one in answer.losses],
        "gains": [_move(one) for one in answer.gains],
        "after": _values(answer.after),
        "proof": [_proof(one) for one in answer.proofs],
        "assignments": _all(answer.plan.assignments),
        "seconds": round(answer.seconds, 3),
    }


def _move(move: Move) -> dict[str, object]:
    found: dict[str, object] = {"request": move.request, "school": move.school}
    for key, assignment in (("from", move.before), ("to", move.after)):
        if assignment is not None:
            found[key] = assignment_json(assignment)
    return found


def _proof(proof: Proof) -> dict[str, object]:
    return {
        "measure": proof.measure,
        "value": exact_number(Decimal(proof.value)),
        "bound": exact_number(Decimal(proof.bound)),
        "proven": proof.proven,
        "way": proof.way,
        "words": WAYS[proof.way],
    }
