"""A solver run on a terminal: a block that is redrawn, or a line now and then where nobody watches."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from typing import TextIO

import click

WIDTH = 20
QUIET_SECONDS = 1.0
MAXIMISED = ("equity", "groups", "pupils", "preference")


class ProgressLine:
    """Draws the events of `matching/solving/progress.py` on stderr: a bar of the time, then value and bound of each goal."""

    def __init__(self, limit: float, *, quiet: bool, stream: TextIO | None = None) -> None:
        self.limit = limit
        # Without stderr (2>&-) Python has None for it.
        found: TextIO | None = stream or sys.stderr
        self.quiet = quiet or found is None
        self.stream = found
        self.live = found is not None and found.isatty()
        self.goals: dict[str, tuple[object, object]] = {}
        self.doing = ""
        self.drawn = -QUIET_SECONDS
        self.began = time.monotonic()
        self.height = 0
        self.lock = threading.Lock()

    def show(self, event: dict[str, object]) -> None:
        """Take in an event and redraw."""
        if self.quiet:
            return
        with self.lock:
            self._take_in(event)
            seconds = float(str(event["seconds"]))
            self.began = time.monotonic() - seconds
            if self.live or event["event"] == "end" or seconds - self.drawn >= QUIET_SECONDS:
                self._draw(seconds)

    def tick(self) -> None:
        """Move the bar on while there is nothing to tell. Called many times a second, perhaps by a thread of the solver."""
        with self.lock:
            seconds = time.monotonic() - self.began
            if self.live and not self.quiet and seconds - self.drawn >= QUIET_SECONDS:
                self._draw(seconds)

    def _take_in(self, event: dict[str, object]) -> None:
        kind = event["event"]
        if kind == "phase":
            self.doing = str(event["goal"] or event["phase"])
        elif kind == "bound":
            self.goals[str(event["goal"])] = (event["value"], event["bound"])
        else:
            objectives = event["objectives"]
            for goal in objectives if isinstance(objectives, list) else ():
                self.goals[goal["name"]] = (goal["value"], goal["bound"])
        if kind == "end":
            self.doing = str(event["status"])

    def _draw(self, seconds: float) -> None:
        self.drawn = seconds
        done = min(WIDTH, round(WIDTH * seconds / self.limit))
        bar = f"[{'#' * done}{'-' * (WIDTH - done)}]"
        if self.live:
            self._redraw([f"{bar} {seconds:.0f} of {self.limit:g} s, {self.doing}", *self._rows()])
            return
        goals = ", ".join(
            f"{name} {value}" if value == bound else f"{name} {value} (bound {bound})"
            for name, (value, bound) in self.goals.items()
        )
        click.echo(
            f"{bar} {seconds:.0f} s, {self.doing}: {goals}" if goals else f"{bar} {self.doing}",
            file=self.stream,
        )

    def _rows(self) -> Iterator[str]:
        """A line for each goal."""
        for name, (value, bound) in self.goals.items():
            side = "at most" if name in MAXIMISED else "at least"
            yield f"  {name:<10} {value:>12}  {'proven' if value == bound else f'{side} {bound}'}"

    def _redraw(self, rows: list[str]) -> None:
        # Up to the first row of the last block, and "erase the rest" in each: a row that wrapped would break the count.
        columns = shutil.get_terminal_size().columns - 1
        up = f"\r\x1b[{self.height}A" if self.height else "\r"
        click.echo(up + "\n".join(f"\x1b[K{row[:columns]}" for row in rows), file=self.stream)
        self.height = len(rows)
