"""The runs of one instance side by side: values, gaps, times.

A bound of a later goal is proven under the values that its prover held for the earlier goals: "no plan that is at least as
good there beats this here". So it says something about another plan only where that plan is at least as good in every
earlier goal, and only then a gap is told. The best known bound for a plan is the tightest of all bounds, of all solvers,
that hold for it. A plan that beats a bound that holds for it shows that one of the two is wrong: `refuted` names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from outreach.matching.problem import MAXIMISED
from tests.bench.judging import surpasses
from tests.bench.solvers import TITLES

Json = dict[str, Any]
Values = Mapping[str, float]
NEAR = 0.01
# The limit is kept when it is overrun by no more than this share, or this many seconds.
TOLERANCE, TOLERANCE_SECONDS = 0.05, 1.0
CLOCKS = {"wall": "seconds", "cpu": "processor"}
TINY = 1e-9


def as_good(goal: str, value: float, other: float) -> bool:
    """Whether `value` is no worse than `other`."""
    return value >= other - TINY if goal in MAXIMISED else value <= other + TINY


def gap(goal: str, value: float, bound: float) -> float:
    """How far a value is from its bound, as a share of the larger of the two."""
    distance = bound - value if goal in MAXIMISED else value - bound
    return distance / max(abs(bound), abs(value), 1)


def counted(run: Json) -> list[Json]:
    """The points of a run that came in time by the clock of its mode."""
    clock = CLOCKS[run["mode"]]
    allowed = run["limit"] + max(TOLERANCE_SECONDS, TOLERANCE * run["limit"])
    return [point for point in run["points"] if point[clock] <= allowed]


def best_bound(goal: str, values: Values, runs: Iterable[Json]) -> float | None:
    """The tightest bound of a goal that holds for a plan with these values; None when nobody has proven any."""
    found: list[float] = [
        one["bound"]
        for run in runs
        for one in run["bounds"]
        if one["goal"] == goal
        and all(as_good(name, values[name], held) for name, held in one["given"].items())
    ]
    if not found:
        return None
    return min(found) if goal in MAXIMISED else max(found)


def refuted(runs: Sequence[Json]) -> list[str]:
    """Every goal in which a judged plan beats a bound that holds for it."""
    found = []
    for run in runs:
        for point in run["points"][-1:]:
            for goal in run["goals"]:
                bound = best_bound(goal, point["values"], runs)
                if bound is not None and not as_good(goal, bound, point["values"][goal]):
                    found.append(
                        f"{run['instance']}: {TITLES[run['solver']]} has a plan with {goal}"
                        f" {point['values'][goal]:,.10g}, and {bound:,.10g} was called its bound"
                    )
    return found


def summary(run: Json, runs: Sequence[Json]) -> Json:
    """The figures of one run among all runs of its instance: values and gaps, seconds to the first plan, to 1 %, to the end."""
    points, clock = counted(run), CLOCKS[run["mode"]]
    values = points[-1]["values"] if points else None
    aims = _aims(runs)
    near = [point for point in points if aims and all(_near(goal, point["values"], aims) for goal in aims)]
    return {
        "solver": run["solver"],
        "values": values,
        "bounds": {goal: best_bound(goal, values, runs) for goal in run["goals"]} if values else {},
        "proven": {goal: values is not None and _proven(goal, values, run) for goal in run["goals"]},
        "own": bool(points) and points[-1]["own"],
        "first": points[0][clock] if points else None,
        "near": near[0][clock] if near else None,
        "end": run["seconds"],
        "processor": run["processor_seconds"],
        "peak": run["peak_megabytes"],
    }


def _proven(goal: str, values: Values, run: Json) -> bool:
    bound = best_bound(goal, values, [run])
    return bound is not None and abs(bound - values[goal]) < TINY


def best_values(runs: Iterable[Json]) -> Values | None:
    """The values of the best plan that any run found in its time."""
    best: Values | None = None
    for run in runs:
        for point in counted(run)[-1:]:
            if best is None or surpasses(run["goals"], point["values"], best):
                best = point["values"]
    return best


def _aims(runs: Sequence[Json]) -> dict[str, float]:
    """What "within 1 %" is measured by: the best known bounds of the goals up to `groups` (the first goal where it is none)."""
    best = best_values(runs)
    if best is None:
        return {}
    goals: list[str] = runs[0]["goals"]
    upto = goals[: goals.index("groups") + 1] if "groups" in goals else goals[:1]
    bounds = {goal: best_bound(goal, best, runs) for goal in upto}
    # Where nobody has a bound, the best known value stands in.
    return {goal: best[goal] if bound is None else bound for goal, bound in bounds.items()}


def _near(goal: str, values: Values, aims: Values) -> bool:
    return gap(goal, values[goal], aims[goal]) <= NEAR


def table(runs: Sequence[Json], mode: str) -> str:
    """The runs of one instance and one mode as a table (Markdown), best plan first."""
    mine = [run for run in runs if run["mode"] == mode]
    goals: list[str] = mine[0]["goals"]
    unit = "s" if mode == "wall" else "CPU s"
    head = ["solver", *goals, f"first plan, {unit}", f"to 1 %, {unit}", "wall s", "CPU s", "peak MB"]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    lines += [" | ".join(_cells(summary(run, runs), run)) for run in _best_first(mine)]
    return "\n".join(f"| {line} |" for line in lines)


def _best_first(runs: Sequence[Json]) -> list[Json]:
    left, found = list(runs), []
    while left:
        best = left[0]
        for run in left[1:]:
            one, other = counted(run)[-1:], counted(best)[-1:]
            if one and (not other or surpasses(run["goals"], one[0]["values"], other[0]["values"])):
                best = run
        left.remove(best)
        found.append(best)
    return found


def _cells(figures: Json, run: Json) -> list[str]:
    title = TITLES[figures["solver"]]
    if not figures["values"]:
        why = (run["faults"] or run["notes"] or ["no plan in its time"])[0]
        cells = [f"{title}: {why}", *("–" for _ in run["goals"])]
    else:
        # A star: the solver did not improve on the plan that it was given.
        cells = [title if figures["own"] else f"{title} *"]
        cells += [_worth(goal, figures) for goal in run["goals"]]
    cells += [_seconds(figures["first"]), _seconds(figures["near"]), _seconds(figures["end"])]
    return [*cells, _seconds(figures["processor"]), f"{figures['peak']:,}"]


def _worth(goal: str, figures: Json) -> str:
    value, bound = figures["values"][goal], figures["bounds"][goal]
    text = f"{value:,.10g}"
    if figures["proven"][goal]:
        return f"{text} (proven)"
    if bound is None or (not bound and goal not in MAXIMISED):
        # Nobody has shown anything about such a plan; that nothing is below 0 needed no proof.
        return f"{text} (–)"
    return f"{text} ({100 * gap(goal, value, bound):.2f} %)"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f}"
