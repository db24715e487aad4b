"""The LP of `most.py` in a process of its own (`early.py`), from the first moment on: the other policies wait for CP-SAT.

This side loads neither NumPy nor OR-Tools, so that a command can start the process before it does anything else.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pickle import UnpicklingError

from outreach.matching.plan import Plan
from outreach.matching.problem import Assignment, Problem
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.shares import ANOTHER
from outreach.matching.solving.engine import GLOP, Clock, Effort
from outreach.matching.solving.other import Other

WORK = "outreach.matching.repairing.early:serve"


@dataclass(frozen=True, slots=True)
class Early:
    """A plan of the changed problem, and the bound of the weighted sum of `Most`, if there is one. `last`: nothing more comes."""

    plan: tuple[Assignment, ...]
    bound: int | None
    last: bool = False


class Ahead:
    """The other process, which loads what it needs at once; `end` is to be called whatever happens. `begun`: whether it has a
    question; `found`: what has been heard of it last."""

    def __init__(self) -> None:
        self._other = Other(WORK, GLOP)
        self._open = True
        self.begun = False
        self.found: Early | None = None

    def begin(self, problem: Problem, plan: Plan, events: Events, clock: Clock, effort: Effort) -> None:
        """Give it the question, once."""
        self.begun = True
        self._other.give(problem, plan, events, clock.rest(ANOTHER).deadline, effort)

    def finished(self, patience: float = 0.0) -> bool:
        """Take in what has come, waiting so many seconds for the first of it; whether nothing more will come."""
        # It may have come to its end in the middle of a word.
        with suppress(EOFError, OSError, UnpicklingError):
            while self._open and self._other.connection.poll(patience):
                patience = 0.0
                # Until there is more to be had, the end of it would be an error.
                self._open = False
                self.found = self._other.connection.recv()
                self._open = not (self.found and self.found.last)
        return not self._open

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._other.end()


def started() -> Ahead | None:
    """A second process; None where there is no room for one more, or where no process may have children: then one does it all."""
    with suppress(OSError, AssertionError):
        return Ahead()
    return None
