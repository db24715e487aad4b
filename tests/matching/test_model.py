"""The CP-SAT model alone: what it allows, solution by solution, whatever the first plan and the later cuts would mend."""

from __future__ import annotations

from typing import Any

import pytest
from ortools.sat.python import cp_model

from outreach.matching.problem import Problem
from outreach.matching.solving.model import Model
from tests.matching.simple import MONDAY, problem
from tests.matching.test_solving import clock, optioned

VISIT = {"kinds": ["field_visit"]}
SESSION = {"kinds": ["coding_session"]}


class Allowed(cp_model.CpSolverSolutionCallback):
    """All sets of requests that the model lets be placed together, each with the shared slots it calls used."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.found: set[tuple[str, ...]] = set()

    def on_solution_callback(self) -> None:
        options = self.model.options.all
        chosen = [
            option.request
            for option, one in zip(options, self.model.chosen, strict=True)
            if self.boolean_value(one)
        ]
        used = [name for name, one in self.model.used.items() if self.boolean_value(one)]
        self.found.add((*sorted(chosen), *sorted(used)))


def allowed(whole: Problem) -> set[tuple[str, ...]]:
    options, days = optioned(whole)
    model = Model(options, days, clock())
    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    listener = Allowed(model)
    assert solver.solve(model.cp, listener) == cp_model.OPTIMAL
    return listener.found


def test_a_shared_slot_is_used_exactly_when_it_has_a_group() -> None:
    assert allowed(problem(R0=VISIT, R1=VISIT)) == {
        (),
        ("R0", "L0"),
        ("R1", "L0"),
        ("R0", "R1", "L0"),
    }


def zoned(zone_minutes: int, **team: Any) -> Problem:
    """S0 and S1 are that far apart, S2 belongs to no zone and is near both; every session takes an hour."""
    third = {
        "id": "R2",
        "school": "S2",
        "pupils": 30,
        "grade": "P5",
        "languages": ["yue"],
        "topics": ["ai"],
        "windows": [[f"{MONDAY}T08:00", f"{MONDAY}T17:00"]],
    }
    return problem(
        travel={"base_minutes": 0, "minutes_per_km": 0, "zone_minutes": [["a", "b", zone_minutes]]},
        S0={"zone": "a"},
        S1={"zone": "b"},
        schools=[{"id": "S2", "place": [114.2, 22.4]}],
        requests=[third | SESSION],
        R0=SESSION,
        R1=SESSION,
        T0=team,
    )


EVERY_SET = {(), ("R0",), ("R1",), ("R2",), ("R0", "R1"), ("R0", "R2"), ("R1", "R2"), ("R0", "R1", "R2")}


@pytest.mark.parametrize(
    ("zone_minutes", "closes", "missing"),
    [
        (60, "12:00", set()),
        # Two hours: any two at the near schools, never three, and S0 and S1 are too far apart.
        (60, "11:00", {("R0", "R1"), ("R0", "R1", "R2")}),
        # Three hours: the way over S2 takes as long as the session there, so three fit and S0 with S1 alone do not.
        (180, "12:00", {("R0", "R1")}),
        (75, "12:00", {("R0", "R1")}),
    ],
)
def test_a_team_s_pair_is_forbidden_unless_a_session_in_between_shortens_the_way(
    zone_minutes: int, closes: str, missing: set[tuple[str, ...]]
) -> None:
    whole = zoned(zone_minutes, windows=[[f"{MONDAY}T09:00", f"{MONDAY}T{closes}"]])
    assert allowed(whole) == EVERY_SET - missing


@pytest.mark.parametrize(
    ("zone_minutes", "turnaround", "inheriting"),
    [(60, 0, True), (61, 0, False), (75, 15, True), (76, 15, False)],
)
def test_a_detour_can_save_only_more_than_a_session_and_a_turnaround_take(
    zone_minutes: int, turnaround: int, inheriting: bool
) -> None:
    _, days = optioned(zoned(zone_minutes, turnaround_minutes=turnaround))
    assert days.tables["T0"].inheriting is inheriting
