"""A repair in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED, Assignment, Problem
from outreach.matching.repairing.answer import Answer, Move
from outreach.matching.repairing.applying import Changed
from outreach.matching.repairing.found import WAYS, Proof
from outreach.matching.repairing.policies import FEWEST_SCHOOLS, LOSSES, MOST_SERVED, SAME_DATES, SCHOOLS
from outreach.matching.times import text_of

TITLES = {
    FEWEST_SCHOOLS: "Touch the fewest schools",
    SAME_DATES: "Move nobody's date",
    MOST_SERVED: "Serve the most",
}
NOUNS = {SCHOOLS: "schools touched", LOSSES: "bookings lost"}


def event_lines(changed: Changed) -> Iterator[str]:
    """What the events have done to the plan."""
    counts = (
        (changed.fallen, "cannot stay"),
        (changed.withdrawn, "withdrawn"),
        (changed.frozen, "frozen"),
    )
    yield f"Of {len(changed.before)} bookings: " + ", ".join(f"{len(some)} {what}" for some, what in counts)


def answer_lines(problem: Problem, old: Problem, answer: Answer) -> Iterator[str]:
    """Everything that a policy's answer says. `old` is the problem before the events: it knows the cancelled slots."""
    yield (
        f"{TITLES[answer.policy]} ({answer.policy}): {_many(answer.changes, 'booking')} changed,"
        f" {_many(len(answer.schools), 'school')} touched; {len(answer.moves)} moved, {len(answer.losses)} lost,"
        f" {len(answer.gains)} gained"
    )
    for title, some in (("moves", answer.moves), ("loses", answer.losses), ("gains", answer.gains)):
        for move in some:
            yield f"  {title}  {move.request} of {move.school}: {_way(problem, old, move)}"
    for proof in answer.decisive:
        yield f"  {_proof(proof)}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _way(problem: Problem, old: Problem, move: Move) -> str:
    before = "" if move.before is None else f"from {_where(old, move.before)}"
    after = "" if move.after is None else f"to {_where(problem, move.after)}"
    return " ".join(filter(None, (before, after)))


def _where(problem: Problem, one: Assignment) -> str:
    if one.slot:
        slot = problem.slot[one.slot]
        return f"{one.slot} ({slot.offer}, {text_of(slot.start)})"
    return f"team {one.team} ({one.offer}, {text_of(one.start)})"


def _proof(proof: Proof) -> str:
    noun = NOUNS.get(proof.measure, proof.measure)
    if proof.proven:
        side = "more is impossible" if proof.measure in MAXIMISED else _fewer(proof.value)
        return f"proven: {noun} {proof.value}, {side} ({WAYS[proof.way]})"
    side = "at most" if proof.measure in MAXIMISED else "at least"
    return f"not proven: {noun} {proof.value}, {side} {proof.bound} ({WAYS[proof.way]})"


def _fewer(value: Value) -> str:
    return "fewer is impossible" if value else "none"
