"""`outreach recruit`: which one more slot would place most of the groups that a plan file leaves waiting."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.cli.files import (
    FILE,
    LEAST,
    THREADS,
    fitting,
    leave,
    plan_in,
    problem_in,
    refuse,
    seconds_option,
    seed_option,
    stopped_by_signals,
    workers_option,
    writable,
)
from outreach.cli.tables import table
from outreach.matching.plan import Plan
from outreach.matching.plan_json import write_at_once
from outreach.matching.problem import Problem

if TYPE_CHECKING:
    import threading

    from outreach.matching.recruiting.extra import Count, Extra, Recruit

HEAD = ("", "groups", "kind", "topic", "grades", "district", "when", "could take it", "moves")


@click.command("recruit", short_help="Say which one more slot would place most of those who wait.")
@click.argument("problem_file", metavar="PROBLEM", type=FILE)
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--out", type=FILE, required=True, help="Where the answer goes (outreach-recruit/1).")
@click.option(
    "--most", type=click.IntRange(1, 200), default=20, show_default=True, help="So many slots are told."
)
@seconds_option(60.0, "Time limit; slots that it does not suffice to confirm are not told.")
@workers_option(THREADS, "Threads of the solver.")
@seed_option
@click.option("--quiet", is_flag=True, help="No progress, no summary and no table.")
@click.option("--json-lines", is_flag=True, help="Each event as a line of JSON on stdout, and no table.")
def recruit_command(
    problem_file: Path,
    plan_file: Path,
    out: Path,
    most: int,
    seconds: float,
    workers: int,
    seed: int,
    quiet: bool,
    json_lines: bool,
) -> None:
    """Find the slots to ask the firms for: each alone would give a place to most groups that PLAN (outreach-plan/1) of PROBLEM
    (outreach-matching/1) leaves waiting, while nobody who has a place loses it.

    Every kind, topic, key stage, district and half-day is scored by the duals of the pattern LP; the most promising ones are
    added, each alone, and the plan is solved again around them. A slot is told with the plan that shows what it brings, judged by
    the rules of check, and with the most that it could bring. Sizes and hours are those that are usual in the problem.

    Ctrl-C keeps the slots that are confirmed. Exit code 0, or 2 for refused input.

    Example: outreach recruit spring.json plan.json --out slots.json
    """
    deadline = time.monotonic() + seconds
    problem, sha256 = problem_in(problem_file)
    plan = plan_in(plan_file)
    fitting(plan, plan_file, problem, sha256)
    writable(out, problem_file)
    writable(out, plan_file, "plan")
    told = _Told(problem, quiet=quiet, json_lines=json_lines)
    with stopped_by_signals() as stop:
        left = max(LEAST, deadline - time.monotonic())
        try:
            found = _recruited(problem, plan, plan_file, most, (left, workers, seed), told, stop)
        except TimeoutError:
            refuse(f"--seconds {seconds:g}: not even the slots to ask for were scored in this time")
    # Here and not at the top: the command's help needs no solver.
    from outreach.matching.recruit_json import recruit_bytes

    write_at_once(recruit_bytes(problem, sha256, found), out)
    told.end(found, out)
    leave(0)


def _recruited(
    problem: Problem,
    plan: Plan,
    plan_file: Path,
    most: int,
    effort: tuple[float, int, int],
    told: _Told,
    stop: threading.Event,
) -> Recruit:
    from outreach.matching.explaining.stand import Unfit
    from outreach.matching.recruit import recruit
    from outreach.matching.solving.engine import OutOfTime

    seconds, workers, seed = effort
    try:
        return recruit(
            problem,
            plan,
            seconds=seconds,
            workers=workers,
            seed=seed,
            most=most,
            on_progress=told.progress,
            on_extra=told.extra,
            stop=stop.is_set,
        )
    except Unfit as why:
        refuse(f"{plan_file}: {why}")
    except OutOfTime:
        raise TimeoutError from None


class _Told:
    """What is said on the way and at the end."""

    def __init__(self, problem: Problem, *, quiet: bool, json_lines: bool) -> None:
        self.problem = problem
        self.quiet = quiet
        self.json_lines = json_lines
        self.began = time.monotonic()

    def progress(self, phase: str, done: int, of: int) -> None:
        self._event({"event": "phase", "phase": phase, "done": done, "of": of})
        if not self.quiet and done % 5 == 0:
            click.echo(f"outreach recruit: {phase} {done} of {of}", err=True)

    def extra(self, extra: Extra) -> None:
        from outreach.matching.recruit_json import extra_json

        self._event({"event": "slot", "slot": extra_json(self.problem, extra)})

    def _event(self, event: dict[str, object]) -> None:
        if self.json_lines:
            event["seconds"] = round(time.monotonic() - self.began, 2)
            click.echo(json.dumps(event, ensure_ascii=False))

    def end(self, found: Recruit, out: Path) -> None:
        if self.quiet:
            return
        if not self.json_lines:
            click.echo("\n".join(lines(found)))
        slots = "slot" if len(found.extras) == 1 else "slots"
        click.echo(
            f"outreach recruit: {out} has {len(found.extras)} {slots}, of {found.ideas:,} that were scored and "
            f"{found.tried} tried",
            err=True,
        )


def lines(found: Recruit) -> Iterator[str]:
    """The answer for a terminal."""
    yield f"{found.placed} groups have a place, {found.waiting} wait."
    if found.without.value:
        yield f"Without any new slot {_count(found.without)} of them could have one: let match look for a better plan first."
    elif found.without.bound:
        yield f"It is not shown that none of them could have one without any new slot (at most {found.without.bound})."
    if not found.extras:
        yield "No slot was found that would give one of them a place."
        return
    yield "Each of these slots alone would give that many of them a place, and nobody would lose one:"
    yield ""
    yield from table(HEAD, [_row(number, one) for number, one in enumerate(found.extras, 1)])


def _row(number: int, one: Extra) -> tuple[str | int, ...]:
    from outreach.matching.recruit_json import hours_of
    from outreach.matching.times import clock_text, date_text

    idea = one.idea
    opens, closes = hours_of(one.firm)
    when = f"{date_text(idea.day)} {clock_text(opens)}-{clock_text(closes)}"
    grades = f"{idea.grades[0]}-{idea.grades[-1]}"
    kind = idea.kind.replace("_", " ")
    groups = _count(one.groups)
    return (number, groups, kind, idea.topic or "-", grades, idea.district, when, one.waiting, len(one.moves))


def _count(count: Count) -> str:
    return f"{count.value}" if count.proven else f"{count.value} (at most {count.bound})"
