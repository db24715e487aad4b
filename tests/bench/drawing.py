"""Plots as SVG files written by hand: value and bound over time, and how times grow with the number of schools."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.bench.comparing import CLOCKS, counted, summary
from tests.bench.solvers import TITLES

Json = dict[str, Any]
Point = tuple[float, float]

WIDTH, HEIGHT, MARGIN, LEGEND = 420, 260, 48, 22
COLOURS = dict(
    zip(
        TITLES,
        ("#b00020", "#1f5fa8", "#6aa0d8", "#2e7d32", "#8bc34a", "#e08a00", "#f3c26b", "#6a4c93", "#555555"),
        strict=True,
    )
)
# Our own twin in the comparison of rounds: all weights equal.
COLOURS["outreach-constant"] = "#ee8fa0"
EARLIEST_SECONDS = 0.1
DASHES = {"value": "", "bound": ' stroke-dasharray="5 3"', "first": ' stroke-dasharray="2 3"'}


@dataclass
class Panel:
    """One pair of axes: lines by solver and kind (`value`, `bound`, `first`); seconds and sizes are drawn logarithmically."""

    title: str
    x_name: str
    y_logarithmic: bool = False
    x_logarithmic: bool = True
    lines: list[tuple[str, str, list[Point]]] = field(default_factory=list)

    def draw(self, left: float, top: float) -> str:
        """The panel as SVG with its corner at (left, top)."""
        points = [point for *_, line in self.lines for point in line]
        if not points:
            return ""
        x_axis = _Axis(
            [x for x, _ in points], left + MARGIN, left + WIDTH - 12, logarithmic=self.x_logarithmic
        )
        y_axis = _Axis(
            [y for _, y in points], top + HEIGHT - MARGIN, top + 28, logarithmic=self.y_logarithmic
        )
        parts = [_text(left + MARGIN, top + 16, self.title, bold=True)]
        for tick in x_axis.ticks():
            x = x_axis.at(tick)
            parts.append(_line(x, y_axis.start, x, y_axis.end))
            parts.append(_text(x, y_axis.start + 14, f"{tick:,.4g}", anchor="middle"))
        for tick in y_axis.ticks():
            y = y_axis.at(tick)
            parts.append(_line(x_axis.start, y, x_axis.end, y))
            parts.append(_text(x_axis.start - 4, y + 4, f"{tick:,.6g}", anchor="end"))
        parts.append(_text((x_axis.start + x_axis.end) / 2, y_axis.start + 30, self.x_name, anchor="middle"))
        for solver, kind, line in self.lines:
            path = " ".join(f"{x_axis.at(x):.1f},{y_axis.at(y):.1f}" for x, y in line)
            style = f'fill="none" stroke="{COLOURS[solver]}" stroke-width="1.8"{DASHES[kind]}'
            parts.append(f'<polyline points="{path}" {style}/>')
            if kind == "value":
                x, y = line[-1]
                parts.append(
                    f'<circle cx="{x_axis.at(x):.1f}" cy="{y_axis.at(y):.1f}" r="2.5" fill="{COLOURS[solver]}"/>'
                )
        return "\n".join(parts)


class _Axis:
    """From values to positions on the paper."""

    def __init__(self, values: Sequence[float], start: float, end: float, *, logarithmic: bool) -> None:
        self.logarithmic = logarithmic
        self.start, self.end = start, end
        self.low, self.high = min(values), max(values)
        if self.low == self.high:
            self.low, self.high = (
                (self.low / 2, self.high * 2) if logarithmic else (self.low - 1, self.high + 1)
            )

    def at(self, value: float) -> float:
        share = (self._scaled(value) - self._scaled(self.low)) / (
            self._scaled(self.high) - self._scaled(self.low)
        )
        return self.start + share * (self.end - self.start)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value

    def ticks(self) -> list[float]:
        """Round numbers between the ends."""
        if self.logarithmic:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found = [digit * 10.0**power for power in powers for digit in (1, 3)]
        else:
            step = 10.0 ** math.floor(math.log10(self.high - self.low))
            step = next(
                size for size in (step, step / 2, step / 5, step / 10) if (self.high - self.low) / size >= 3
            )
            first = math.ceil(self.low / step)
            found = [step * number for number in range(first, first + 40)]
        return [tick for tick in found if self.low <= tick <= self.high]


def over_time(runs: Sequence[Json], mode: str) -> str:
    """Value (solid) and bound (dashed) of each goal over time: the runs of one instance and one mode."""
    clock, mine = CLOCKS[mode], [run for run in runs if run["mode"] == mode]
    unit = "wall seconds" if mode == "wall" else "processor seconds, one core"
    panels = []
    for goal in mine[0]["goals"]:
        panel = Panel(goal, unit)
        for run in mine:
            values = [(one[clock], one["values"][goal]) for one in counted(run)]
            bounds = [(one[clock], one["bound"]) for one in run["bounds"] if one["goal"] == goal]
            end = run["seconds"] if mode == "wall" else run["processor_seconds"]
            panel.lines += [
                (run["solver"], kind, _steps(line, end))
                for kind, line in (("value", values), ("bound", _of_interest(bounds, values)))
                if line
            ]
        panels.append(panel)
    return paper(
        f"{mine[0]['instance']}, limit {mine[0]['limit']:g} s", panels, {run["solver"] for run in mine}
    )


def _of_interest(bounds: Sequence[Point], values: Sequence[Point]) -> list[Point]:
    """Bounds beyond twice the value would squeeze everything else to a line."""
    if not values:
        return []
    most = 2 * max(abs(value) for _, value in values)
    return [(seconds, bound) for seconds, bound in bounds if 0 < bound <= most]


def _steps(line: Iterable[Point], end: float) -> list[Point]:
    """What was known holds until something else is: a staircase up to the end of the run."""
    found: list[Point] = []
    for seconds, value in line:
        x = max(EARLIEST_SECONDS, seconds)
        if found:
            found.append((x, found[-1][1]))
        found.append((x, value))
    return [*found, (max(end, found[-1][0]), found[-1][1])]


def growth(runs: Mapping[str, Sequence[Json]]) -> str:
    """Seconds to the first plan (dotted), to within 1 % (solid) and to the end (dashed) over the number of schools."""
    panel = Panel("seconds to the first plan, to 1 %, to the end", "schools", y_logarithmic=True)
    figures: dict[str, list[tuple[int, Json]]] = {}
    for of_instance in runs.values():
        for run in of_instance:
            if run["mode"] == "wall":
                figures.setdefault(run["solver"], []).append((run["schools"], summary(run, of_instance)))
    for solver in (name for name in TITLES if name in figures):
        for kind, key in (("first", "first"), ("value", "near"), ("bound", "end")):
            line = sorted(
                (float(schools), max(EARLIEST_SECONDS, one[key]))
                for schools, one in figures[solver]
                if one[key] is not None
            )
            if line:
                panel.lines.append((solver, kind, line))
    return paper("Growth", [panel], figures)


def paper(
    title: str, panels: Sequence[Panel], solvers: Iterable[str], titles: Mapping[str, str] = TITLES
) -> str:
    """A whole file: title, panels two by two, legend by `titles`."""
    shown = [name for name in titles if name in set(solvers)]
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    width, height = columns * WIDTH, 30 + rows * HEIGHT + LEGEND * math.ceil(len(shown) / 2) + 10
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(MARGIN, 20, title, bold=True),
    ]
    for position, panel in enumerate(panels):
        parts.append(panel.draw(position % columns * WIDTH, 30 + position // columns * HEIGHT))
    for position, name in enumerate(shown):
        x, y = (
            MARGIN + position % 2 * (width - MARGIN) / 2,
            30 + rows * HEIGHT + LEGEND * (position // 2) + 12,
        )
        parts.append(
            f'<line x1="{x}" y1="{y}" x2="{x + 24}" y2="{y}" stroke="{COLOURS[name]}" stroke-width="3"/>'
        )
        parts.append(_text(x + 30, y + 4, titles[name]))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'


def write(text: str, path: Path) -> None:
    """Put a plot where it belongs."""
    path.write_text(text, encoding="utf-8")
