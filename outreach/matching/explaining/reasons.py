"""What follows from what was found about a request: its reason, the goal that would fall and by how much."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.matching.check import values
from outreach.matching.explaining.exchanges import Exchange
from outreach.matching.explaining.forcing import Forced, counting
from outreach.matching.explaining.stand import Stand, Worth
from outreach.matching.explaining.verifying import Verifier
from outreach.matching.explanation import (
    IMPOSSIBLE,
    NOT_ESTABLISHED,
    NOT_WORTH_IT,
    OUTCOMPETED,
    SERVING,
    Because,
)
from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED, Assignment
from outreach.matching.solving.goals import scale_of, scaled, unscaled

# Less than any goal of a plan can lose.
FARTHEST = -(2**62)


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with the request: what it changes in the goals, the assignments that are new, and who loses."""

    worth: Worth
    instead: tuple[Assignment, ...]
    losing: tuple[str, ...]


@dataclass
class Case:
    """An unplaced request with candidates, and what is known about it. `exact` is CP-SAT's answer on the whole.

    `falls`: no plan with it keeps the counting goals; `tight`: none is better in them than `best`."""

    request: str
    best: Found | None = None
    possible: bool | None = None
    falls: bool = False
    tight: bool = False
    heard: bool = False
    exact: Because | None = None


class Reasons:
    """Judges cases of one plan. Worths are in the order of the problem's goals, more is better."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.problem = stand.problem
        self.verifier = Verifier(self.problem, stand.plan)
        self.goals = self.problem.objectives
        self.count = len(counting(self.problem))
        self.now = values(self.problem, stand.plan.values())
        self.nothing: Worth = (0,) * len(self.goals)
        """The worth of a plan as good as the given one; `kept` that of any that keeps the counting goals."""
        self.kept: Worth = (*self.nothing[: self.count], *[FARTHEST] * (len(self.goals) - self.count))

    def take(self, case: Case, exchange: Exchange | None) -> None:
        """An exchange for a case, if it is better than what is known and the judge has nothing against it."""
        if exchange is None or (case.best is not None and exchange.worth <= case.best.worth):
            return
        new = self.stand.differing(exchange.leaving, exchange.coming)
        there = {one.request for one in new}
        requests = self.problem.requests
        gone = [requests[int(self.stand.options.request[row])].id for row in exchange.leaving]
        self._offer(case, Found(exchange.worth, tuple(new), tuple(one for one in gone if one not in there)))

    def learn(self, case: Case, forced: Forced) -> None:
        """What the LP says of a case: perhaps a plan, perhaps a bound."""
        case.heard = True
        if forced.plan is not None:
            self._offer(case, self._found(forced.plan))
        if forced.bound is not None:
            case.falls = forced.bound < 0
            known = None if case.best is None else forced.total(case.best.worth)
            case.tight = known is not None and known == forced.bound

    def _found(self, plan: tuple[Assignment, ...]) -> Found:
        there = {one.request for one in plan}
        reached = values(self.problem, plan)
        worth = tuple(self._gain(goal, reached[goal]) for goal in self.goals)
        new = tuple(one for one in plan if self.stand.plan.get(one.request) != one)
        return Found(worth, new, tuple(name for name in self.stand.plan if name not in there))

    def _gain(self, goal: str, reached: Value) -> int:
        more = scaled(reached - self.now[goal], scale_of(self.problem, goal))
        return more if goal in MAXIMISED else -more

    def _offer(self, case: Case, found: Found) -> None:
        better = case.best is None or found.worth > case.best.worth
        if better and self.verifier.holds(found.instead, found.losing):
            case.best = found

    def verified(self, because: Because | None) -> Because | None:
        """An exact answer if the judge has nothing against its plan."""
        if because is None or not self.verifier.holds(because.instead, because.losing):
            return None
        return because

    def counted(self, case: Case) -> Worth | None:
        """What is known of a case in the counting goals."""
        return None if case.best is None else case.best.worth[: self.count]

    def keeps(self, case: Case) -> bool:
        """Whether a plan with the request is known that keeps the counting goals."""
        return case.best is not None and case.best.worth[: self.count] >= self.nothing[: self.count]

    def reason(self, case: Case) -> tuple[str, Because | None]:
        """The reason, and the loss where one was shown."""
        because = case.exact or self._because(case)
        if because is not None:
            return (OUTCOMPETED if because.loss and because.goal in SERVING else NOT_WORTH_IT), because
        return (IMPOSSIBLE if case.possible is False else NOT_ESTABLISHED), None

    def _because(self, case: Case) -> Because | None:
        """The first goal that falls; None where the plan could be better with the request, or nothing proves that it cannot."""
        best = case.best
        if best is None or best.worth > self.nothing:
            return None
        falling = next((at for at, gain in enumerate(best.worth) if gain), None)
        if falling is None:
            return Because(self.goals[-1], 0, True, best.instead, best.losing)
        if falling < self.count and not (case.falls and case.tight):
            return None
        goal = self.goals[falling]
        loss = unscaled(-best.worth[falling], scale_of(self.problem, goal))
        return Because(goal, loss, falling < self.count, best.instead, best.losing)
