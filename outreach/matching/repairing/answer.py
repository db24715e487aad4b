"""What a repair tells: for each policy who moves, loses and gains, what it is worth, and what is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.matching.plan import Plan, Value
from outreach.matching.problem import Assignment, Problem
from outreach.matching.repairing.applying import Changed
from outreach.matching.repairing.found import Found, Proof
from outreach.matching.repairing.policies import CHANGES


@dataclass(frozen=True, slots=True)
class Move:
    """One request that is not where it was: `before` is None for a gain, `after` for a loss."""

    request: str
    school: str
    before: Assignment | None
    after: Assignment | None


@dataclass(frozen=True)
class Answer:
    """The repair under one policy. `plan` is the whole new plan; `after` are the values of the problem's goals in it."""

    policy: str
    plan: Plan
    moves: tuple[Move, ...]
    losses: tuple[Move, ...]
    gains: tuple[Move, ...]
    schools: tuple[str, ...]
    changes: int
    after: Mapping[str, Value]
    proofs: tuple[Proof, ...]
    seconds: float

    @property
    def decisive(self) -> tuple[Proof, ...]:
        """The policy's own measures, down to the changes: those after them only choose between equals."""
        names = [proof.measure for proof in self.proofs]
        return self.proofs[: names.index(CHANGES) + 1]

    @property
    def proven(self) -> bool:
        """Whether no repair does better under the policy, and none as good makes fewer changes."""
        return all(proof.proven for proof in self.decisive)


@dataclass(frozen=True)
class Repair:
    """The answers to one set of events. `before` are the values of the plan so far, in the problem as it was."""

    changed: Changed
    before: Mapping[str, Value]
    answers: tuple[Answer, ...]
    seconds: float

    @property
    def problem(self) -> Problem:
        """The changed problem, against which the new plans are judged."""
        return self.changed.problem


def answer_of(
    changed: Changed, found: Found, plan: Plan, after: Mapping[str, Value], seconds: float
) -> Answer:
    """The new plan beside the plan so far."""
    problem = changed.problem
    old = {one.request: one for one in changed.before if one.request in problem.visit_request}
    new = {one.request: one for one in found.assignments}
    moves = [
        Move(name, asked.school, old.get(name), new.get(name))
        for name, asked in problem.visit_request.items()
        if old.get(name) != new.get(name)
    ]
    kept = set(found.assignments)
    return Answer(
        found.policy,
        plan,
        moves=tuple(one for one in moves if one.before and one.after),
        losses=tuple(one for one in moves if not one.after),
        gains=tuple(one for one in moves if not one.before),
        schools=tuple(sorted({one.school for one in moves if one.before})),
        changes=sum(one not in kept for one in changed.before),
        after=after,
        proofs=found.proofs,
        seconds=seconds,
    )
