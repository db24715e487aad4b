"""Six rounds in a row, with and without the fairness ledger: `make bench ARGS="rounds demo"`, or `"rounds city"`.

Each round is drawn anew (`drawn.py`), the same for everybody: first come first served, deferred acceptance, ours with all
weights equal, and ours with the weights that the ledger's rule gives. Every plan is judged. What went wrong afterwards counts:
a place called off or given back late was not had. The figures and the table are in `served.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.matching.check import faults_of
from outreach.matching.fairness import BASE, ROUNDS, Balance, Tally, weight_of
from outreach.matching.problem import Assignment, Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.solve import solve
from tests.bench.drawn import Draw, drawn, mishap, place_of
from tests.bench.generate import city
from tests.bench.instances import SEED, instance
from tests.bench.peers.deferred import deferred_acceptance
from tests.bench.peers.queues import first_come_first_served
from tests.bench.served import curves, figures_of, table

Json = dict[str, Any]
# A plan, and whether it is proven that no other serves more need, and none of those more groups.
Matched = tuple[Sequence[Assignment], bool]
Match = Callable[[Problem], Matched]
History = Mapping[str, Sequence[Tally]]
LEDGER, CONSTANT = "outreach", "outreach-constant"


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a city, how scarce its places, and how long ours may take for one round."""

    supply: float
    seconds: float


SCALES = {"demo": Scale(0.12, 30.0), "city": Scale(0.3, 25.0)}


def main(arguments: list[str] | None = None) -> None:
    """Play the rounds, print the table, write figures and plot."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=rounds", description="Six rounds in a row.")
    parser.add_argument("scale", nargs="?", choices=sorted(SCALES), default="demo")
    parser.add_argument("--seconds", type=float, help="limit of ours in each round")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--seeds", type=int, default=1, help="so many cities' worth of chance, one after the other"
    )
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    chosen = parser.parse_args(arguments)
    folder = chosen.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    scale = SCALES[chosen.scale]
    seconds = chosen.seconds or scale.seconds
    document, source = _document(chosen.scale, folder)
    print(f"{chosen.scale} ({source}), {seconds:g} s a round for ours", flush=True)
    draws = [Draw(document, scale.supply, SEED + number) for number in range(chosen.seeds)]
    played = [play(draw, matchers(seconds, chosen.workers)) for draw in draws]
    figures = figures_of(played)
    about = {
        "scale": chosen.scale,
        "source": source,
        "seconds": seconds,
        "workers": chosen.workers,
        **machine(),
    }
    found = {"about": about | {"seeds": [draw.seed for draw in draws]}, "figures": figures, "rounds": played}
    (folder / f"rounds-{chosen.scale}.json").write_text(json.dumps(found, indent=1) + "\n")
    (folder / f"rounds-{chosen.scale}.svg").write_text(curves(chosen.scale, played), encoding="utf-8")
    print(f"\n{table(figures)}\n\nfigures and plot: {folder}")


def machine() -> Json:
    """What the figures were measured on."""
    about = {"machine": f"{platform.system()} {platform.machine()}", "cores": os.cpu_count()}
    return about | {"python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}


def _document(scale: str, folder: Path) -> tuple[Json, str]:
    if scale == "demo":
        return city(60, 20, SEED), "generated"
    one = instance(scale, folder / "instances")
    return json.loads(one.path.read_text()), one.source


def matchers(seconds: float, workers: int) -> dict[str, Match]:
    """Who matches, by name. The two of ours differ in the weights alone: the same problem, as the first round is, is solved once.

    Else the load of the machine, and not the ledger, would tell them apart before anybody has a history."""
    known: dict[bytes, Matched] = {}

    def ours(problem: Problem) -> Matched:
        content = problem_bytes(problem)
        if content not in known:
            plan = solve(problem, seconds=seconds, workers=workers)
            known[content] = plan.assignments, all(goal.proven for goal in plan.objectives[:2])
        return known[content]

    return {
        "fcfs": _last_of(first_come_first_served),
        "deferred": _last_of(deferred_acceptance),
        CONSTANT: ours,
        LEDGER: ours,
    }


def _last_of(peer: Callable[[Problem, Callable[[list[Assignment]], None]], None]) -> Match:
    def match(problem: Problem) -> Matched:
        said: list[list[Assignment]] = []
        peer(problem, said.append)
        return said[-1], False

    return match


def play(draw: Draw, matching: Mapping[str, Match], rounds: int | None = None) -> dict[str, list[Json]]:
    """The rounds of each matcher: for each round its counts by school, and how long the matching took."""
    return {name: _rounds(draw, name, match, rounds or ROUNDS) for name, match in matching.items()}


def _rounds(draw: Draw, name: str, match: Match, rounds: int) -> list[Json]:
    history: dict[str, list[Tally]] = defaultdict(list)
    told = []
    for number in range(1, rounds + 1):
        problem = read_problem(json.dumps(drawn(draw, number, _weights(draw, name, history))).encode())
        began = time.monotonic()
        plan, proven = match(problem)
        seconds = time.monotonic() - began
        faults = faults_of(problem, plan)
        if faults:
            raise RuntimeError(f"{name}, round {number}: {faults[0].sentence}")
        tallies = _lived(draw, number, problem, plan)
        for school, tally in tallies.items():
            history[school].insert(0, tally)
        told.append({"proven": proven, "seconds": round(seconds, 1), **_told(problem, plan, tallies)})
        print(f"  {name}, round {number}: {told[-1]['groups']} groups, {seconds:.1f} s", flush=True)
    return told


def _weights(draw: Draw, name: str, history: History) -> dict[str, int]:
    """By the rule where the ledger is switched on; deferred acceptance ranks by weights too, and gets equal ones."""
    schools = [school["id"] for school in draw.document["schools"]]
    if name != LEDGER:
        return dict.fromkeys(schools, BASE)
    return {school: weight_of(Balance(tuple(history.get(school, ()))[:ROUNDS])) for school in schools}


def _lived(draw: Draw, number: int, problem: Problem, plan: Sequence[Assignment]) -> dict[str, Tally]:
    """What became of the round, by school."""
    asked = Counter(one.school for one in problem.requests)
    ends: dict[str, Counter[str]] = defaultdict(Counter)
    for one in plan:
        ends[problem.visit_request[one.request].school][mishap(draw, number, place_of(one), one.request)] += 1
    return {school: Tally(asked=count, **ends[school]) for school, count in asked.items()}


def _told(problem: Problem, plan: Sequence[Assignment], tallies: Mapping[str, Tally]) -> Json:
    return {
        "requests": len(problem.requests),
        "groups": len(plan),
        "schools": {school: [one.asked, one.had] for school, one in tallies.items()},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
