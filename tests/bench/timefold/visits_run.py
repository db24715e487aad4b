"""Timefold's Python solver, in Timefold's own virtual environment: `python visits_run.py TABLE DEADLINE`.

Reads the table that `export.py` wrote and says each better plan on stdout, as `Matching.java` does. Timefold's own way back from
Java copies the whole problem for every better plan, which takes minutes: here the few numbers that matter are read where they are.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from _jpyinterpreter import convert_to_java_python_like_object
from jpype import JImplements, JOverride
from timefold.solver import SolverFactory
from timefold.solver.config import ScoreDirectorFactoryConfig, SolverConfig
from visits import GOALS, Company, Place, Plan, School, Slot, Team, Visit
from visits_rules import rules

PAUSE_SECONDS = 0.25
LAST_WORDS_SECONDS = 0.4
Fields = list[str]


class Table:
    """The lines of the table, one after the other."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.teams: list[Team] = []
        self.schools: list[School] = []
        self.companies: list[Company] = []
        self.offers: list[str] = []
        self.ways: list[list[int]] = []
        self.visits: list[Visit] = []
        self.places: dict[tuple[str, int], Place] = {}
        # What an assignment says apart from its request, by the place's number.
        self.words: list[dict[str, str]] = []

    def take(self, kind: str, fields: Fields) -> None:
        """One line."""
        if kind == "goal":
            GOALS.append(fields[0])
        elif kind == "company":
            self.companies.append(Company(fields[0], *map(int, fields[1:])))
        elif kind == "school":
            self.schools.append(School(fields[0], *map(int, fields[1:])))
        elif kind == "offer":
            self.offers.append(fields[0])
        elif kind == "team":
            self.teams.append(Team(fields[0], *map(int, fields[1:]), ways=self.ways))
        elif kind == "slot":
            self.slots.append(Slot(fields[0], *map(int, fields[1:6]), one_school=fields[6] == "1"))
        elif kind == "way":
            self.ways.append([int(minutes) for minutes in fields[1:]])
        elif kind == "visit":
            self._visit(fields)
        elif kind == "option":
            self._option(self.visits[-1], fields)

    def _visit(self, fields: Fields) -> None:
        name, school, group, crew, *numbers, pinned = fields
        visit = Visit(name, self.schools[int(school)], group, crew, *map(int, numbers), pinned=pinned == "1")
        self.visits.append(visit)

    def _option(self, visit: Visit, fields: Fields) -> None:
        slot, team, offer, start_text, *numbers, kept = fields
        start, end, leaves, _, day, week, spot, company, points, minutes, cost = map(int, numbers)
        key = f"slot {slot}" if slot else f"team {team} {offer}"
        place = self.places.get((key, start))
        if place is None:
            host = (self.slots[int(slot)] if slot else None, self.teams[int(team)] if team else None)
            place = Place(len(self.words), key, *host, self.companies[company], start, end, day, week)
            self.places[key, start] = place
            session = {"offer": self.offers[int(offer)], "start": start_text}
            self.words.append({"slot": host[0].id} if host[0] else {"team": host[1].id} | session)
        visit.places.append(place)
        worth = (visit.points, visit.minutes, visit.costs, visit.early, visit.spots)
        for numbers_by_key, number in zip(worth, (points, minutes, cost, start - leaves, spot), strict=True):
            numbers_by_key[key] = number
        if kept == "1":
            visit.kept.append(place.number)


def attribute(thing: Any, name: str) -> Any:
    """An attribute of a Python object that lives in Java."""
    return getattr(thing, "$getAttributeOrNull")(name)


def say(line: dict[str, object]) -> None:
    """One line on stdout."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Speaker:
    """Says plans that lie in Java's memory."""

    def __init__(self, table: Table, none: Any) -> None:
        self.table = table
        self.none = none
        self.written = 0.0
        self.unsaid: Any = None
        self.score: Any = None

    def hear(self, score: Any, plan: Any) -> None:
        """A better plan: said at once, or kept when another one was just said."""
        self.score = score
        self.unsaid = plan if score.isFeasible() else None
        if time.monotonic() > self.written + PAUSE_SECONDS:
            self.say()

    def say(self) -> None:
        """Say what was kept."""
        if self.unsaid is not None:
            say({"plan": list(self._assignments(self.unsaid))})
            self.unsaid, self.written = None, time.monotonic()

    def end(self) -> None:
        """The last word."""
        self.say()
        if not self.written:
            say({"note": f"no feasible plan: {self.score}"})

    def _assignments(self, plan: Any) -> Any:
        for visit, there in zip(self.table.visits, attribute(plan, "visits"), strict=True):
            place = attribute(there, "place")
            if place is not None and place != self.none:
                number = attribute(place, "number").getValue().intValue()
                yield {"request": visit.id, **self.table.words[number]}


def main() -> None:
    """Read, solve, say."""
    deadline = float(sys.argv[2]) - LAST_WORDS_SECONDS
    table = Table()
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        for line in file:
            kind, *fields = line.rstrip("\n").split("\t")
            table.take(kind, fields)
    say({"start": True})
    config = SolverConfig(
        solution_class=Plan,
        entity_class_list=[Visit],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
    )
    solver = SolverFactory.create(config).build_solver()._delegate
    from ai.timefold.jpyinterpreter.types import PythonNone
    from ai.timefold.solver.core.api.solver.event import SolverEventListener

    speaker = Speaker(table, PythonNone.INSTANCE)

    @JImplements(SolverEventListener)
    class Listener:
        @JOverride
        def bestSolutionChanged(self, event: Any) -> None:  # noqa: N802
            speaker.hear(event.getNewBestScore(), event.getNewBestSolution())

    problem = convert_to_java_python_like_object(Plan(table.visits))
    solver.addEventListener(Listener())
    alarm = threading.Timer(max(0.0, deadline - time.monotonic()), solver.terminateEarly)
    alarm.daemon = True
    alarm.start()
    solver.solve(problem)
    speaker.end()


main()
