"""`outreach explain`: why each unplaced request of a plan file has no place, and what would help."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.cli.files import (
    FILE,
    LEAST,
    fitting,
    leave,
    plan_in,
    problem_in,
    refuse,
    seconds_option,
    stopped_by_signals,
    workers_option,
    writable,
)
from outreach.matching.explanation import Explanation
from outreach.matching.explanation_json import explanations_json, new_value
from outreach.matching.plan import Plan
from outreach.matching.plan_json import write_at_once
from outreach.matching.problem import Problem

if TYPE_CHECKING:
    import threading


@click.command("explain", short_help="Say why requests of a plan file have no place.")
@click.argument("problem_file", metavar="PROBLEM", type=FILE)
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--out", type=FILE, required=True, help="Where the explanations go (outreach-why/1).")
@click.option("--request", "requests", multiple=True, help="Only this request; may be given several times.")
@seconds_option(60.0, "Time limit; what it does not suffice for is called not-established.")
@workers_option(2, "Processes.")
@click.option("--quiet", is_flag=True, help="No progress and no summary on stderr.")
def explain_command(
    problem_file: Path,
    plan_file: Path,
    out: Path,
    requests: tuple[str, ...],
    seconds: float,
    workers: int,
    quiet: bool,
) -> None:
    """Explain every request of PROBLEM (outreach-matching/1) that PLAN (outreach-plan/1) leaves without a place.

    Each explanation has the funnel of the candidate rules, the reason (no-candidate, impossible, outcompeted, not-worth-it or
    not-established), the goal that would fall if the request were forced in, and changes of the request that give it a place while
    nobody loses one. Everything is verified. Ctrl-C keeps what is known. Exit code 0, or 2 for refused input.

    Example: outreach explain spring.json plan.json --out why.json --request R17
    """
    began = time.monotonic()
    problem, sha256 = problem_in(problem_file)
    plan = plan_in(plan_file)
    fitting(plan, plan_file, problem, sha256)
    writable(out, problem_file)
    writable(out, plan_file, "plan")
    with stopped_by_signals() as stop:
        left = max(LEAST, began + seconds - time.monotonic())
        found = _explained(problem, plan, plan_file, requests or None, left, workers, quiet, stop)
    document = explanations_json(problem, sha256, found, time.monotonic() - began)
    write_at_once((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(), out)
    if not quiet:
        _summarise(found, out, few=bool(requests))
    leave(0)


def _explained(
    problem: Problem,
    plan: Plan,
    plan_file: Path,
    requests: Sequence[str] | None,
    seconds: float,
    workers: int,
    quiet: bool,
    stop: threading.Event,
) -> list[Explanation]:
    # Here and not at the top: the command's help needs no OR-Tools.
    from outreach.matching.explain import NoSuchRequest, explain
    from outreach.matching.explaining.stand import Unfit
    from outreach.matching.solving.engine import OutOfTime

    def progress(phase: str, done: int, of: int) -> None:
        if not quiet and done % 50 == 0:
            click.echo(f"outreach explain: {phase} {done} of {of}", err=True)

    try:
        return explain(
            problem,
            plan,
            requests=requests,
            seconds=seconds,
            workers=workers,
            on_progress=progress,
            stop=stop.is_set,
        )
    except (NoSuchRequest, Unfit) as why:
        refuse(f"{plan_file}: {why}")
    except OutOfTime:
        refuse(f"--seconds {seconds:g}: not even the candidates were found in this time")


def _summarise(found: Sequence[Explanation], out: Path, *, few: bool) -> None:
    reasons = Counter(one.reason for one in found)
    helped = sum(bool(one.changes) for one in found)
    counts = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    click.echo(f"outreach explain: {out} explains {len(found)} requests: {counts}", err=True)
    click.echo(f"outreach explain: for {helped} of them a change of their own would help", err=True)
    for one in found if few else ():
        _tell(one)


def _tell(one: Explanation) -> None:
    """One explanation in words."""
    click.echo(f"{one.request}: {one.reason}")
    before = None
    for step in one.funnel:
        lost = "" if before is None else f" ({before - step.slots - step.team_windows} fewer)"
        click.echo(f"  {step.rule}: {step.slots} slots, {step.team_windows} team windows{lost}")
        before = step.slots + step.team_windows
    if one.because is not None:
        sure = "" if one.because.proven else " (at most)"
        click.echo(f"  with it in the plan, {one.because.goal} falls by {one.because.loss}{sure}")
    for change in one.changes:
        value = "another half-day or day" if change.field == "windows" else json.dumps(new_value(change))
        click.echo(f"  would be placed with {change.field}: {value}")
