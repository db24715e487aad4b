"""Measure `outreach explain`: how many requests get which reason in the limit. `make bench ARGS="--explain small city"`.

A plan is made with `outreach match` (or given with `--plan`). Whatever is told with a plan is judged here: that plan is faultless,
has the request, and loses as much as was said. The funnel of one request is timed in a process of its own, which must not have
loaded OR-Tools: `python -m tests.bench.explaining PROBLEM`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outreach.matching.assignment_json import read_assignment
from outreach.matching.candidates import Finder
from outreach.matching.check import faults_of, values
from outreach.matching.funnel import funnel
from outreach.matching.plan_json import read_plan
from outreach.matching.problem import MAXIMISED, Assignment, Problem
from outreach.matching.problem_json import read_problem
from tests.bench.instances import Instance
from tests.bench.repairing import matched
from tests.bench.running import measured

Json = dict[str, Any]
SECONDS = 60.0
# So many requests, spread over the list, are asked for their funnel.
FUNNELS = 50
OPEN = "not-established"


def explained(
    one: Instance, folder: Path, plan: Path | None, limits: tuple[float, float], workers: int
) -> Json:
    """One instance explained; `limits`: seconds for the plan and for the rest. Raises for an untruth."""
    folder.mkdir(parents=True, exist_ok=True)
    start = plan or matched(one, folder, limits[0], workers)
    out = folder / "why.json"
    out.unlink(missing_ok=True)
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "outreach", "explain", one.path, start, "--out", out, "--quiet"]
    command += ["--seconds", limits[1], "--workers", workers]
    outcome = measured(list(map(str, command)), limits[1], one_core=False)
    if outcome.status or outcome.killed:
        raise RuntimeError(f"outreach explain ended with {outcome.status}: {outcome.last_words}")
    told = json.loads(out.read_text())["explanations"]
    problem = read_problem(one.path.read_bytes())
    for fault in faults(problem, read_plan(start.read_bytes()).assignments, told):
        raise RuntimeError(f"outreach explain said what is not so: {fault}")
    return {
        "instance": one.name,
        "limit": limits[1],
        "load": round(load, 1),
        "seconds": round(outcome.seconds, 2),
        "processor_seconds": round(outcome.processor_seconds, 2),
        "peak_megabytes": outcome.peak_megabytes,
        "reasons": Counter(each["reason"] for each in told),
        "proven": sum(bool(each["because"] and each["because"]["proven"]) for each in told),
        "helped": sum(bool(each["changes"]) for each in told),
        "changes": sum(len(each["changes"]) for each in told),
        "funnel": _funnel_times(one.path),
    }


def faults(problem: Problem, plan: tuple[Assignment, ...], told: list[Json]) -> Iterator[str]:
    """What the plans that were told of do not show."""
    before = values(problem, plan)
    for each in told:
        because, request = each["because"], each["request"]
        if because is None:
            continue
        new = {one["request"]: read_assignment(one, "") for one in because["instead"]}
        gone = {*new, *because["losing"]}
        after = [*(one for one in plan if one.request not in gone), *new.values()]
        for fault in faults_of(problem, after):
            yield f"{request}: {fault.sentence}"
        if request not in new:
            yield f"{request} has no place in its plan"
        reached = values(problem, after)
        for goal in problem.objectives:
            loss = (before[goal] - reached[goal]) * (1 if goal in MAXIMISED else -1)
            if goal == because["goal"] and float(loss) != because["loss"]:
                yield f"{request}: {goal} falls by {loss}, not by {because['loss']}"
            if goal == because["goal"] or loss:
                break


def _funnel_times(problem: Path) -> Json:
    command = [sys.executable, "-m", "tests.bench.explaining", str(problem)]
    found: Json = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def funnel_times(content: bytes) -> Json:
    """Milliseconds for the funnel of one request, with all that is worked out for it alone (the problem is there already)."""
    problem = read_problem(content)
    times = []
    for asked in problem.requests[:: max(1, len(problem.requests) // FUNNELS)]:
        began = time.perf_counter()
        funnel(Finder(problem), asked)
        times.append(1000 * (time.perf_counter() - began))
    if any(name.partition(".")[0] == "ortools" for name in sys.modules):
        raise RuntimeError("A funnel has loaded OR-Tools.")
    return {
        "requests": len(times),
        "median": round(statistics.median(times), 1),
        "most": round(max(times), 1),
    }


def line(run: Json) -> str:
    """What is printed of a run."""
    total = sum(run["reasons"].values())
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(run["reasons"].items()))
    share = run["reasons"].get(OPEN, 0) / max(1, total)
    funnels = run["funnel"]
    return (
        f"{run['instance']}: {total} requests in {run['seconds']:.1f} s ({run['processor_seconds']:.1f} s of processor, "
        f"{run['peak_megabytes']} MB, load {run['load']}); {reasons}; {share:.1%} not established; {run['proven']} losses proven; "
        f"{run['changes']} changes for {run['helped']} requests; one funnel {funnels['median']} ms, at most {funnels['most']} ms"
    )


if __name__ == "__main__":
    print(json.dumps(funnel_times(Path(sys.argv[1]).read_bytes())))
