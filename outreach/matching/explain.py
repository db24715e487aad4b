"""Why each unplaced request has no place: the reason, what it would cost to place it, and what would help. All of it verified.

1. A request without candidates has its reason in the funnel.
2. `exchanges.py` forces the others in by exchanging a few places: that shows what it costs at most.
3. Where somebody fewer would be served, `forcing.py` asks the pattern LP, in a process of its own (`beside.py`): either it has a
   plan that keeps the goals after all, or its prices prove that none does. On small problems CP-SAT answers exactly (`whole.py`).
4. `changes.py` looks for changes of the request that give it a place while nobody loses theirs.
5. Every plan and every change is judged once more (`verifying.py`) before it is told. `reasons.py` says what follows from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from outreach.matching.candidates import Finder
from outreach.matching.explaining.beside import Beside, Wish, answered
from outreach.matching.explaining.changes import Changes
from outreach.matching.explaining.exchanges import Exchanges
from outreach.matching.explaining.forcing import Forcing, forcible
from outreach.matching.explaining.reasons import Case, Reasons
from outreach.matching.explaining.stand import Stand
from outreach.matching.explaining.whole import Whole
from outreach.matching.explanation import NOT_ESTABLISHED, Change, Explanation
from outreach.matching.funnel import Step, funnel
from outreach.matching.plan import NO_CANDIDATE, Plan
from outreach.matching.problem import Assignment, Problem, VisitRequest
from outreach.matching.solving.engine import Clock, Loading, OutOfTime
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.options import options_of
from outreach.matching.solving.pipeline import SMALL

# So many options at most are few enough for CP-SAT to answer exactly, request by request.
EXACT = 400
# Fewer cases than this are not worth a second process.
FEW = 20
# What putting all together takes at the end.
GATHERING = 1.0
# Changed requests have so many options together at most: a few hundred MB.
WIDEST = 3_000_000
VARIANTS = 25
# Told to the programme office: so many of the requests that hold what this one could have.
HOLDERS = 12

Listener = Callable[[str, int, int], None]
"""Hears the phase, how many requests it has done, and of how many."""


class NoSuchRequest(ValueError):
    """A request that is asked about is not in the problem, or has a place in the plan."""


def explain(
    problem: Problem,
    plan: Plan,
    *,
    requests: Sequence[str] | None = None,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    exact: int = EXACT,
    on_progress: Listener | None = None,
    stop: Callable[[], bool] | None = None,
) -> list[Explanation]:
    """An explanation for each unplaced request (or only for `requests`), in the problem's order, within `seconds` of wall time.

    What the time does not suffice for is `not-established`, never guessed. With one worker no second process is started. Problems
    of at most `exact` options are answered by CP-SAT as a whole.
    Raises `Unfit` for a plan that breaks a rule of the problem, `NoSuchRequest`, `OutOfTime` where not even the candidates of the
    problem could be found in the time.
    """
    began = time.monotonic()
    clock = Clock(began, began + seconds, stop or _never)
    placed = {one.request for one in plan.assignments}
    wanted = _wanted(problem, placed, requests)
    run = _Run(problem, plan.assignments, wanted, clock, (workers, seed, exact), on_progress or _deaf)
    return run.explanations()


def _wanted(problem: Problem, placed: set[str], requests: Sequence[str] | None) -> list[VisitRequest]:
    for name in requests or ():
        if name not in problem.visit_request:
            raise NoSuchRequest(f"There is no request {name!r}.")
        if name in placed:
            raise NoSuchRequest(f"The request {name!r} has a place in this plan.")
    names = None if requests is None else set(requests)
    return [one for one in problem.requests if one.id not in placed and (names is None or one.id in names)]


class _Run:
    def __init__(
        self,
        problem: Problem,
        plan: Sequence[Assignment],
        wanted: list[VisitRequest],
        clock: Clock,
        effort: tuple[int, int, int],
        listener: Listener,
    ) -> None:
        self.problem = problem
        self.plan = plan
        self.wanted = wanted
        self.clock = clock
        self.workers, self.seed, self.exact = effort
        self.listener = listener
        self.options = options_of(problem, clock)
        if not self.options.complete:
            raise OutOfTime
        self.stand = Stand(self.options, plan)
        self.whole = Whole(self.stand, clock, self.seed)
        self.reasons = Reasons(self.stand)
        self.cases = [Case(one.id) for one in wanted if one.id in self.options.of_request]
        self.changes: dict[str, tuple[Change, ...]] = {}
        self.funnels: dict[str, tuple[Step, ...]] = {}

    def explanations(self) -> list[Explanation]:
        """All of them, with what was found out when the time is over."""
        with suppress(OutOfTime):
            if len(self.options) <= self.exact:
                self._exactly()
                self._look_for_changes(self.clock)
                self._take_funnels()
            else:
                self._at_large()
        cases = {case.request: case for case in self.cases}
        # Funnels are plain counting: they are told even where the time was over before it was their turn.
        self._take_funnels()
        return [self._explanation(one, cases.get(one.id)) for one in self.wanted]

    def _exactly(self) -> None:
        Loading().wait(self.clock)
        for done, case in enumerate(self.cases):
            self.listener("reasons", done, len(self.cases))
            case.possible = self.whole.possible(case.request)
            if case.possible:
                case.exact = self.reasons.verified(self.whole.because(case.request))

    def _at_large(self) -> None:
        several = self.workers > 1 and len(self.cases) > FEW and forcible(self.problem)
        beside = Beside(self.problem, self.plan, self.clock.deadline) if several else None
        try:
            exchanges = Exchanges(self.stand)
            searching = Clock(self.clock.began, self.clock.deadline - GATHERING, self.clock.stop)
            wishes = self._wishes(exchanges, searching, beside)
            with suppress(OutOfTime):
                self._look_for_changes(searching)
            self._take_funnels()
            if forcible(self.problem):
                with suppress(OutOfTime, Unsolved):
                    self._force(beside, wishes, searching)
            self._exchange(exchanges, searching, beside)
        finally:
            if beside is not None:
                beside.end()
        self._settle()

    def _wishes(self, exchanges: Exchanges, clock: Clock, beside: Beside | None) -> list[Wish]:
        """The cases for which no exchange keeps the counting goals: the LP is to answer them."""
        wishes: list[Wish] = []
        for done, case in enumerate(self.cases):
            self.listener("exchanges", done, len(self.cases))
            if clock.left() > 0:
                self.reasons.take(case, exchanges.best(case.request, self.reasons.kept))
            if not self.reasons.keeps(case):
                wishes.append((case.request, self.reasons.counted(case)))
                if beside is not None:
                    beside.ask(wishes[-1])
        if beside is not None:
            beside.no_more()
        return wishes

    def _exchange(self, exchanges: Exchanges, clock: Clock, beside: Beside | None) -> None:
        """The cheapest exchange for those that cost a later goal only."""
        for done, case in enumerate(self.cases):
            if clock.left() <= 0:
                return
            self.listener("losses", done, len(self.cases))
            if self.reasons.keeps(case):
                self.reasons.take(case, exchanges.best(case.request, self.reasons.nothing))
            if beside is not None:
                self._hear(beside)

    def _hear(self, beside: Beside, patience: float = 0.0) -> None:
        cases = {case.request: case for case in self.cases}
        for forced in beside.answers(patience):
            self.reasons.learn(cases[forced.request], forced)

    def _force(self, beside: Beside | None, wishes: Sequence[Wish], clock: Clock) -> None:
        """The LP's answers: the other process goes from the front of the list, this one from its end."""
        cases = {case.request: case for case in self.cases}
        forcing: Forcing | None = None
        for done, wish in enumerate(reversed(wishes)):
            if beside is not None:
                self._hear(beside)
            if cases[wish[0]].heard:
                break
            self.listener("proofs", done, len(wishes))
            forcing = forcing or Forcing(self.problem, self.plan, clock)
            for forced in answered(forcing, [wish]):
                self.reasons.learn(cases[wish[0]], forced)
        while beside is not None and beside.at_work() and clock.left() > 0:
            self._hear(beside, 0.1)

    def _take_funnels(self) -> None:
        finder = Finder(self.problem)
        for one in self.wanted:
            if one.id not in self.funnels:
                self.funnels[one.id] = funnel(finder, one)

    def _settle(self) -> None:
        """What is still open: CP-SAT says whether it is possible at all and, where the whole is small enough, everything."""
        Loading().wait(self.clock)
        for case in self.cases:
            if self.reasons.reason(case)[0] == NOT_ESTABLISHED:
                case.possible = self.whole.possible(case.request) if case.best is None else True
                if case.possible and len(self.options) <= SMALL:
                    case.exact = self.reasons.verified(self.whole.because(case.request))

    def _look_for_changes(self, clock: Clock) -> None:
        per_request = VARIANTS * max(1, len(self.options) // max(1, len(self.options.of_request)))
        size = max(1, WIDEST // per_request)
        for first in range(0, len(self.wanted), size):
            batch = self.wanted[first : first + size]
            changes = Changes(self.problem, self.plan, batch, clock)
            for done, one in enumerate(batch, first):
                clock.check()
                self.listener("changes", done, len(self.wanted))
                self.changes[one.id] = changes.of(one.id)

    def _explanation(self, asked: VisitRequest, case: Case | None) -> Explanation:
        steps = self.funnels[asked.id]
        changes = self.changes.get(asked.id, ())
        if case is None:
            # Found by arrays, and counted once more by the rules in plain Python.
            nothing = not (steps[-1].slots or steps[-1].team_windows)
            reason = NO_CANDIDATE if nothing else NOT_ESTABLISHED
            return Explanation(asked.id, reason, steps, changes=changes)
        reason, because = self.reasons.reason(case)
        return Explanation(asked.id, reason, steps, because, changes, tuple(self._holders(asked.id)))

    def _holders(self, request: str) -> Iterator[str]:
        """Who holds what the request could have, and its own school's places where the school has all it may have."""
        stand = self.stand
        there = [row for resource in self._places(request) for row in stand.inside(resource)]
        requests = (self.problem.requests[int(self.options.request[row])].id for row in there)
        yield from list(dict.fromkeys(requests))[:HOLDERS]

    def _places(self, request: str) -> list[int]:
        rows = sorted(self.stand.rows(request).tolist(), key=lambda row: -int(self.options.points[row]))
        return list(dict.fromkeys(map(self.stand.resource, rows)))


def _never() -> bool:
    return False


def _deaf(_: str, __: int, ___: int) -> None:
    """Nobody listens."""
