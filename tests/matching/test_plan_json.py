"""The plan's JSON form: what is written comes back, and what is no plan is refused."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outreach.matching.plan import CONTRADICTORY, FEASIBLE, Objective, Plan, Solver, Unplaced
from outreach.matching.plan_json import plan_bytes, plan_json, read_plan, sha256_of, write_plan
from outreach.matching.refusal import ProblemRefused
from tests.matching.simple import session, slot

PLAN = Plan(
    "simple",
    "abc",
    FEASIBLE,
    (slot("R0"), session("R1", "09:15")),
    (Objective("groups", 2, 3, False), Objective("cost", Decimal("0.30"), Decimal(0), False)),
    (Unplaced("R2", "no-candidate"),),
    seconds=1.25,
    solver=Solver("ortools 9", 3, 2),
)


def test_a_plan_has_the_keys_of_the_format() -> None:
    assert plan_json(PLAN) == {
        "format": "outreach-plan/1",
        "problem": {"name": "simple", "sha256": "abc"},
        "status": "feasible",
        "assignments": [
            {"request": "R0", "slot": "L0"},
            {"request": "R1", "team": "T0", "offer": "O1", "start": "2027-03-08T09:15"},
        ],
        "objectives": [
            {"name": "groups", "value": 2, "bound": 3, "proven": False},
            {"name": "cost", "value": 0.3, "bound": 0, "proven": False},
        ],
        "unplaced": [{"request": "R2", "reason": "no-candidate"}],
        "seconds": 1.25,
        "solver": {"version": "ortools 9", "seed": 3, "workers": 2},
    }


def test_what_is_written_comes_back() -> None:
    assert read_plan(plan_bytes(PLAN)) == PLAN
    conflict = Plan("simple", "abc", CONTRADICTORY, conflict=(slot("R0"),))
    assert plan_json(conflict)["conflict"] == [{"request": "R0", "slot": "L0"}]
    assert read_plan(plan_bytes(conflict)) == conflict


def test_writing_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    target.write_text("old")
    write_plan(PLAN, target)
    assert read_plan(target.read_bytes()) == PLAN
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_the_digest_is_of_the_bytes() -> None:
    assert sha256_of(b"{}") == hashlib.sha256(b"{}").hexdigest()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "perfect"}, "status: 'perfect' is none of optimal, feasible, contradictory"),
        ({"assignments": None}, "assignments: is null, not a list"),
        (
            {"assignments": [{"request": "R0", "slot": "L0", "note": ""}]},
            "assignments[0]: has not the keys request and slot, or request, team, offer and start",
        ),
        ({"objectives": [{"name": "groups"}]}, "objectives[0].value: is missing"),
        (
            {"objectives": [{"name": "groups", "value": float("nan"), "bound": 1, "proven": True}]},
            "objectives[0].value: is a number, not a finite number",
        ),
        ({"problem": "simple"}, "problem: is a text, not an object"),
        ({"format": "outreach-matching/1"}, "format: 'outreach-matching/1' is none of outreach-plan/1"),
    ],
)
def test_what_is_no_plan_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemRefused) as caught:
        read_plan(json.dumps(plan_json(PLAN) | change).encode())
    assert str(caught.value) == words
