"""Measure `outreach recruit` and `outreach whatif`: `make bench ARGS="--recruit small city"`.

A plan is made with `outreach match` (or given with `--plan`); then each command runs in a process of its own. Each slot is judged
here once more, by `faults_of`, against the problem with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import faults_of
from outreach.matching.plan_json import read_plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.scenarios.applying import apply
from outreach.matching.scenarios.reading import read_scenario
from tests.bench.instances import Instance
from tests.bench.repairing import matched
from tests.bench.running import measured

Json = dict[str, Any]
SCENARIOS = ("firms=12", "closed=monday", "travel=45")
HEAD = "| instance | command | limit | wall | processor | peak | load | what was found |"


def recruits(
    one: Instance, folder: Path, plan: Path | None, limits: tuple[float, float], workers: int
) -> list[Json]:
    """Both commands on one instance; prints the table as it grows. `limits`: of the plan and of each command's solutions."""
    folder.mkdir(parents=True, exist_ok=True)
    start = plan or matched(one, folder, limits[0], workers)
    problem = read_problem(one.path.read_bytes())
    print(f"\n{HEAD}\n|{'---|' * HEAD.count(' | ')}---|", flush=True)
    slots, compared = folder / "slots.json", folder / "whatif.json"
    found = []
    jobs: list[tuple[str, list[object], Path]] = [("recruit", [start], slots)]
    jobs += [(f"whatif {text}", [text, "--plan", start], compared) for text in SCENARIOS]
    for name, words, out in jobs:
        run = _one([name.split()[0], one.path, *words], limits[1], workers, out)
        told = json.loads(out.read_text())
        run |= {"instance": one.name, "command": name, "limit": limits[1]}
        if out == slots:
            run |= {"found": _slots(told), "faults": _judged(problem, start, told)}
        else:
            run |= {"found": _scenario(told["scenarios"][0]), "faults": []}
        found.append(run)
        print(row(run), flush=True)
    return found


def _one(words: Sequence[object], limit: float, workers: int, out: Path) -> Json:
    out.unlink(missing_ok=True)
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "outreach", *words, "--out", out, "--quiet"]
    command += ["--seconds", limit, "--workers", workers]
    outcome = measured(list(map(str, command)), limit, one_core=False)
    if outcome.status or outcome.killed:
        raise RuntimeError(f"outreach {words[0]} ended with {outcome.status}: {outcome.last_words}")
    return {
        "load": round(load, 1),
        "seconds": round(outcome.seconds, 2),
        "processor_seconds": round(outcome.processor_seconds, 2),
        "peak_megabytes": outcome.peak_megabytes,
    }


def _slots(told: Json) -> str:
    counts = [one["groups"]["value"] for one in told["slots"]]
    proven = sum(one["groups"]["proven"] for one in told["slots"])
    best = max(counts, default=0)
    return (
        f"{told['ideas']:,} scored, {told['tried']} tried, {len(counts)} confirmed, the best {best} "
        f"(groups in all {sum(counts)}), {proven} proven to be the most"
    )


def _scenario(told: Json) -> str:
    goals = []
    for goal in told.get("goals", []):
        gap = goal["difference"]
        sure = "" if gap["least"] is None else f" ({gap['least']:+,} to {gap['most']:+,})"
        goals.append(f"{goal['name']} {gap['value']:+,}{sure}")
    people = (
        f"{len(told.get('gains', []))} gain, {len(told.get('losses', []))} lose, {told.get('moves', 0)} move"
    )
    return f"{told['status']}: {', '.join(goals)}; {people}"


def _judged(problem: Problem, plan: Path, told: Json) -> list[str]:
    """What is wrong with the plans that show what a slot brings; nothing, it is hoped."""
    before = {one.request: one for one in read_plan(plan.read_bytes()).assignments}
    found = []
    for slot in told["slots"]:
        scenario = {"format": "outreach-scenario/1", "name": "slot", "changes": [slot["add"]]}
        moved = [read_assignment(one["to"], "") for one in (*slot["moves"], *slot["gains"])]
        after = before | {one.request: one for one in moved}
        found += [
            fault.sentence
            for fault in faults_of(
                apply(problem, read_scenario(json.dumps(scenario).encode())), list(after.values())
            )
        ]
    return found


def row(run: Json) -> str:
    """One line of the table."""
    cells = [run["instance"], run["command"], f"{run['limit']:g} s", f"{run['seconds']:.1f} s"]
    cells += [
        f"{run['processor_seconds']:.1f} s",
        f"{run['peak_megabytes']} MB",
        f"{run['load']}",
        run["found"],
    ]
    faults = f" FAULTY: {run['faults'][0]}" if run["faults"] else ""
    return f"| {' | '.join(cells)} |{faults}"
