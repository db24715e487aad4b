"""`outreach repair`: the smallest change of a plan after something has happened, on files, with no database and no Flask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.cli.files import (
    CONTRADICTION,
    FILE,
    LEAST,
    THREADS,
    events_in,
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
from outreach.matching.plan import Plan
from outreach.matching.plan_json import sha256_of, write_at_once, write_plan
from outreach.matching.problem import Problem
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.answer import Answer, Repair
from outreach.matching.repairing.answer_json import repair_bytes
from outreach.matching.repairing.applying import Changed
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.found import NoRepairInTime, PinsContradict
from outreach.matching.repairing.policies import MOST_SERVED, POLICIES
from outreach.matching.repairing.shares import LEAVING
from outreach.matching.repairing.words import answer_lines, event_lines

if TYPE_CHECKING:
    from outreach.matching.repairing.ahead import Ahead

# Before a file is read: so many bytes probably have the requests (`repair.LARGE`) for which a second process is worth its start.
LARGE_FILE = 400_000


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where files go; None: not written."""

    repair: Path
    plan: Path | None
    problem: Path | None


@click.command("repair", short_help="Find the smallest change of a plan after something has happened.")
@click.argument("problem_file", metavar="PROBLEM", type=FILE)
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.argument("events_file", metavar="EVENTS", type=FILE)
@click.option("--out", type=FILE, required=True, help="Where the answers go (outreach-repair/1).")
@click.option(
    "--policy",
    "policies",
    type=click.Choice(POLICIES),
    multiple=True,
    help="Only this policy; may be given several times. Without it: all three.",
)
@click.option(
    "--plan-out",
    type=FILE,
    help="Also write each new plan (outreach-plan/1); with several policies NAME.json becomes NAME.POLICY.json.",
)
@click.option(
    "--problem-out", type=FILE, help="Also write the changed problem, against which `check` judges them."
)
@seconds_option(15.0)
@workers_option(THREADS, "Threads of the solver.")
@seed_option
def repair_command(
    problem_file: Path,
    plan_file: Path,
    events_file: Path,
    out: Path,
    policies: tuple[str, ...],
    plan_out: Path | None,
    problem_out: Path | None,
    seconds: float,
    workers: int,
    seed: int,
) -> None:
    """Find the smallest change of PLAN (outreach-plan/1) after EVENTS have happened to PROBLEM (outreach-matching/1).

    Three policies: fewest-schools touches as few schools as can be and changes as few bookings; same-dates moves nobody to another
    date and loses as few bookings as can be; most-served serves as many as can be and then changes as few bookings. For each it is
    told who moves, loses and gains, and what is proven. What has happened or lies within the notice is frozen, pins hold.

    \b
    EVENTS is a file like this (outreach-events/1; now, notice and holidays may be left out):
      {"format": "outreach-events/1", "now": "2027-03-05T12:00",
       "notice": {"working_days": 2}, "holidays": ["2027-03-26"],
       "events": [{"kind": "slot-cancelled", "slot": "L7"},
                  {"kind": "seats-cut", "slot": "L8", "max_pupils": 30},
                  {"kind": "team-ill", "team": "T1", "days": ["2027-03-10"]},
                  {"kind": "day-lost", "day": "2027-03-11", "districts": ["Islands"]},
                  {"kind": "school-withdrawn", "school": "S3"},
                  {"kind": "request-withdrawn", "request": "R4"},
                  {"kind": "new-request", "request": {as in outreach-matching/1}},
                  {"kind": "new-slot", "slot": {as in outreach-matching/1}}]}
    A team may be ill for windows (pairs of moments) instead of days. A lost day may name districts, types (of schools) and
    schools, or none: then it is lost for all.
    A notice is one of minutes, days and working_days.

    Ctrl-C keeps the best repairs found so far. Exit code 0 with answers, 2 for refused input, 3 where no plan keeps the pins, 1
    where the time was over before a plan was known that does.

    Example: outreach repair spring.json plan.json events.json --out repair.json --policy fewest-schools
    """
    deadline = time.monotonic() + seconds
    chosen = tuple(dict.fromkeys(policies)) or POLICIES
    ahead = _load(problem_file, workers, chosen)
    outputs = Outputs(out, plan_out, problem_out)
    with _leaving():
        problem, _ = problem_in(problem_file)
        plan, events = plan_in(plan_file), events_in(events_file)
        for path in filter(None, (out, plan_out, problem_out)):
            for given, noun in ((problem_file, "problem"), (plan_file, "plan"), (events_file, "events file")):
                writable(path, given, noun)
    with _leaving(), stopped_by_signals() as stop:
        job = _Job(problem, plan, events, (plan_file, events_file), stop.is_set)
        found = job.repaired(chosen, deadline, workers, seed, ahead)
    _write(found, outputs)
    leave(0)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be repaired; `files` are those of the plan and of the events."""

    problem: Problem
    plan: Plan
    events: Events
    files: tuple[Path, Path]
    stop: Callable[[], bool]

    def repaired(
        self, policies: tuple[str, ...], deadline: float, workers: int, seed: int, ahead: Ahead | None
    ) -> Repair:
        # Here and not at the top: `--help` needs no solver, and the other process does not wait for the last of it.
        from outreach.matching.solving.engine import NO_BUDGET, Clock, Effort

        if ahead is not None:
            began = time.monotonic()
            clock = Clock(began, max(began + LEAST, deadline - LEAVING), self.stop)
            ahead.begin(self.problem, self.plan, self.events, clock, Effort(workers, seed, NO_BUDGET))
        from outreach.matching.repair import repair

        told = _Told(self.problem)
        try:
            return repair(
                self.problem,
                self.plan,
                self.events,
                seconds=max(LEAST, deadline - LEAVING - time.monotonic()),
                workers=workers,
                seed=seed,
                policies=policies,
                on_changed=told.changed,
                on_answer=told.answer,
                stop=self.stop,
                ahead=ahead,
            )
        except ProblemRefused as refusal:
            refuse(f"{self.files[not refusal.path.startswith('plan.')]}: {refusal}")
        except (PinsContradict, NoRepairInTime) as error:
            click.echo(f"outreach repair: {error}", err=True)
            leave(CONTRADICTION if isinstance(error, PinsContradict) else 1)


@contextmanager
def _leaving() -> Iterator[None]:
    """Whoever goes while OR-Tools is being loaded does not wait for it: the interpreter's own way out falls over it sometimes."""
    try:
        yield
    except SystemExit as ending:
        leave(ending.code if isinstance(ending.code, int) else 1)


