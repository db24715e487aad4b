"""The funnel of one request: each candidate rule takes its share, and the end is what the candidates are."""

from __future__ import annotations

import subprocess
import sys
import time

from outreach.matching.candidates import Finder, SlotCandidate
from outreach.matching.funnel import STEPS, Step, funnel
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from tests.matching.brute import RULES
from tests.matching.shared import shared_file
from tests.matching.simple import problem
from tests.matching.test_agreement import problem_of
from tests.matching.tiny_problems import document


def steps_of(whole: Problem, name: str = "R0") -> dict[str, tuple[int, int]]:
    steps = funnel(Finder(whole), whole.visit_request[name])
    assert tuple(step.rule for step in steps) == STEPS
    return {step.rule: (step.slots, step.team_windows) for step in steps}


def test_nothing_is_lost_where_everything_suits() -> None:
    assert set(steps_of(problem()).values()) == {(1, 1)}


def test_a_rule_takes_away_what_it_forbids_and_no_more() -> None:
    assert steps_of(problem(R0={"pupils": 31}, L0={"max_pupils": 30}))["pupils"] == (0, 1)
    assert steps_of(problem(R0={"kinds": ["field_visit"]}))["kind"] == (1, 0)
    assert steps_of(problem(R0={"windows": [["2027-03-08T08:00", "2027-03-08T09:30"]]}))["time"] == (0, 0)
    assert steps_of(problem(R0={"max_travel_minutes": 1}))["travel"] == (0, 1)
    assert steps_of(problem(bans=[{"request": "R0", "team": "T0"}]))["ban"] == (1, 0)


def test_the_end_of_the_funnel_is_the_candidates() -> None:
    for seed, rule in enumerate(RULES):
        whole = problem_of(document(rule, seed))
        finder = Finder(whole)
        for one in whole.requests:
            last = funnel(finder, one)[-1]
            slots = {c.slot for c in finder.of(one) if isinstance(c, SlotCandidate)}
            teams = {c.team for c in finder.of(one) if not isinstance(c, SlotCandidate)}
            assert last.slots == len(slots)
            assert bool(last.team_windows) == bool(teams)


def test_one_request_of_the_city_is_answered_while_somebody_types() -> None:
    whole = read_problem(shared_file("city.json").read_bytes())
    finder = Finder(whole)
    took = []
    for one in whole.requests[:40]:
        began = time.process_time()
        assert isinstance(funnel(finder, one)[-1], Step)
        took.append(time.process_time() - began)
    assert sorted(took)[len(took) // 2] < 0.05


def test_the_light_half_loads_neither_web_nor_database_nor_solver() -> None:
    code = (
        "import sys, outreach.matching, outreach.matching.candidates, outreach.matching.funnel, outreach.matching.check,"
        " outreach.matching.problem_json, outreach.matching.problem_writing, outreach.matching.plan_json;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'ortools', 'numpy', 'pandas'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
