"""One peer on one problem, in a process of its own: `python -m tests.bench.peers NAME PROBLEM --deadline SECONDS [--workers N]`.

`deadline` is a moment of `time.monotonic()`, which all processes of a machine share: start-up and reading count. What the peer
finds goes to stdout in the lines of `saying.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from tests.bench.peers.deferred import deferred_acceptance
from tests.bench.peers.queues import first_come_first_served
from tests.bench.peers.saying import say_plan, say_start


def main(arguments: list[str] | None = None) -> None:
    """Read, solve, say."""
    parser = argparse.ArgumentParser(description="One peer on one problem.")
    parser.add_argument("name", choices=sorted(PEERS))
    parser.add_argument("problem", type=Path)
    parser.add_argument("--deadline", type=float, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timefold", type=Path, help="the folder of Timefold's virtual environment")
    chosen = parser.parse_args(arguments)
    PEERS[chosen.name](read_problem(chosen.problem.read_bytes()), chosen)


def _fcfs(problem: Problem, _: argparse.Namespace) -> None:
    say_start()
    first_come_first_served(problem, say_plan)


def _deferred(problem: Problem, _: argparse.Namespace) -> None:
    say_start()
    deferred_acceptance(problem, say_plan)


def _exact(name: str) -> Callable[[Problem, argparse.Namespace], None]:
    def run(problem: Problem, chosen: argparse.Namespace) -> None:
        # Here and not at the top: the others need no OR-Tools, and their memory is measured.
        from tests.bench.peers.exact import ENGINES, Turns

        Turns(problem, ENGINES[name], chosen.workers, chosen.deadline).run()

    return run


def _timefold(language: str) -> Callable[[Problem, argparse.Namespace], None]:
    def run(problem: Problem, chosen: argparse.Namespace) -> None:
        from tests.bench.timefold.start import become

        become(language, problem, chosen.timefold, chosen.deadline)

    return run


PEERS: dict[str, Callable[[Problem, argparse.Namespace], None]] = {
    "fcfs": _fcfs,
    "deferred": _deferred,
    **{name: _exact(name) for name in ("cp-sat", "cp-sat-lns", "highs", "scip")},
    "timefold-java": _timefold("java"),
    "timefold-python": _timefold("python"),
}

if __name__ == "__main__":
    main(sys.argv[1:])
