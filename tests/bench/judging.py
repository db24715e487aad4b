"""Judge what a solver said: `python -m tests.bench.judging PROBLEM SAID`, in a process of its own; the verdict is JSON on stdout.

Every plan is passed through `outreach check`'s `faults_of` before it counts. Our own command tells of its plans without
their assignments (it judges each of them itself); its last plan is judged here with all its claims, and with a fault in it
nothing of the run counts. Of plans that follow each other within a moment only the last one is judged.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import check, faults_of, values
from outreach.matching.plan_json import read_plan, sha256_of
from outreach.matching.problem import MAXIMISED, Problem
from outreach.matching.problem_json import read_problem

Json = dict[str, Any]
# A run is looked at in so many moments.
MOMENTS = 200


def main(arguments: Sequence[str]) -> None:
    """Read the problem and what was said, print the verdict."""
    content = Path(arguments[0]).read_bytes()
    said = json.loads(Path(arguments[1]).read_text())
    judge = Judge(read_problem(content), said["limit"] / MOMENTS)
    lines = [
        (seconds, used, json.loads(text)) for seconds, used, text in said["lines"] if text.startswith("{")
    ]
    last = max((position for position, (*_, line) in enumerate(lines) if "plan" in line), default=-1)
    for position, (seconds, used, line) in enumerate(lines):
        judge.hear(seconds, used, line, last_plan=position == last)
    if said["plan"] is not None:
        judge.own_plan(Path(said["plan"]), content, said["seconds"], said["processor_seconds"])
    print(json.dumps(judge.verdict))


class Judge:
    """Collects what counts of a run."""

    def __init__(self, problem: Problem, moment: float) -> None:
        self.problem = problem
        self.moment = moment
        self.own = False
        self.verdict: Json = {
            "goals": list(problem.objectives),
            "schools": len(problem.schools),
            "requests": len(problem.requests),
            "points": [],
            "bounds": [],
            "faults": [],
            "notes": [],
        }

    def hear(self, seconds: float, used: float, line: Json, *, last_plan: bool = True) -> None:
        """One line of `saying.py` or one event of `outreach match --json-lines`."""
        if "event" in line:
            self._event(seconds, used, line)
        elif "start" in line:
            self.own = True
        elif "note" in line:
            self.verdict["notes"].append(line["note"])
        elif "bound" in line:
            one = line["bound"]
            self._bound(seconds, used, one["goal"], one["bound"], one["given"])
        elif "plan" in line and (last_plan or self._new_moment(seconds)):
            self._plan(seconds, used, line["plan"])

    def _new_moment(self, seconds: float) -> bool:
        points = self.verdict["points"]
        return not points or not points[-1]["own"] or seconds >= points[-1]["seconds"] + self.moment

    def _plan(self, seconds: float, used: float, plan: Sequence[object]) -> None:
        assignments = [read_assignment(one, f"plan[{index}]") for index, one in enumerate(plan)]
        faults = faults_of(self.problem, assignments)
        if faults:
            self.verdict["faults"].append(f"{seconds:.1f} s: {faults[0].sentence}")
            return
        self._point(
            seconds, used, {name: float(value) for name, value in values(self.problem, assignments).items()}
        )

    def _point(self, seconds: float, used: float, worth: Mapping[str, float]) -> None:
        points = self.verdict["points"]
        if points and not surpasses(self.problem.objectives, worth, points[-1]["values"]):
            return
        points.append({"seconds": seconds, "processor": used, "values": dict(worth), "own": self.own})

    def _bound(
        self, seconds: float, used: float, goal: str, bound: float, given: Mapping[str, float]
    ) -> None:
        one = {"goal": goal, "bound": bound, "given": dict(given)}
        mine = [known for known in self.verdict["bounds"] if known["goal"] == goal]
        if mine and {key: mine[-1][key] for key in one} == one:
            return
        self.verdict["bounds"].append({"seconds": seconds, "processor": used, **one})

    def _event(self, seconds: float, used: float, event: Json) -> None:
        self.own = True
        if event["event"] in ("plan", "end"):
            objectives = event["objectives"]
            if objectives:
                self._point(seconds, used, {one["name"]: float(one["value"]) for one in objectives})
                self._bounds_of(seconds, used, objectives)
        elif event["event"] == "bound" and self.verdict["points"]:
            # It holds for plans with the earlier goals' values of the plan of that moment.
            now = self.verdict["points"][-1]["values"]
            self._bound(
                seconds, used, event["goal"], float(event["bound"]), self._earlier(event["goal"], now)
            )

    def _bounds_of(self, seconds: float, used: float, objectives: Sequence[Json]) -> None:
        now = {one["name"]: float(one["value"]) for one in objectives}
        for one in objectives:
            self._bound(seconds, used, one["name"], float(one["bound"]), self._earlier(one["name"], now))

    def _earlier(self, goal: str, now: Mapping[str, float]) -> dict[str, float]:
        goals = self.problem.objectives
        return {name: now[name] for name in goals[: goals.index(goal)]}

    def own_plan(self, path: Path, content: bytes, seconds: float, used: float) -> None:
        """The plan file of `outreach match`, with all that it claims."""
        if not path.is_file():
            self.verdict.update(points=[], bounds=[])
            return
        plan = read_plan(path.read_bytes())
        faults = check(self.problem, plan, sha256_of(content))
        if faults:
            self.verdict.update(points=[], bounds=[], faults=[fault.sentence for fault in faults[:3]])
            return
        self._point(seconds, used, {goal.name: float(goal.value) for goal in plan.objectives})
        objectives = [
            {"name": goal.name, "value": float(goal.value), "bound": float(goal.bound)}
            for goal in plan.objectives
        ]
        self._bounds_of(seconds, used, objectives)


def surpasses(goals: Sequence[str], worth: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether values are better by the goals in their order."""
    for goal in goals:
        if worth[goal] != other[goal]:
            return (worth[goal] > other[goal]) == (goal in MAXIMISED)
    return False


if __name__ == "__main__":
    main(sys.argv[1:])
