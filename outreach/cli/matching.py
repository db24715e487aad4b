"""`outreach match` and `outreach check`: the solver and the judge on files, with no database and no Flask."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from outreach.cli.files import (
    CONTRADICTION,
    FILE,
    LEAST,
    THREADS,
    leave,
    plan_in,
    problem_in,
    seconds_option,
    seed_option,
    stopped_by_signals,
    workers_option,
    writable,
)
from outreach.cli.progress import ProgressLine
from outreach.matching.assignment_json import assignment_json
from outreach.matching.check import check, values
from outreach.matching.plan import CONTRADICTORY, OPTIMAL, Plan
from outreach.matching.plan_json import write_plan
from outreach.matching.problem import Assignment, Problem

Event = dict[str, object]


@click.command("match", short_help="Find the best plan for a problem file.")
@click.argument("problem_file", metavar="PROBLEM", type=FILE)
@click.option(
    "--out", type=FILE, required=True, help="Where the plan goes; each better plan replaces it at once."
)
@seconds_option(60.0)
@workers_option(THREADS, "Threads of the solver.")
@seed_option
@click.option("--start", type=FILE, help="A plan to begin with; the result is never worse.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@click.option("--json-lines", is_flag=True, help="Each event as a line of JSON on stdout.")
def match_command(
    problem_file: Path,
    out: Path,
    seconds: float,
    workers: int,
    seed: int,
    start: Path | None,
    quiet: bool,
    json_lines: bool,
) -> None:
    """Find the best plan for PROBLEM (outreach-matching/1) and write it to --out (outreach-plan/1).

    The plan also carries the duals of the goals that count who is served: `outreach repair` begins with them.

    Ctrl-C keeps the best plan found so far. Exit code 0 with a plan, 2 for refused input, 3 for pins that contradict each other
    (they are named), 1 where the time was over before it was known whether the pins do.

    Example: outreach match spring.json --out plan.json --seconds 30
    """
    # The limit is one for the whole command: reading a city's problem takes a second of it.
    deadline = time.monotonic() + seconds
    problem, sha256 = problem_in(problem_file)
    given = plan_in(start).assignments if start else ()
    writable(out, problem_file)
    line = ProgressLine(seconds, quiet=quiet)

    def on_event(event: Event) -> None:
        line.show(event)
        if json_lines:
            click.echo(json.dumps(event))

    with stopped_by_signals() as stop:

        def asked_to_stop() -> bool:
            line.tick()
            return stop.is_set()

        plan = _solved(problem, given, sha256, out, asked_to_stop, on_event, (deadline, workers, seed))
    _end(plan, "" if quiet else f"{out} has {_summary(problem, plan)}")


def _solved(
    problem: Problem,
    given: tuple[Assignment, ...],
    sha256: str,
    out: Path,
    stop: Callable[[], bool],
    on_event: Callable[[Event], None],
    effort: tuple[float, int, int],
) -> Plan:
    # Here and not at the top: `outreach check` needs no OR-Tools.
    from outreach.matching.solve import NoPlanInTime, solve

    deadline, workers, seed = effort
    try:
        plan = solve(
            problem,
            seconds=max(LEAST, deadline - time.monotonic()),
            workers=workers,
            seed=seed,
            sha256=sha256,
            start=given,
            on_event=on_event,
            on_plan=lambda plan: write_plan(plan, out),
            stop=stop,
        )
    except NoPlanInTime as error:
        click.echo(f"outreach match: {error}", err=True)
        raise SystemExit(1) from None
    write_plan(plan, out)
    return plan


def _summary(problem: Problem, plan: Plan) -> str:
    best = "the best plan there is" if plan.status == OPTIMAL else "the best plan found"
    return f"{best}: {len(plan.assignments)} of {len(problem.requests)} requests placed"


def _end(plan: Plan, summary: str) -> NoReturn:
    code = 0
    if plan.status == CONTRADICTORY:
        code = CONTRADICTION
        pins = ", ".join(json.dumps(assignment_json(pin), ensure_ascii=False) for pin in plan.conflict)
        summary = f"these pins cannot be kept together: {pins}"
    if summary:
        click.echo(f"outreach match: {summary}", err=True)
    leave(code)


@click.command("check", short_help="Judge a plan file.")
@click.argument("problem_file", metavar="PROBLEM", type=FILE)
@click.argument("plan_file", metavar="PLAN", type=FILE)
def check_command(problem_file: Path, plan_file: Path) -> None:
    """Judge PLAN (outreach-plan/1) against PROBLEM (outreach-matching/1), independently of the solver.

    Prints the recomputed values, then one sentence for every broken rule and every claim that is not true. Exit code 0 when there
    is none, 1 otherwise, 2 when a file cannot be read.

    Example: outreach check spring.json plan.json
    """
    problem, sha256 = problem_in(problem_file)
    plan = plan_in(plan_file)
    for goal, value in values(problem, plan.assignments).items():
        click.echo(f"{goal} {value}")
    faults = check(problem, plan, sha256)
    for fault in faults:
        click.echo(f"{fault.rule}: {fault.sentence}")
    if not faults:
        click.echo(f"{len(plan.assignments)} of {len(problem.requests)} requests placed, no fault found")
    raise SystemExit(1 if faults else 0)
