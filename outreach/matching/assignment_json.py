"""The JSON form of an assignment, which problems (pins, incumbent) and plans share."""

from __future__ import annotations

from outreach.matching import json_form as form
from outreach.matching.json_form import Node
from outreach.matching.problem import Assignment
from outreach.matching.refusal import ProblemRefused
from outreach.matching.times import text_of

_SLOT_KEYS = {"request", "slot"}
_TEAM_KEYS = {"request", "team", "offer", "start"}


def read_assignment(value: object, path: str) -> Assignment:
    """An assignment with exactly the keys of one of its two forms. Raises `ProblemRefused`."""
    node = Node(value, path)
    keys = set(node.value)
    if keys == _SLOT_KEYS:
        return Assignment(node.get("request", form.identifier), slot=node.get("slot", form.identifier))
    if keys != _TEAM_KEYS:
        raise ProblemRefused(path, "has not the keys request and slot, or request, team, offer and start")
    return Assignment(
        node.get("request", form.identifier),
        team=node.get("team", form.identifier),
        offer=node.get("offer", form.identifier),
        start=node.get("start", form.moment),
    )


def assignment_json(assignment: Assignment) -> dict[str, str]:
    """The inverse of `read_assignment`."""
    if assignment.slot:
        return {"request": assignment.request, "slot": assignment.slot}
    return {
        "request": assignment.request,
        "team": assignment.team,
        "offer": assignment.offer,
        "start": text_of(assignment.start),
    }
