"""What the commands of the matching core share: reading and refusing files, Ctrl-C that keeps the best so far, leaving."""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypeVar

import click

from outreach.matching.plan import CONTRADICTORY, Plan
from outreach.matching.plan_json import read_plan, sha256_of
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.events_json import read_events
from outreach.matching.scenarios.reading import read_scenario
from outreach.matching.scenarios.scenario import Scenario

REFUSED = 2
CONTRADICTION = 3
LEAST = 0.1
LONGEST = 7 * 24 * 3600.0
THREADS = 64
FILE = click.Path(path_type=Path)
Handler = Callable[[int, FrameType | None], object] | int | None
_Command = TypeVar("_Command", bound=Callable[..., object])


def seconds_option(default: float, help: str = "Time limit.") -> Callable[[_Command], _Command]:
    """`--seconds`: how long a command may take, reading its files included."""
    return click.option(
        "--seconds",
        type=click.FloatRange(LEAST, LONGEST),
        default=default,
        show_default=True,
        callback=lambda _, __, seconds: _finite(seconds),
        help=help,
    )


def workers_option(most: int, help: str) -> Callable[[_Command], _Command]:
    """`--workers`: two by default."""
    return click.option("--workers", type=click.IntRange(1, most), default=2, show_default=True, help=help)


def seed_option(command: _Command) -> _Command:
    """`--seed` of the solver."""
    return click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)(command)


def problem_in(path: Path) -> tuple[Problem, str]:
    """The problem in a file and the digest of its bytes; ends the command with exit code 2 where it is refused."""
    content = _content(path)
    # A city is some million small objects that stay: the collector would look through them again and again, for a quarter of
    # the time that reading takes.
    gc.disable()
    try:
        return read_problem(content), sha256_of(content)
    except ProblemRefused as refusal:
        refuse(f"{path}: {refusal}")
    finally:
        gc.freeze()
        gc.enable()


def plan_in(path: Path) -> Plan:
    """The plan in a file; ends the command with exit code 2 where it is refused."""
    content = _content(path)
    try:
        return read_plan(content)
    except ProblemRefused as refusal:
        refuse(f"{path}: {refusal}")


def events_in(path: Path) -> Events:
    """The events in a file; ends the command with exit code 2 where they are refused."""
    content = _content(path)
    try:
        return read_events(content)
    except ProblemRefused as refusal:
        refuse(f"{path}: {refusal}")


def scenario_in(path: Path) -> Scenario:
    """The scenario in a file; ends the command with exit code 2 where it is refused."""
    content = _content(path)
    try:
        return read_scenario(content)
    except ProblemRefused as refusal:
        refuse(f"{path}: {refusal}")


def fitting(plan: Plan, plan_file: Path, problem: Problem, sha256: str) -> None:
    """Refuse a plan without assignments, and one that was made for another problem."""
    if plan.status == CONTRADICTORY:
        refuse(f"{plan_file}: has no assignments, its pins contradict each other")
    if plan.sha256 and plan.sha256 != sha256:
        refuse(
            f"{plan_file}: was made for other contents of the problem {problem.name!r} (the sha256 differs)"
        )


def writable(out: Path, problem_file: Path, noun: str = "problem") -> None:
    """Refuse now what would only be found out when the first plan is there. `problem_file` (or what `noun` says) is read from."""
    if not out.parent.is_dir():
        refuse(f"{out}: there is no folder {out.parent}")
    if out.exists() and not out.is_file():
        refuse(f"{out}: is there already, and is no file")
    if out.exists() and out.samefile(problem_file):
        refuse(f"{out}: is the {noun} itself")
    if not os.access(out.parent, os.W_OK):
        refuse(f"{out}: the folder {out.parent} cannot be written to")


def _finite(seconds: float) -> float:
    """A number of seconds that an option of click was given."""
    # A range lets "nan" pass: it is neither below nor above anything.
    if math.isnan(seconds):
        raise click.BadParameter("nan is no number of seconds.")
    return seconds


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(f"{path}: {error.strerror}")


def refuse(why: str) -> NoReturn:
    """One line on stderr, exit code 2."""
    click.echo(f"outreach: {' '.join(why.split())}", err=True)
    raise SystemExit(REFUSED)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM ask for the best plan so far; a second one ends the process as usual."""
    stop = threading.Event()
    before: dict[int, Handler] = {}

    def ask(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[number])

    for number in (int(signal.SIGINT), int(signal.SIGTERM)):
        before[number] = signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(code: int) -> NoReturn:
    """End the process, whatever thread of a solver still runs."""
    for stream in (sys.stdout, sys.stderr):
        # Python has None for a stream that was closed by whoever started it (2>&-).
        if stream is not None:
            stream.flush()
    if any(thread.daemon and thread is not threading.current_thread() for thread in threading.enumerate()):
        # A solver that does not listen is left behind; the interpreter would wait for it.
        os._exit(code)
    # Nobody has to look once more for what could be let go of: the memory goes with the process.
    gc.freeze()
    raise SystemExit(code)
