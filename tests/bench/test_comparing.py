"""Bounds, gaps and tables on runs that are written here by hand."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from tests.bench.comparing import best_bound, best_values, counted, gap, refuted, summary, table
from tests.bench.drawing import growth, over_time

GOALS = ["equity", "groups", "travel"]


def run(solver: str, points: list[tuple[float, float, float, float]], **more: Any) -> dict[str, Any]:
    """A run with points (seconds, equity, groups, travel)."""
    return {
        "instance": "hand",
        "solver": solver,
        "mode": "wall",
        "limit": 10.0,
        "goals": GOALS,
        "schools": 100,
        "points": [
            {"seconds": at, "processor": at / 2, "own": True, "values": dict(zip(GOALS, values, strict=True))}
            for at, *values in points
        ],
        "bounds": [],
        "faults": [],
        "notes": [],
        "seconds": 9.0,
        "processor_seconds": 4.5,
        "peak_megabytes": 120,
    } | more


def bound(goal: str, value: float, **given: float) -> dict[str, Any]:
    return {"seconds": 3.0, "processor": 1.5, "goal": goal, "bound": value, "given": given}


OURS = run(
    "outreach",
    [(1.0, 900, 90, 400), (2.0, 1000, 98, 500), (4.0, 1000, 99, 450)],
    bounds=[
        bound("equity", 1000),
        bound("groups", 100, equity=1000),
        bound("travel", 440, equity=1000, groups=99),
    ],
)
PEER = run("cp-sat", [(5.0, 990, 120, 300)], bounds=[bound("equity", 1100), bound("groups", 130, equity=900)])
SILENT = run("scip", [], notes=["killed"])


def test_a_bound_counts_only_for_plans_that_reach_what_its_prover_held() -> None:
    runs = [OURS, PEER]
    assert best_bound("equity", OURS["points"][-1]["values"], runs) == 1000
    assert best_bound("groups", OURS["points"][-1]["values"], runs) == 100
    # 990 schools' weight is less than the 1,000 under which 100 groups are the most: only the peer's own bound holds.
    assert best_bound("groups", PEER["points"][-1]["values"], runs) == 130
    assert best_bound("travel", PEER["points"][-1]["values"], runs) is None
    assert best_bound("travel", OURS["points"][-1]["values"], runs) == 440


def test_a_gap_is_a_share_of_the_larger_number() -> None:
    assert gap("groups", 99, 100) == 0.01
    assert gap("travel", 500, 400) == 0.2
    assert gap("travel", 0, 0) == 0


def test_a_plan_that_beats_a_bound_refutes_it() -> None:
    assert refuted([OURS, PEER]) == []
    liar = run("highs", [], bounds=[bound("groups", 98, equity=1000)])
    assert refuted([OURS, liar]) == [
        "hand: Outreach has a plan with groups 99, and 98 was called its bound",
    ]


def test_seconds_to_the_first_plan_to_one_percent_and_to_the_end() -> None:
    figures = summary(OURS, [OURS, PEER])
    assert (figures["first"], figures["near"], figures["end"]) == (1.0, 4.0, 9.0)
    assert figures["proven"] == {"equity": True, "groups": False, "travel": False}
    # The peer has more groups and 1 % less equity: near enough.
    assert summary(PEER, [OURS, PEER])["near"] == 5.0


def test_what_comes_late_does_not_count() -> None:
    late = run("scip", [(9.0, 1, 1, 1), (10.9, 2, 2, 2), (11.1, 3, 3, 3)])
    assert [point["seconds"] for point in counted(late)] == [9.0, 10.9]
    by_processor = late | {"mode": "cpu", "limit": 4.0}
    assert [point["processor"] for point in counted(by_processor)] == [4.5]
    assert best_values([late, SILENT]) == {"equity": 2, "groups": 2, "travel": 2}


def test_the_table_has_the_best_plan_first() -> None:
    lines = table([SILENT, PEER, OURS], "wall").splitlines()
    assert lines[2:] == [
        "| Outreach | 1,000 (proven) | 99 (1.00 %) | 450 (2.22 %) | 1.0 | 4.0 | 9.0 | 4.5 | 120 |",
        "| CP-SAT, plain model | 990 (1.00 %) | 120 (7.69 %) | 300 (–) | 5.0 | 5.0 | 9.0 | 4.5 | 120 |",
        "| SCIP, plain model: killed | – | – | – | – | – | 9.0 | 4.5 | 120 |",
    ]


def test_a_given_start_is_marked_as_such() -> None:
    given = run("highs", [(1.0, 900, 90, 400)])
    given["points"][0]["own"] = False
    assert table([given], "wall").splitlines()[2].startswith("| HiGHS, plain model * |")


def test_plots_are_well_formed_and_show_each_solver() -> None:
    for plot in (over_time([OURS, PEER, SILENT], "wall"), growth({"grow-100": [OURS, PEER]})):
        root = ElementTree.fromstring(plot)  # noqa: S314
        words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {"Outreach", "CP-SAT, plain model"} <= set(words)
        lines = root.findall(".//{http://www.w3.org/2000/svg}polyline")
        assert len(lines) >= 4
        for line in lines:
            for pair in line.attrib["points"].split():
                x, y = map(float, pair.split(","))
                assert 0 <= x <= float(root.attrib["width"])
                assert 0 <= y <= float(root.attrib["height"])
