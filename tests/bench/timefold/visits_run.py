"""Timefold's Python solver, in Timefold's own virtual environment: `python visits_run.py TABLE SECONDS`.

Reads the table that `export.py` wrote and says each better plan on stdout, as `Matching.java` does.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from timefold.solver import BestSolutionChangedEvent, SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from visits import GOALS, Company, Option, Plan, School, Slot, Team, Visit, rules

PAUSE_SECONDS = 0.25
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
            self.teams.append(Team(fields[0], *map(int, fields[1:])))
        elif kind == "slot":
            self.slots.append(Slot(fields[0], *map(int, fields[1:6]), one_school=fields[6] == "1"))
        elif kind == "way":
            self.ways.append([int(minutes) for minutes in fields[1:]])
        elif kind == "visit":
            self.visits.append(self._visit(fields))
        elif kind == "option":
            self.visits[-1].options.append(self._option(fields))

    def _visit(self, fields: Fields) -> Visit:
        name, school, group, crew, *numbers, pinned = fields
        return Visit(name, self.schools[int(school)], group, crew, *map(int, numbers), pinned=pinned == "1")

    def _option(self, fields: Fields) -> Option:
        slot, team, offer, start_text, *numbers, kept = fields
        start, end, leaves, returns, day, week, spot, company, points, minutes, cost = map(int, numbers)
        return Option(
            self.slots[int(slot)] if slot else None,
            self.teams[int(team)] if team else None,
            self.offers[int(offer)],
            start_text,
            *(start, end, leaves, returns, day, week, spot),
            self.companies[company],
            *(points, minutes, cost),
            kept == "1",
            self.ways[spot] if team else [],
        )


def assignments(plan: Plan) -> list[dict[str, str]]:
    """A plan in the form of a plan file."""
    found = []
    for visit in plan.visits:
        option = visit.option
        if option is not None and option.slot is not None:
            found.append({"request": visit.id, "slot": option.slot.id})
        elif option is not None and option.team is not None:
            found.append(
                {
                    "request": visit.id,
                    "team": option.team.id,
                    "offer": option.offer,
                    "start": option.start_text,
                }
            )
    return found


def say(line: dict[str, object]) -> None:
    """One line on stdout."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read, solve, say."""
    ends = time.monotonic() + float(sys.argv[2])
    table = Table()
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        for line in file:
            kind, *fields = line.rstrip("\n").split("\t")
            table.take(kind, fields)
    say({"start": True})
    left = max(1, int(1000 * (ends - time.monotonic())))
    config = SolverConfig(
        solution_class=Plan,
        entity_class_list=[Visit],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
        termination_config=TerminationConfig(spent_limit=Duration(milliseconds=left)),
    )
    solver = SolverFactory.create(config).build_solver()
    written = 0.0

    def hear(event: BestSolutionChangedEvent[Plan]) -> None:
        nonlocal written
        plan = event.new_best_solution
        if plan.score.is_feasible and time.monotonic() > written + PAUSE_SECONDS:
            say({"plan": assignments(plan)})
            written = time.monotonic()

    solver.add_event_listener(hear)
    best = solver.solve(Plan(table.visits))
    if best.score is not None and best.score.is_feasible:
        say({"plan": assignments(best)})
    else:
        say({"note": f"no feasible plan: {best.score}"})


main()
