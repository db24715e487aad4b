"""Measure the matching core beside its peers: `make bench`, or `python -m tests.bench.matching [INSTANCE...] [options]`;
with `rounds` as the first word the rounds of `rounds.py`.

On each instance every solver runs in a process of its own with the same limit, one after the other: once by the wall clock
with two workers (`wall`), once on one core with its processor seconds counted (`cpu`). Every plan is judged before it
counts. README.md beside this file explains the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.comparing import refuted, table
from tests.bench.drawing import growth, over_time, write
from tests.bench.explaining import SECONDS as EXPLAINING
from tests.bench.explaining import explained, line
from tests.bench.instances import GROWTH, MADE, SHAPES, Instance, instance
from tests.bench.recruiting import recruits
from tests.bench.repairing import repairs, summary
from tests.bench.running import Outcome, measured
from tests.bench.solvers import OURS, TITLES, Order, present

Json = dict[str, Any]
MODES = ("wall", "cpu")
SECONDS = {"tiny": 3.0, "small": 10.0, "city": 60.0, "startups": 180.0}
OTHERS_SECONDS = 60.0
# Judging a run: reading, and some hundred plans.
JUDGE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Task:
    """One instance to be measured in some modes."""

    name: str
    modes: tuple[str, ...] = MODES


QUICK = (Task("tiny", ("wall",)), Task("small"))
FULL = (
    *QUICK,
    Task("city"),
    Task("startups", ("wall",)),
    *(Task(name, ("wall",)) for name in (*SHAPES, *GROWTH)),
)


def main(arguments: list[str] | None = None) -> None:
    """Run what was asked for, print tables, write figures and plots."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["rounds"]:
        # Another question, of many rounds and not of one instance. Loaded here only: it solves in its own process,
        # and the process that measures others must stay small.
        from tests.bench import rounds

        rounds.main(words[1:])
        return
    chosen = _arguments(arguments)
    folder: Path = chosen.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / "matching.json"
    runs: list[Json] = json.loads(figures.read_text())["runs"] if chosen.add and figures.exists() else []
    others = ((chosen.repairs, _repairs), (chosen.recruit, _recruits), (chosen.explain, _explanations))
    for wanted, measure in others:
        if wanted:
            measure(chosen, folder)
            return
    solvers = present(chosen.solvers, folder / "timefold")
    for task in chosen.tasks:
        one = instance(task.name, folder / "instances")
        print(f"\n{one.name} ({one.source}), limit {_limit(chosen, task):g} s", flush=True)
        for mode in task.modes:
            for solver in solvers:
                run = one_run(one, solver, mode, _limit(chosen, task), chosen.workers, folder)
                runs = [other for other in runs if _key(other) != _key(run)] + [run]
                figures.write_text(json.dumps({"about": about(), "runs": runs}, indent=1) + "\n")
                print(f"  {TITLES[solver]}, {mode}: {_short(run)}", flush=True)
        report([run for run in runs if run["instance"] == task.name], folder)
    of_growth = {name: [run for run in runs if run["instance"] == name] for name in GROWTH}
    if sum(map(bool, of_growth.values())) > 1:
        write(growth({name: mine for name, mine in of_growth.items() if mine}), folder / "growth.svg")
    print(f"\nfigures and plots: {folder}")


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure the matching core beside its peers."
    )
    parser.add_argument("instances", nargs="*", help=f"of {', '.join(MADE)}; without any: tiny and small")
    parser.add_argument("--full", action="store_true", help="every instance: about two hours")
    parser.add_argument("--seconds", type=float, help="limit of each run instead of the instance's own")
    parser.add_argument("--workers", type=int, default=2, help="threads in the mode `wall`")
    parser.add_argument("--solvers", type=_names, help=f"of {','.join(TITLES)}")
    parser.add_argument("--modes", type=_names, help="wall,cpu or one of them")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="folder of figures and plots")
    parser.add_argument("--repairs", action="store_true", help="measure `outreach repair` instead")
    parser.add_argument("--slots", type=int, default=12, help="with --repairs: so many slots are cancelled")
    parser.add_argument("--draw", type=int, default=7, help="with --repairs: the seed that draws them")
    parser.add_argument("--explain", action="store_true", help="measure `outreach explain` instead")
    parser.add_argument(
        "--recruit", action="store_true", help="measure `outreach recruit` and `whatif` instead"
    )
    parser.add_argument("--plan", type=Path, help="with these and one instance: the plan to start from")
    parser.add_argument("--add", action="store_true", help="keep the runs that are in the folder already")
    chosen = parser.parse_args(arguments)
    for given, known in (
        (chosen.instances, MADE),
        (chosen.solvers or [], TITLES),
        (chosen.modes or [], MODES),
    ):
        unknown = [name for name in given if name not in known]
        if unknown:
            parser.error(f"there is no {unknown[0]!r}; there are {', '.join(known)}")
    quick = not (chosen.full or chosen.instances)
    # Timefold's Python is still at its preparations when a short limit is over.
    chosen.solvers = chosen.solvers or [name for name in TITLES if not (quick and name == "timefold-python")]
    tasks = [Task(name) for name in chosen.instances] or (FULL if chosen.full else QUICK)
    chosen.tasks = [Task(task.name, tuple(chosen.modes or task.modes)) for task in tasks]
    return chosen


