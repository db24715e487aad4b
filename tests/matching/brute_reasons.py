"""Why a request of a tiny problem has no place, by looking at every plan that has it; and whether told assignments are a plan."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.matching.brute import MAXIMISED, Brute, Found
from tests.matching.brute_visits import Document, Visit


class _With(Brute):
    """Only the plans that have one request."""

    def __init__(self, document: Document, request: str) -> None:
        super().__init__(document)
        self.request = request

    def ways(self) -> list[list[tuple[Visit, ...]]]:
        return [
            [way for way in ways if way] if name == self.request else ways
            for name, ways in zip(self.visits, super().ways(), strict=True)
        ]


@dataclass(frozen=True)
class Truth:
    """The reason, and the first goal that falls with the request (none in a tie) and by how much."""

    reason: str
    goal: str | None = None
    loss: Any = 0


def truth_of(document: Document, best: Found, request: str) -> Truth:
    """What is true of a request that the best plan leaves out."""
    forced = _With(document, request)
    if not forced.visits[request]:
        return Truth("no-candidate")
    found = forced.best()
    if found is None:
        return Truth("impossible")
    for goal, value in best.values.items():
        loss = value - found.values[goal] if goal in MAXIMISED else found.values[goal] - value
        if loss:
            assert loss > 0, "the best plan is beaten"
            served = goal in ("equity", "groups", "pupils")
            return Truth("outcompeted" if served else "not-worth-it", goal, loss)
    return Truth("not-worth-it")


def plan_values(document: Document, assignments: Sequence[dict[str, str]]) -> dict[str, Any] | None:
    """The values of these assignments, None where they are no plan of the problem."""
    brute = Brute(document)
    by_assignment = {one.assignment: one for visits in brute.visits.values() for one in visits}
    plan = [by_assignment.get(tuple(one.items())) for one in assignments]
    visits = [one for one in plan if one is not None]
    if len(visits) < len(plan) or len({one.request for one in visits}) < len(visits):
        return None
    if not all([*brute.lasting_rules(visits), *brute.final_rules(visits)]):
        return None
    return brute.values(visits)


def changed(document: Document, request: str, field: str, new: Any) -> Document:
    """The problem with one change of a request; a split makes two of it, which the whole's bans still concern."""
    other = deepcopy(document)
    at = next(i for i, one in enumerate(other["requests"]) if one["id"] == request)
    if field != "split":
        other["requests"][at][field] = new
        return other
    whole = other["requests"].pop(at)
    names = [f"{request}#{number}" for number in (1, 2)]
    other["requests"][at:at] = [
        whole | {"id": name, "pupils": pupils} for name, pupils in zip(names, new, strict=True)
    ]
    for ban in [ban for ban in other.get("bans", []) if ban["request"] == request]:
        other["bans"].remove(ban)
        other["bans"] += [ban | {"request": name} for name in names]
    return other
