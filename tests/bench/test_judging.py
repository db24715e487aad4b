"""What counts of what a solver says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from outreach.matching.plan_json import write_plan
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.solve import solve
from tests.bench.judging import Judge, surpasses
from tests.bench.market import market

PROBLEM = market({"A1": {"L0": 50}, "B1": {"L0": 90, "L1": 10}})


def judge() -> Judge:
    return Judge(PROBLEM, moment=0.1)


def plan(**where: str) -> dict[str, Any]:
    return {"plan": [{"request": request, "slot": slot} for request, slot in where.items()]}


def test_a_plan_counts_with_recomputed_values_and_only_when_it_is_better() -> None:
    one = judge()
    one.hear(1.0, 0.5, plan(A1="L0"))
    one.hear(1.5, 0.6, {"start": True})
    one.hear(2.0, 0.7, plan(B1="L1"))
    one.hear(3.0, 0.8, plan(A1="L0", B1="L1"))
    found = [(point["seconds"], point["values"]["groups"], point["own"]) for point in one.verdict["points"]]
    assert found == [(1.0, 1.0, False), (3.0, 2.0, True)]


def test_a_plan_with_a_fault_does_not_count() -> None:
    one = judge()
    one.hear(1.0, 0.5, plan(A1="L0", B1="L0"))
    assert one.verdict["points"] == []
    assert one.verdict["faults"] == ["1.0 s: Slot L0 holds 2 groups, at most 1 may come."]


def test_of_plans_within_a_moment_only_the_last_of_all_is_judged() -> None:
    one = judge()
    one.hear(0.9, 0.5, {"start": True})
    one.hear(1.0, 0.5, plan(A1="L0"), last_plan=False)
    one.hear(1.05, 0.5, plan(A1="L0", B1="L1"), last_plan=False)
    assert len(one.verdict["points"]) == 1
    one.hear(1.06, 0.5, plan(A1="L0", B1="L1"), last_plan=True)
    assert len(one.verdict["points"]) == 2


def test_a_bound_of_our_own_holds_for_the_values_of_its_moment() -> None:
    one = judge()
    goals = [{"name": name, "value": 1, "bound": 9, "proven": False} for name in PROBLEM.objectives]
    one.hear(1.0, 0.5, {"event": "plan", "placed": 1, "objectives": goals})
    one.hear(2.0, 0.5, {"event": "bound", "goal": "preference", "value": 1, "bound": 7})
    last = one.verdict["bounds"][-1]
    assert (last["goal"], last["bound"], last["given"]) == ("preference", 7.0, {"equity": 1.0, "groups": 1.0})


def test_our_plan_file_is_judged_with_its_claims(tmp_path: Path) -> None:
    content, path = problem_bytes(PROBLEM), tmp_path / "plan.json"
    write_plan(solve(PROBLEM, seconds=20, workers=1, sha256="0" * 64), path)
    one = judge()
    one.own_plan(path, content, 3.0, 2.0)
    assert one.verdict["points"] == []
    assert one.verdict["faults"] == [
        "The plan was made for other contents of the problem: the sha256 differs."
    ]


def test_a_plan_with_true_claims_is_a_point_with_its_bounds(tmp_path: Path) -> None:
    from outreach.matching.plan_json import sha256_of

    content, path = problem_bytes(PROBLEM), tmp_path / "plan.json"
    write_plan(solve(PROBLEM, seconds=20, workers=1, sha256=sha256_of(content)), path)
    one = judge()
    one.own_plan(path, content, 3.0, 2.0)
    assert [point["values"] for point in one.verdict["points"]] == [
        {
            "equity": 200.0,
            "groups": 2.0,
            "preference": 60.0,
            "travel": json.loads(path.read_text())["objectives"][3]["value"],
        }
    ]
    assert [bound["goal"] for bound in one.verdict["bounds"]] == list(PROBLEM.objectives)


def test_goals_count_in_their_order() -> None:
    goals = ["groups", "travel"]
    assert surpasses(goals, {"groups": 2, "travel": 9}, {"groups": 1, "travel": 1})
    assert surpasses(goals, {"groups": 2, "travel": 8}, {"groups": 2, "travel": 9})
    assert not surpasses(goals, {"groups": 2, "travel": 9}, {"groups": 2, "travel": 9})
