"""Pins that contradict each other: whether they do, and the smallest set of them that does.

Leaving a request unplaced is always allowed, so only pins can contradict. What the other requests do matters in two cases: they
can bring a pinned group's slot to its minimum, and a session between two pinned ones can save a detour. So the question is asked of
a small problem: the pinned requests, and the others where they could help.
The smallest set is found by hitting sets (Ignatiev and others, "Smallest MUS Extraction with Minimal Hitting Set Dualization",
CP 2015): sets of pins that go together tell what every conflict must contain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.columns import Runs
from outreach.matching.solving.engine import Answer, Clock, Effort, run
from outreach.matching.solving.model import Model
from outreach.matching.solving.options import Options, options_of
from outreach.matching.solving.splitting import single
from outreach.matching.solving.timetable import TeamDays


class Pins:
    """Answers whether sets of a problem's pins can be kept together. `None` from its methods: the time was over first."""

    def __init__(self, problem: Problem, clock: Clock, effort: Effort) -> None:
        self.problem = problem
        self.clock = clock
        # These models are small and must be answered: only the clock ends them.
        self.effort = replace(effort, budget=math.inf)
        self.pins = list(dict.fromkeys(problem.pins))
        unpinned = options_of(replace(problem, pins=(), objectives=()), clock)
        clock.check()
        self.helpful = _helpful(unpinned, TeamDays(unpinned), self.pins)

    def plan(self, pins: Sequence[Assignment]) -> list[Assignment] | None:
        """Assignments that keep these pins (with the others they need), or None when none were found."""
        return self._ask(pins)[0]

    def contradictory(self, pins: Sequence[Assignment]) -> bool | None:
        """Whether no plan keeps all of these pins."""
        found, answer = self._ask(pins)
        if found is not None:
            return False
        return True if answer.impossible else None

    def _ask(self, pins: Sequence[Assignment]) -> tuple[list[Assignment] | None, Answer]:
        options = self._keeping(pins)
        days = TeamDays(options)
        model = Model(options, days, self.clock)
        while True:
            answer = run(model.cp, self.effort, self.clock, on_values=_ignore, on_bound=_ignore)
            if answer.values is None:
                return None, answer
            chosen = [i for i, variable in enumerate(model.chosen) if answer.values[variable.index]]
            broken = [
                (block, members) for block, members in days.sets(chosen).items() if days.impossible(members)
            ]
            if not broken:
                return days.timed(chosen), answer
            for block, members in broken:
                table, everybody = days.blocks[block]
                model.add_cut(table, everybody, members)

    def _keeping(self, pins: Sequence[Assignment]) -> Options:
        """The options left when these pins are kept: a pinned request has its pins only."""
        pinned: dict[str, list[Assignment]] = {}
        for pin in pins:
            pinned.setdefault(pin.request, []).append(pin)
        options = self.helpful
        pieces: dict[int, list[Runs]] = {}
        for request, its_pins in pinned.items():
            pieces |= {index: [] for index in options.of_request.get(request, ())}
            for pin in its_pins:
                for index in options.indices_for(pin):
                    pieces[index].append(options.columns.runs(index) if pin.slot else single(pin.start))
        return options.with_columns(replace(options.problem, pins=tuple(pins)), options.columns.cut(pieces))

    def smallest_conflict(self) -> list[Assignment] | None:
        """The fewest pins that cannot be kept together, given that all of them cannot."""
        together: list[frozenset[int]] = []
        while True:
            needed = _smallest_hitting(together, len(self.pins))
            conflict = [self.pins[i] for i in sorted(needed)]
            verdict = self.contradictory(conflict)
            if verdict is None:
                return None
            if verdict:
                return conflict
            left_out = self._left_out_by(needed)
            if left_out is None:
                return None
            together.append(left_out)

    def _left_out_by(self, kept: frozenset[int]) -> frozenset[int] | None:
        """Grow a set that goes together as far as it goes; every conflict contains one of the others.

        Many at a time: most pins of a real problem are all right, and a part that goes together needs no further question.
        """
        grown = set(kept)
        waiting = [[i for i in range(len(self.pins)) if i not in grown]]
        while waiting:
            part = waiting.pop()
            verdict = self.contradictory([self.pins[i] for i in sorted(grown.union(part))])
            if verdict is None:
                return None
            if not verdict:
                grown.update(part)
            elif len(part) > 1:
                half = len(part) // 2
                waiting += [part[half:], part[:half]]
        return frozenset(range(len(self.pins))) - grown


def _ignore(_: object) -> None:
    """Nobody listens to these small runs."""


def _helpful(options: Options, days: TeamDays, pins: Sequence[Assignment]) -> Options:
    """The pinned requests' options and those of others in the same slots or, where a detour can pay, with the same team."""
    positions = options.positions
    pinned = [positions.request[pin.request] for pin in pins]
    slots = [positions.slot[pin.slot] for pin in pins if pin.slot]
    detours = {pin.team for pin in pins if pin.team in days.tables and not days.tables[pin.team].inheriting}
    teams = [positions.team[team] for team in detours]
    kept = np.isin(options.request, pinned) | np.isin(options.slot, slots) | np.isin(options.team, teams)
    return options.subset(np.flatnonzero(kept))


def _smallest_hitting(sets: Sequence[frozenset[int]], count: int) -> frozenset[int]:
    """The smallest set of 0..count-1 that meets every one of the sets."""
    from outreach.matching.solving.cpsat import cp_model

    if not sets:
        return frozenset()
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in range(count)]
    for one in sets:
        model.add_bool_or([taken[i] for i in sorted(one)])
    model.minimize(sum(taken))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.solve(model)
    return frozenset(i for i, variable in enumerate(taken) if solver.boolean_value(variable))
