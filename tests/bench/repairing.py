"""Measure `outreach repair`: times and counts after cancelled slots and lost days. `make bench ARGS="--repairs small city"`.

A plan is made with `outreach match` (or given with `--plan`), then each event strikes it alone, in a process of its own with the
limit that was promised for it. Each new plan is judged here, by `faults_of`, against the problem that the events have made.
"""

from __future__ import annotations

import compileall
import json
import os
import random
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import outreach
from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import faults_of
from outreach.matching.plan_json import read_plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.repairing.applying import apply, start_of
from outreach.matching.repairing.events_json import read_events
from outreach.matching.times import DAY, date_text
from tests.bench.instances import Instance
from tests.bench.running import measured

Json = dict[str, Any]
DAYS = 3
SLOT_SECONDS, DAY_SECONDS = 3.0, 15.0
HEAD = (
    "| instance | event | fell | wall | processor | peak | load | fewest schools | same dates | most served |"
)


def repairs(
    one: Instance, folder: Path, plan: Path | None, match_seconds: float, workers: int, slots: int, draw: int
) -> list[Json]:
    """Every event on one instance, so many slots among them; prints the table as it grows."""
    folder.mkdir(parents=True, exist_ok=True)
    # As after a first run: whoever lets Python write no bytecode would measure the compiler, in every process.
    compileall.compile_dir(Path(outreach.__path__[0]), quiet=1)
    start = plan or matched(one, folder, match_seconds, workers)
    problem = read_problem(one.path.read_bytes())
    print(f"\n{HEAD}\n|{'---|' * HEAD.count(' | ')}---|", flush=True)
    found = []
    for name, event, limit in events(problem, start, slots, draw):
        file = folder / "events.json"
        file.write_text(json.dumps({"format": "outreach-events/1", "events": [event]}))
        run = _one(one, start, file, limit, workers, folder) | {"event": name, "limit": limit}
        run["faults"] = _judged(problem, start, file, folder / "repair.json")
        found.append(run)
        print(row(run), flush=True)
    return found


def events(problem: Problem, plan: Path, slots: int, draw: int) -> Iterator[tuple[str, Json, float]]:
    """So many slots in use, the fullest day, and other days with bookings; always the same ones for the same draw."""
    assignments = read_plan(plan.read_bytes()).assignments
    rng = random.Random(draw)
    used = sorted({one.slot for one in assignments if one.slot})
    for slot in rng.sample(used, min(slots, len(used))):
        yield f"slot {slot} cancelled", {"kind": "slot-cancelled", "slot": slot}, SLOT_SECONDS
    days = Counter(start_of(problem, one) // DAY for one in assignments)
    fullest = max(days, key=lambda day: (days[day], -day))
    others = rng.sample(sorted(days.keys() - {fullest}), min(DAYS - 1, len(days) - 1))
    for day in (fullest, *others):
        yield f"{date_text(day)} lost", {"kind": "day-lost", "day": date_text(day)}, DAY_SECONDS


def matched(one: Instance, folder: Path, seconds: float, workers: int) -> Path:
    """A plan of the instance by `outreach match`."""
    plan = folder / f"{one.name}-before.json"
    command = [sys.executable, "-m", "outreach", "match", one.path, "--out", plan, "--quiet"]
    command += ["--seconds", seconds, "--workers", workers]
    subprocess.run(list(map(str, command)), check=True)
    return plan


def _one(one: Instance, plan: Path, events_file: Path, limit: float, workers: int, folder: Path) -> Json:
    out = folder / "repair.json"
    out.unlink(missing_ok=True)
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "outreach", "repair", one.path, plan, events_file, "--out", out]
    command += ["--seconds", limit, "--workers", workers]
    outcome = measured(list(map(str, command)), limit, one_core=False)
    if outcome.status or outcome.killed:
        raise RuntimeError(f"outreach repair ended with {outcome.status}: {outcome.last_words}")
    told = json.loads(out.read_text())
    return {
        "instance": one.name,
        "fell": len(told["fallen"]),
        "load": round(load, 1),
        "seconds": round(outcome.seconds, 2),
        "processor_seconds": round(outcome.processor_seconds, 2),
        "peak_megabytes": outcome.peak_megabytes,
        "answers": {answer["policy"]: _short(answer) for answer in told["answers"]},
    }


def _short(answer: Json) -> Json:
    counts = {key: len(answer[key]) for key in ("moves", "losses", "gains", "schools")}
    return counts | {key: answer[key] for key in ("changes", "proven", "after", "proof", "seconds")}


def _judged(problem: Problem, plan: Path, events_file: Path, out: Path) -> list[str]:
    """What is wrong with the new plans; nothing, it is hoped."""
    changed = apply(problem, read_plan(plan.read_bytes()).assignments, read_events(events_file.read_bytes()))
    return [
        fault.sentence
        for answer in json.loads(out.read_text())["answers"]
        for fault in faults_of(changed.problem, [read_assignment(one, "") for one in answer["assignments"]])
    ]


def row(run: Json) -> str:
    """One line of the table."""
    cells = [run["instance"], run["event"], str(run["fell"]), f"{run['seconds']:.1f} s"]
    cells += [f"{run['processor_seconds']:.1f} s", f"{run['peak_megabytes']} MB", f"{run['load']}"]
    cells += [cell(answer) for answer in run["answers"].values()]
    faults = f" FAULTY: {run['faults'][0]}" if run["faults"] else ""
    return f"| {' | '.join(cells)} |{faults}"


def cell(answer: Json) -> str:
    """A policy's own measures with their bounds, and what became of the bookings."""
    measures = []
    for proof in answer["proof"]:
        measures.append(f"{proof['measure']} {proof['value']:,} {_bound(proof)}")
        if proof["measure"] == "changes":
            break
    return (
        f"{', '.join(measures)}; {answer['moves']} moved, {answer['losses']} lost, {answer['gains']} gained"
    )


def _bound(proof: Json) -> str:
    return "proven" if proof["proven"] else f"(bound {proof['bound']:,})"


def summary(runs: Sequence[Json]) -> str:
    """How many of the decisive measures were proven, and the wall times of slots and of days."""
    lines = []
    for limit in sorted({run["limit"] for run in runs}):
        mine = [run for run in runs if run["limit"] == limit]
        proven = {
            policy: sum(run["answers"][policy]["proven"] for run in mine) for policy in mine[0]["answers"]
        }
        said = ", ".join(f"{policy} {count}" for policy, count in proven.items())
        walls = [run["seconds"] for run in mine]
        lines.append(
            f"limit {limit:g} s: {len(mine)} events, median {statistics.median(walls):.2f} s, slowest {max(walls):.2f} s,"
            f" {sum(wall > limit for wall in walls)} over the limit; proven: {said}"
        )
    return "\n".join(lines)
