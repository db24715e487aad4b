"""What a run's page shows of the events that its child has told."""

from __future__ import annotations

from outreach.models import Round, SolveRun
from outreach.queries.goals import shown
from outreach.queries.runs import Point, goals_so_far


def run_with(*events):
    return SolveRun(round_=Round(goals=("equity", "groups")), progress=list(events))


def objectives(equity, groups):
    return [
        {"name": "equity", "value": equity[0], "bound": equity[1], "proven": equity[0] == equity[1]},
        {"name": "groups", "value": groups[0], "bound": groups[1], "proven": groups[0] == groups[1]},
    ]


def test_plans_bounds_and_the_end_all_move_the_curves():
    goals = goals_so_far(
        run_with(
            {"event": "phase", "phase": "goal", "goal": "equity", "seconds": 0.1},
            {"event": "plan", "seconds": 0.2, "objectives": objectives((4800, 5100), (56, 79))},
            {"event": "bound", "goal": "equity", "value": 4800, "bound": 5000, "seconds": 0.3},
            {"event": "end", "seconds": 0.9, "objectives": objectives((5000, 5000), (57, 57))},
        )
    )
    assert [(goal.name, goal.value, goal.bound, goal.proven) for goal in goals] == [
        ("equity", 50, 50, True),
        ("groups", 57, 57, True),
    ]
    assert goals[0].points == [Point(0.2, 48, 51), Point(0.3, 48, 50), Point(0.9, 50, 50)]


def test_before_anything_is_told_nothing_is_shown():
    assert [(goal.value, goal.bound, goal.proven, goal.points) for goal in goals_so_far(run_with())] == [
        (None, None, False, []),
        (None, None, False, []),
    ]


def test_weight_is_shown_as_schools_and_other_goals_as_they_are():
    assert [shown("equity", 5000), shown("equity", 5130), shown("groups", 57), shown("cost", 12.5)] == [
        50,
        51.3,
        57,
        12.5,
    ]
