"""What was shown for one plan of a repair, told of another one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from outreach.matching.plan import FEASIBLE, Objective, Plan
from outreach.matching.repairing.bounds import Bounds
from outreach.matching.repairing.found import OLD_PLAN, PATTERNS, Proof, UnsoundBound
from outreach.matching.repairing.policies import MOST_SERVED
from outreach.matching.repairing.scene import Scene

OLD = Plan(
    "",
    "",
    FEASIBLE,
    (),
    (
        Objective("groups", 10, 10, True),
        Objective("preference", 95, 120, False),
        Objective("travel", 60, 48, False),
    ),
    (),
)
# A plan that is as good as the old one in all its goals: so the old bound of travel holds for it.
FOUND = (
    Proof("groups", 10, 10, PATTERNS),
    Proof("changes", 5, 4, PATTERNS),
    Proof("preference", 100, 120, OLD_PLAN),
    Proof("travel", 50, 48, OLD_PLAN),
)


def bounds() -> Bounds:
    problem = SimpleNamespace(objectives=("groups", "preference", "travel"), requests=range(12))
    scene = SimpleNamespace(
        problem=problem, complete=False, safe_bounds={"groups": 12, "preference": 300, "travel": 0}
    )
    return Bounds(cast("Scene", scene), MOST_SERVED, OLD)


def told(**values: Any) -> dict[str, tuple[Any, Any]]:
    shown = {one.measure: one for one in FOUND}
    return {one.measure: (one.value, one.bound) for one in bounds().proofs(values, [shown])}


def test_what_was_shown_goes_with_a_plan_that_is_better_throughout() -> None:
    """And tells that plan's own values."""
    better = told(groups=10, changes=4, preference=105, travel=49)
    assert better == {"groups": (10, 10), "changes": (4, 4), "preference": (105, 120), "travel": (49, 48)}


def test_what_was_shown_ends_where_a_plan_is_worse() -> None:
    """Fewer changes, but liked less: a bound of travel for plans that are liked as much says nothing of it."""
    worse = told(groups=10, changes=4, preference=80, travel=40)
    assert worse == {"groups": (10, 10), "changes": (4, 4), "preference": (80, 120), "travel": (40, 0)}


def test_a_plan_that_beats_what_holds_for_it_is_a_defect() -> None:
    with pytest.raises(UnsoundBound):
        told(groups=10, changes=3, preference=100, travel=50)