def _load(problem_file: Path, workers: int, policies: tuple[str, ...]) -> Ahead | None:
    """OR-Tools takes as long to load as a city to read: both at once, or, with a large file, a second process begins. Then
    reading comes first, because that one waits for it."""
    from outreach.matching.repairing.ahead import started
    from outreach.matching.solving.engine import CP_SAT, Loading

    # Before any thread: it is quicker, and a file that cannot be looked at is refused where it is read.
    with suppress(OSError):
        wanted = workers > 1 and MOST_SERVED in policies and problem_file.stat().st_size >= LARGE_FILE
        ahead = started() if wanted else None
        if ahead is None:
            Loading((CP_SAT,))
        return ahead
    return None


class _Told:
    """Tells on stdout what is found while it is found."""

    def __init__(self, old: Problem) -> None:
        self.old = old
        self.new = old

    def changed(self, changed: Changed) -> None:
        self.new = changed.problem
        click.echo("\n".join(event_lines(changed)))

    def answer(self, answer: Answer) -> None:
        click.echo("\n".join(["", *answer_lines(self.new, self.old, answer)]))


def _write(found: Repair, outputs: Outputs) -> None:
    # The digest of a city's problem takes half a second to work out: only where something is tied to it.
    sha256 = ""
    if outputs.plan is not None or outputs.problem is not None:
        content = problem_bytes(found.problem)
        sha256 = sha256_of(content)
        if outputs.problem is not None:
            write_at_once(content, outputs.problem)
    if outputs.plan is not None:
        for answer in found.answers:
            path = _plan_path(outputs.plan, answer.policy, len(found.answers))
            write_plan(replace(answer.plan, sha256=sha256), path)
    write_at_once(repair_bytes(found, sha256), outputs.repair)


def _plan_path(path: Path, policy: str, answers: int) -> Path:
    return path if answers == 1 else path.with_name(f"{path.stem}.{policy}{path.suffix}")
