"""What a measured process says on stdout, one line of JSON each, the same for every solver; the reader puts the time beside it.

- `{"plan": [assignments]}`: a plan, in the form of a plan file; it counts once the judge has passed it.
- `{"bound": {"goal": name, "bound": b, "given": {goal: value}}}`: no plan that reaches the given values of the earlier goals
  beats b.
- `{"start": true}`: what follows is the solver's own; a plan before this line was given to it to start from.
- `{"note": text}`: a line for the table.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping, Sequence

from outreach.matching.assignment_json import assignment_json
from outreach.matching.plan import Value
from outreach.matching.problem import Assignment

# A solver tells of solutions and bounds from threads of its own.
_ONE_AT_A_TIME = threading.Lock()


def say_plan(assignments: Sequence[Assignment]) -> None:
    """A plan that was found at this moment."""
    _say({"plan": [assignment_json(one) for one in assignments]})


def say_bound(goal: str, bound: Value, given: Mapping[str, Value]) -> None:
    """A bound that was proven at this moment."""
    earlier = {name: float(value) for name, value in given.items()}
    _say({"bound": {"goal": goal, "bound": float(bound), "given": earlier}})


def say_start() -> None:
    """The solver begins."""
    _say({"start": True})


def say_note(text: str) -> None:
    """Something that whoever reads the table must know."""
    _say({"note": text})


def _say(line: Mapping[str, object]) -> None:
    text = json.dumps(line) + "\n"
    with _ONE_AT_A_TIME:
        sys.stdout.write(text)
        sys.stdout.flush()
