"""What the solver says while it works. Each event is a dict that can be written as one line of JSON:

- `{"event": "phase", "phase": name, "goal": name or null, "seconds": s}`: what is done now. The phases are `candidates`, `first
  plan`, `relaxation` (the LP of all goals), `rounding` (a whole plan out of it), `goal` (a bound of one goal, or CP-SAT's work on
  it), `search` (for a plan better in one goal) and `parts` (nothing but parts of the best plan are chosen anew).
- `{"event": "plan", "placed": n, "objectives": [{"name", "value", "bound", "proven"}...], "seconds": s}`: a better plan, already
  judged faultless, with the best bounds known at that moment.
- `{"event": "bound", "goal": name, "value": v, "bound": b, "seconds": s}`: a tighter bound of one goal, and the best plan's value.
- `{"event": "end", "status": "optimal" | "feasible" | "contradictory", "objectives": [...], "seconds": s}`: always the last one.

`seconds` counts from the start of the run. Values and bounds are whole numbers, those of `cost` may have decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from outreach.matching.plan import Objective, Value
from outreach.matching.problem_writing import exact_number

Event = dict[str, object]


class Progress:
    """Builds the events and hands them to whoever listens."""

    def __init__(self, seconds: Callable[[], float], listener: Callable[[Event], None] | None) -> None:
        self._seconds = seconds
        self._listener = listener

    def phase(self, phase: str, goal: str | None = None) -> None:
        """The run goes over to another piece of work."""
        self._say({"event": "phase", "phase": phase, "goal": goal})

    def plan(self, placed: int, objectives: Sequence[Objective]) -> None:
        """A better plan."""
        self._say({"event": "plan", "placed": placed, "objectives": goals_json(objectives)})

    def bound(self, goal: str, value: Value, bound: Value) -> None:
        """A tighter bound."""
        self._say({"event": "bound", "goal": goal, "value": _number(value), "bound": _number(bound)})

    def end(self, status: str, objectives: Sequence[Objective]) -> None:
        """The run is over."""
        self._say({"event": "end", "status": status, "objectives": goals_json(objectives)})

    def _say(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event | {"seconds": round(self._seconds(), 2)})


def goals_json(objectives: Sequence[Objective]) -> list[Event]:
    """Goals as in a plan file."""
    return [
        {"name": goal.name, "value": _number(goal.value), "bound": _number(goal.bound), "proven": goal.proven}
        for goal in objectives
    ]


def _number(value: Value) -> int | float:
    return exact_number(Decimal(value))
