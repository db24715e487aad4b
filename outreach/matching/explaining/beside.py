"""The LP of `forcing.py` in a process of its own: its pricing is Python, and beside the search for exchanges it would only wait.

The process ends with its list, with its time, or when whoever started it is gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection

from outreach.matching.explaining.forcing import Forced, Forcing
from outreach.matching.explaining.stand import Worth
from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.engine import Clock, OutOfTime
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.other import Other

Wish = tuple[str, Worth | None]
"""A request, and what is known to be possible with it in the counting goals (None: nothing is)."""


class Beside:
    """The other process. `ask` as often as there is something to ask, then `no_more`; `answers` gives what has come by now."""

    def __init__(self, problem: Problem, plan: Sequence[Assignment], deadline: float) -> None:
        self._other = Other(f"{__name__}:{serve.__name__}")
        self._other.give(problem, plan, deadline)
        self._here = self._other.connection
        self._open = True

    def ask(self, wish: Wish) -> None:
        """Say what is wanted; it is answered in this order."""
        self._other.say(wish)

    def no_more(self) -> None:
        """All has been asked."""
        self._other.say(None)

    def answers(self, patience: float = 0.0) -> Iterator[Forced]:
        """What has come since the last time, waiting so many seconds for the first of it."""
        while self._open and self._here.poll(patience):
            patience = 0.0
            try:
                found = self._here.recv()
            except (EOFError, ConnectionResetError):
                self._open = False
                return
            if found is None:
                self._open = False
                return
            yield found

    def at_work(self) -> bool:
        """Whether more may come."""
        return self._open

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._other.end()


def serve(connection: Connection, problem: Problem, plan: Sequence[Assignment], deadline: float) -> None:
    """What the other process does."""
    clock = Clock(time.monotonic(), deadline, lambda: False)
    try:
        forcing = Forcing(problem, plan, clock)
        for one in answered(forcing, iter(connection.recv, None)):
            connection.send(one)
        connection.send(None)
    except (OutOfTime, Unsolved, EOFError, BrokenPipeError):
        return
    finally:
        connection.close()


def answered(forcing: Forcing, wishes: Iterable[Wish]) -> Iterator[Forced]:
    """What the LP says of each; where its prices prove at once that what is known is the best, nothing more is asked."""
    for request, known in wishes:
        bound = forcing.bound(request)
        quick = forcing.said(request, bound)
        if quick.bound is not None and known is not None and quick.bound == quick.total(known):
            yield quick
        else:
            yield forcing.force(request)
