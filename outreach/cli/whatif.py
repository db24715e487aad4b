"""`outreach whatif`: scenarios of a problem file solved and compared, on files, with no database and no Flask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.cli.files import (
    CONTRADICTION,
    FILE,
    THREADS,
    fitting,
    leave,
    plan_in,
    problem_in,
    refuse,
    scenario_in,
    seconds_option,
    seed_option,
    stopped_by_signals,
    workers_option,
    writable,
)
from outreach.cli.tables import table
from outreach.matching.plan import CONTRADICTORY, Plan
from outreach.matching.plan_json import write_at_once
from outreach.matching.problem import Problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.scenarios.scenario import Scenario
from outreach.matching.scenarios.short import is_short, short_scenario

if TYPE_CHECKING:
    import threading

    from outreach.matching.scenarios.comparing import Compared, Comparison
    from outreach.matching.whatif import Answer, WhatIf

Effort = tuple[float, int, int]
DISTRICTS = ("district", "requests", "placed", "", "schools", "served", "")


@click.command("whatif", short_help="Solve scenarios of a problem file and compare them.")
@click.argument("problem_file", metavar="PROBLEM", type=FILE)
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True)
@click.option("--out", type=FILE, required=True, help="Where the comparison goes (outreach-whatif/1).")
@click.option(
    "--plan", "plan_file", type=FILE, help="The plan to compare with; without it PROBLEM is solved first."
)
@seconds_option(60.0, "Time limit of each solution.")
@workers_option(THREADS, "Threads of the solver.")
@seed_option
@click.option("--quiet", is_flag=True, help="No progress and no tables.")
@click.option("--json-lines", is_flag=True, help="Each event as a line of JSON on stdout, and no tables.")
def whatif_command(
    problem_file: Path,
    scenarios: tuple[str, ...],
    out: Path,
    plan_file: Path | None,
    seconds: float,
    workers: int,
    seed: int,
    quiet: bool,
    json_lines: bool,
) -> None:
    """Solve each SCENARIO of PROBLEM (outreach-matching/1) and compare it with the problem as it is: goals, districts, who gains
    and who loses.

    \b
    A SCENARIO is a file like this (outreach-scenario/1; all changes are in outreach/matching/scenarios/scenario.py):
      {"format": "outreach-scenario/1", "name": "Twelve more firms, no Mondays", "changes": [
        {"change": "more-companies", "like": ["C0001", "C0002"], "number": 12},
        {"change": "closed", "weekdays": ["monday"]},
        {"change": "adjust", "things": "requests", "field": "max_travel_minutes", "at_most": 45},
        {"change": "goals", "order": ["groups", "equity", "travel"]}]}

    \b
    or a short form; several joined by + are one scenario:
      firms=12   firms=12:C0001,C0002   without=C0003   closed=monday,2027-03-10
      free=wednesday:13:30-17:00   travel=45   pupils=30   goals=groups,equity,travel

    A difference is proven as far as the bounds of both go: "-87 (-90 to -85)". Ctrl-C keeps what is solved. Exit code 0 with a
    comparison, 2 for refused input, 3 where the pins of a scenario contradict each other, 1 where the time was over before any
    plan.

    Example: outreach whatif spring.json closed=monday travel=45 firms=12+closed=monday --plan plan.json --out whatif.json
    """
    problem, sha256 = problem_in(problem_file)
    asked = [short(text) if is_short(text) else scenario_in(Path(text)) for text in scenarios]
    base = None if plan_file is None else plan_in(plan_file)
    if base is not None and plan_file is not None:
        fitting(base, plan_file, problem, sha256)
        writable(out, plan_file, "plan")
    writable(out, problem_file)
    for text in scenarios:
        if not is_short(text):
            writable(out, Path(text), "scenario")
    told = _Told(quiet=quiet, json_lines=json_lines)
    with stopped_by_signals() as stop:
        found = _compared(problem, asked, base, plan_file, (seconds, workers, seed), told, stop)
    # Here and not at the top: the command's help needs no solver.
    from outreach.matching.whatif_json import whatif_bytes

    write_at_once(whatif_bytes(found, sha256), out)
    if not quiet:
        click.echo(
            f"outreach whatif: {out} compares {len(found.answers)} of {len(asked)} scenarios", err=True
        )
    leave(_code(found))


def short(text: str) -> Scenario:
    """The scenario of a short form; ends the command with exit code 2 where it is refused."""
    try:
        return short_scenario(text)
    except ProblemRefused as refusal:
        refuse(str(refusal))


def _code(found: WhatIf) -> int:
    if any(one.plan is not None and one.plan.status == CONTRADICTORY for one in found.answers):
        return CONTRADICTION
    return 1 if any(one.plan is None for one in found.answers) else 0


def _compared(
    problem: Problem,
    asked: list[Scenario],
    base: Plan | None,
    plan_file: Path | None,
    effort: Effort,
    told: _Told,
    stop: threading.Event,
) -> WhatIf:
    from outreach.matching.solve import NoPlanInTime
    from outreach.matching.whatif import NoBase, whatif

    seconds, workers, seed = effort
    try:
        return whatif(
            problem,
            asked,
            base=base,
            seconds=seconds,
            workers=workers,
            seed=seed,
            on_event=told.event,
            on_answer=told.answer,
            stop=stop.is_set,
        )
    except ProblemRefused as refusal:
        refuse(str(refusal))
    except NoBase as why:
        if plan_file is not None:
            refuse(f"{plan_file}: {why}")
        click.echo(f"outreach whatif: {why}", err=True)
        leave(CONTRADICTION)
    except NoPlanInTime as error:
        click.echo(f"outreach whatif: {error}", err=True)
        leave(1)


class _Told:
    """What is said on the way."""

    def __init__(self, *, quiet: bool, json_lines: bool) -> None:
        self.quiet = quiet
        self.json_lines = json_lines

    def event(self, name: str, event: dict[str, object]) -> None:
        if self.json_lines:
            click.echo(json.dumps({"scenario": name} | event, ensure_ascii=False))
        if not self.quiet and event["event"] in ("phase", "end"):
            doing = event.get("goal") or event.get("phase") or event.get("status")
            what = name or "the problem as it is"
            click.echo(f"outreach whatif: {what}: {event['seconds']:g} s, {doing}", err=True)

    def answer(self, answer: Answer) -> None:
        from outreach.matching.whatif_json import answer_json

        if self.json_lines:
            told: dict[str, object] = {"event": "scenario", "answer": answer_json(answer)}
            click.echo(json.dumps(told, ensure_ascii=False))
        elif not self.quiet:
            click.echo("\n".join(lines(answer)))


def lines(answer: Answer) -> Iterator[str]:
    """One scenario for a terminal."""
    from outreach.matching.whatif_json import status_of

    yield f"{answer.scenario.name}: {status_of(answer)}"
    if answer.compared is not None:
        yield from _comparison(answer.compared)
    yield ""


def _comparison(compared: Comparison) -> Iterator[str]:
    rows = [_goal(goal) for goal in compared.goals]
    yield from table(("goal", "before", "", "after", "", "difference", "proven"), rows)
    gains, losses = len(compared.gains), len(compared.losses)
    yield f"{gains} groups gain a place, {losses} lose theirs, {compared.moves} have another one."
    gaining, losing = len(compared.schools_gaining), len(compared.schools_losing)
    yield f"{gaining} schools are served that were not, {losing} are not that were."
    changed = [
        one for one in compared.districts if one.placed[0] != one.placed[1] or one.served[0] != one.served[1]
    ]
    if changed:
        yield from table(
            DISTRICTS,
            [
                (
                    *(one.name, one.requests, f"{one.placed[0]} -> {one.placed[1]}"),
                    *(_signed(one.placed[1] - one.placed[0]), one.schools),
                    *(f"{one.served[0]} -> {one.served[1]}", _signed(one.served[1] - one.served[0])),
                )
                for one in changed
            ],
        )


def _goal(goal: Compared) -> tuple[str, ...]:
    sure = "" if goal.least is None or goal.most is None else f"{_signed(goal.least)} to {_signed(goal.most)}"
    if goal.least is not None and goal.least == goal.most:
        sure = "yes"
    known = ["" if one is None else "proven" if one.proven else f"(bound {one.bound})" for one in goal.known]
    return (goal.goal, str(goal.before), known[0], str(goal.after), known[1], _signed(goal.difference), sure)


def _signed(value: object) -> str:
    return f"{value:+}" if value else "0"
