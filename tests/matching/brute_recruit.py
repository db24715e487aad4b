"""What one more slot can bring to a tiny problem, by looking at every plan in which everybody placed keeps a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.matching.brute import Brute
from tests.matching.brute_reasons import plan_values
from tests.matching.brute_visits import Document, Visit

Plan = Sequence[dict[str, str]]


class _Keeping(Brute):
    """Only the plans that have all these requests."""

    def __init__(self, document: Document, requests: set[str]) -> None:
        super().__init__(document | {"objectives": ["groups"], "incumbent": []})
        self.requests = requests

    def ways(self) -> list[list[tuple[Visit, ...]]]:
        return [
            [way for way in ways if way] if name in self.requests else ways
            for name, ways in zip(self.visits, super().ways(), strict=True)
        ]


def most_new(document: Document, plan: Plan) -> int:
    """How many more requests a plan can have that keeps everybody of this one."""
    best = _Keeping(document, {one["request"] for one in plan}).best()
    assert best is not None, "the plan itself keeps everybody"
    found: int = best.values["groups"] - len(plan)
    return found


def with_slot(document: Document, add: dict[str, Any]) -> Document:
    """The problem with what an answer's `add` holds."""
    lists = ("companies", "offers", "slots", "teams")
    return document | {key: [*document[key], *add[key]] for key in lists}


def lies(document: Document, plan: Plan, told: dict[str, Any]) -> Iterator[str]:
    """What an answer (as JSON) says that is not so."""
    yield from _wrong_count("without", told["without"], most_new(document, plan))
    names = [one["add"]["companies"][0]["id"] for one in told["slots"]]
    if len(set(names)) < len(names):
        yield "two slots have one id"
    for one in told["slots"]:
        wide = with_slot(document, one["add"])
        yield from _wrong_count("groups", one["groups"], most_new(wide, plan))
        yield from _wrong_plan(wide, plan, one)


def _wrong_count(name: str, count: dict[str, Any], most: int) -> Iterator[str]:
    if count["value"] > most:
        yield f"{name}: {count['value']} cannot be reached, only {most}"
    if count["bound"] < most:
        yield f"{name}: {most} can be reached, not only {count['bound']}"
    if count["proven"] != (count["value"] == count["bound"]):
        yield f"{name}: proven is not whether value and bound are equal"


def _wrong_plan(wide: Document, plan: Plan, slot: dict[str, Any]) -> Iterator[str]:
    moved = {move["request"]: move for move in slot["moves"]}
    if any(moved[one["request"]]["from"] != one for one in plan if one["request"] in moved):
        yield "somebody moves from where they are not"
    after = [moved[one["request"]]["to"] if one["request"] in moved else one for one in plan]
    after += [one["to"] for one in slot["gains"]]
    if plan_values(wide, after) is None:
        yield "what shows it is no plan"
    if len(slot["gains"]) != slot["groups"]["value"] or not slot["gains"]:
        yield "not as many gain as are told"
    served = {one["school"] for one in wide["requests"] if one["id"] in {each["request"] for each in plan}}
    gained = {one["school"] for one in wide["requests"] if one["id"] in {g["request"] for g in slot["gains"]}}
    if set(slot["schools"]) != gained - served:
        yield "the schools that had no place are others"
