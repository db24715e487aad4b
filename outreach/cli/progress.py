"""A solver run on a terminal: one line that is redrawn, or a line now and then where nobody watches."""

from __future__ import annotations

import sys
from typing import TextIO

import click

WIDTH = 20
QUIET_SECONDS = 1.0


class ProgressLine:
    """Draws the events of `matching/solving/progress.py` on stderr: a bar of the time, then value and bound of each goal."""

    def __init__(self, limit: float, *, quiet: bool, stream: TextIO | None = None) -> None:
        self.limit = limit
        self.quiet = quiet
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.goals: dict[str, tuple[object, object]] = {}
        self.doing = ""
        self.drawn = -QUIET_SECONDS

    def show(self, event: dict[str, object]) -> None:
        """Take in an event and redraw."""
        if self.quiet:
            return
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
        seconds = float(str(event["seconds"]))
        if self.live or kind == "end" or seconds - self.drawn >= QUIET_SECONDS:
            self.drawn = seconds
            self._draw(seconds)

    def _draw(self, seconds: float) -> None:
        done = min(WIDTH, round(WIDTH * seconds / self.limit))
        bar = "#" * done + "-" * (WIDTH - done)
        goals = ", ".join(
            f"{name} {value}" if value == bound else f"{name} {value} (bound {bound})"
            for name, (value, bound) in self.goals.items()
        )
        text = f"[{bar}] {seconds:.0f} s, {self.doing}: {goals}" if goals else f"[{bar}] {self.doing}"
        # \r and "erase the rest of the line" keep one line on a terminal.
        click.echo(f"\r\x1b[K{text}" if self.live else text, nl=not self.live, file=self.stream)

    def close(self) -> None:
        """End the redrawn line."""
        if self.live and not self.quiet:
            click.echo(file=self.stream)