def _repairs(chosen: argparse.Namespace, folder: Path) -> None:
    """Repairs of the instances named, or of small and city."""
    runs: list[Json] = []
    for task in chosen.tasks if chosen.instances else (Task("small"), Task("city")):
        one = instance(task.name, folder / "instances")
        print(f"\n{one.name} ({one.source})", flush=True)
        limits = _limit(chosen, task), chosen.workers, chosen.slots, chosen.draw
        found = repairs(one, folder / "repairs", chosen.plan, *limits)
        print(f"\n{summary(found)}", flush=True)
        runs += found
        (folder / "repairs.json").write_text(json.dumps({"about": about(), "runs": runs}, indent=1) + "\n")


def _explanations(chosen: argparse.Namespace, folder: Path) -> None:
    """Explanations of the instances named, or of small and city."""
    runs: list[Json] = []
    for task in chosen.tasks if chosen.instances else (Task("small"), Task("city")):
        one = instance(task.name, folder / "instances")
        limits = _limit(chosen, task), chosen.seconds or EXPLAINING
        runs.append(explained(one, folder / "explanations", chosen.plan, limits, chosen.workers))
        print(line(runs[-1]), flush=True)
        (folder / "explanations.json").write_text(
            json.dumps({"about": about(), "runs": runs}, indent=1) + "\n"
        )


def _recruits(chosen: argparse.Namespace, folder: Path) -> None:
    """Extra slots and scenarios of the instances named, or of small and city."""
    runs: list[Json] = []
    for task in chosen.tasks if chosen.instances else (Task("small"), Task("city")):
        one = instance(task.name, folder / "instances")
        print(f"\n{one.name} ({one.source})", flush=True)
        limits = _limit(chosen, task), chosen.seconds or OTHERS_SECONDS
        runs += recruits(one, folder / "recruit", chosen.plan, limits, chosen.workers)
        (folder / "recruit.json").write_text(json.dumps({"about": about(), "runs": runs}, indent=1) + "\n")


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _limit(chosen: argparse.Namespace, task: Task) -> float:
    seconds: float = chosen.seconds or SECONDS.get(task.name, OTHERS_SECONDS)
    return seconds


def _key(run: Json) -> tuple[str, str, str]:
    return run["instance"], run["mode"], run["solver"]


def about() -> Json:
    """The machine and the day."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "python": platform.python_version(),
        "ortools": version("ortools"),
    }


def one_run(one: Instance, solver: str, mode: str, limit: float, workers: int, folder: Path) -> Json:
    """One solver on one instance: run, judge, and everything worth keeping about it."""
    plan = folder / "plan.json"
    plan.unlink(missing_ok=True)
    load = os.getloadavg()[0]
    one_core = mode == "cpu"
    order = Order(solver, one.path, limit, 1 if one_core else workers, plan, folder / "timefold")
    outcome = measured(order.command(), limit, one_core=one_core)
    verdict = _judged(one.path, outcome, limit, plan if solver == OURS else None, folder)
    if outcome.status and not outcome.killed:
        verdict["notes"].insert(0, f"ended with {outcome.status}: {outcome.last_words[:120]}")
    return {
        "instance": one.name,
        "source": one.source,
        "solver": solver,
        "mode": mode,
        "limit": limit,
        "workers": order.workers,
        "load": round(load, 1),
        "seconds": round(outcome.seconds, 2),
        "processor_seconds": round(outcome.processor_seconds, 2),
        "peak_megabytes": outcome.peak_megabytes,
        "killed": outcome.killed,
        **verdict,
    }


def _judged(problem: Path, outcome: Outcome, limit: float, plan: Path | None, folder: Path) -> Json:
    said = folder / "said.json"
    times = {"seconds": outcome.seconds, "processor_seconds": outcome.processor_seconds, "limit": limit}
    said.write_text(json.dumps({"lines": outcome.lines, "plan": str(plan) if plan else None, **times}))
    command = [sys.executable, "-m", "tests.bench.judging", str(problem), str(said)]
    judge = subprocess.run(command, check=True, capture_output=True, text=True, timeout=JUDGE_SECONDS)
    said.unlink()
    verdict: Json = json.loads(judge.stdout)
    return verdict


def _short(run: Json) -> str:
    if not run["points"]:
        return f"no plan in {run['seconds']:.1f} s {(run['faults'] or run['notes'] or [''])[0]}"
    values = ", ".join(f"{goal} {value:,.10g}" for goal, value in run["points"][-1]["values"].items())
    return f"{values} after {run['seconds']:.1f} s, {run['processor_seconds']:.1f} s of processor"


def report(runs: Sequence[Json], folder: Path) -> None:
    """Tables and plots of one instance."""
    for mode in MODES:
        if any(run["mode"] == mode for run in runs):
            name = runs[0]["instance"]
            title = (
                "equal wall seconds, two workers" if mode == "wall" else "equal processor seconds, one core"
            )
            print(f"\n**{name}, {title}**\n\n{table(runs, mode)}", flush=True)
            write(over_time(runs, mode), folder / f"{name}-{mode}.svg")
    for contradiction in refuted(runs):
        print(f"\nCONTRADICTION: {contradiction}", flush=True)


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s in all")
