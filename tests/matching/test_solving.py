"""The parts of the solver, each against the truth: first plans, times of team-days, plain bounds, scaled costs."""

from __future__ import annotations

import itertools
import random
import time
from decimal import Decimal

import pytest

from outreach.matching.check import faults_of
from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.goals import safe_bounds, scale_of, scaled, unscaled
from outreach.matching.solving.greedy import drafted
from outreach.matching.solving.options import Option, Options, options_of
from outreach.matching.solving.timetable import TeamDays, start_from
from outreach.matching.travel import Ways
from outreach.matching.values import better
from tests.matching.brute import RULES, Brute
from tests.matching.brute_visits import Document
from tests.matching.simple import MONDAY, problem, session, slot
from tests.matching.test_agreement import problem_of
from tests.matching.tiny_problems import binding, document


def clock(seconds: float = 60) -> Clock:
    now = time.monotonic()
    return Clock(now, now + seconds, lambda: False)


def optioned(whole: Problem) -> tuple[Options, TeamDays]:
    options = options_of(whole, clock())
    return options, TeamDays(options)


def draft(whole: Problem, given: tuple[Assignment, ...] = (), *, fill: bool = True) -> list[Assignment]:
    return drafted(*optioned(whole), given, clock(), fill=fill)


@pytest.mark.parametrize("rule", RULES)
def test_a_first_plan_breaks_no_rule(rule: str) -> None:
    for seed in range(30):
        plain = {key: value for key, value in document(rule, seed).items() if key != "pins"}
        whole = problem_of(plain)
        plan = draft(whole)
        assert faults_of(whole, plan) == [], plain["name"]
        if plan == []:
            assert not any(Brute(plain).visits.values()) or rule in ("H2 fewest pupils", "H8"), plain["name"]


def test_a_first_plan_keeps_pins_and_what_was_given() -> None:
    whole = problem(pins=[{"request": "R1", "slot": "L0"}], L0={"max_groups": 1})
    given = (slot("R0"), session("R0", "13:15"))
    assert draft(whole, given) == [session("R0", "09:00"), slot("R1")]
    assert draft(whole, fill=False) == [slot("R1")]
    kept = problem(
        incumbent=[{"request": "R0", "team": "T0", "offer": "O1", "start": f"{MONDAY}T13:15"}],
        objectives=["changes"],
    )
    assert draft(kept, kept.incumbent, fill=False) == [session("R0", "13:15")]


def test_groups_gather_where_a_slot_needs_several() -> None:
    assert draft(problem(L0={"min_pupils": 60}, teams=[], T0={"windows": []})) == [slot("R0"), slot("R1")]
    assert draft(problem(L0={"min_pupils": 61}, T0={"windows": []})) == []


@pytest.mark.parametrize("rule", RULES)
def test_plain_bounds_hold(rule: str) -> None:
    for plain, truth in binding(rule):
        whole = problem_of(plain)
        for options in (options_of(whole, clock()), options_of(whole, clock(0))):
            for goal, bound in safe_bounds(options).items():
                assert not better(goal, truth.values[goal], bound), (plain["name"], goal)


def stretched(rng: random.Random) -> Document:
    """Requests with short free times for one team: order and times are a puzzle."""
    windows = []
    for _ in range(4):
        hour = rng.randint(9, 12)
        windows.append([[f"{MONDAY}T{hour:02d}:00", f"{MONDAY}T{hour + rng.randint(1, 4):02d}:30"]])
    return {f"R{i}": {"windows": window, "kinds": ["coding_session"]} for i, window in enumerate(windows[:2])}


def test_the_times_of_a_team_day_are_found_whenever_there_are_any() -> None:
    """Against all orders and all starts, one after the other."""
    rng = random.Random(4)
    possible = 0
    for _ in range(150):
        whole = problem(**stretched(rng), T0={"turnaround_minutes": rng.choice((0, 30, 75))})
        options, days = optioned(whole)
        together = (
            [next(one for one in options.all if one.request == name and one.team) for name in ("R0", "R1")]
            if len({one.request for one in options.all if one.team}) == 2
            else []
        )
        if not together:
            continue
        found = days.tables["T0"].starts(together)
        truth = any_times(whole, together)
        assert (found is not None) == truth
        assert days.tables["T0"].can_share(*together) == truth
        if found is not None:
            possible += 1
            plan = [one.assignment(start) for one, start in zip(together, found, strict=True)]
            assert faults_of(whole, plan) == []
    assert 30 < possible < 140


def any_times(whole: Problem, together: list[Option]) -> bool:
    moments = [[start for run in one.starts for start in run] for one in together]
    return any(
        faults_of(whole, [one.assignment(start) for one, start in zip(together, starts, strict=True)]) == []
        for starts in itertools.product(*moments)
    )


def test_the_next_start_is_on_the_runs() -> None:
    (one, *_) = optioned(problem())[0].all[1:]
    assert one.team == "T0"
    first, last = one.first, one.last
    assert start_from(one, first - 100) == first
    assert start_from(one, first + 1) == first + 15
    assert start_from(one, last) == last
    assert start_from(one, last + 1) is None


def test_a_crew_s_sessions_are_single_starts_only_where_they_could_meet() -> None:
    crew = {"crew": "Ms Chan", "kinds": ["coding_session"]}
    meeting = optioned(problem(R0=crew, R1=crew))[0]
    assert {len(one.starts[0]) for one in meeting.all} == {1}
    later = {"windows": [["2027-03-09T08:00", "2027-03-09T17:00"]]}
    apart = optioned(
        problem(R0=crew, R1=crew | later, T0={"windows": [[f"{MONDAY}T09:00", f"{MONDAY}T16:00"]]})
    )[0]
    assert [len(one.starts[0]) for one in apart.all] == [25]


def test_costs_are_scaled_by_the_power_of_ten_they_need() -> None:
    assert scale_of(problem(), "cost") == 1
    assert scale_of(problem(O0={"cost": 2.5}), "cost") == 10
    assert scale_of(problem(O0={"cost": 2.5}, R0={"costs": {"T0": 0.125}}), "cost") == 1000
    assert scale_of(problem(L0={"cost": 0.000001}), "cost") == 10**6
    assert scale_of(problem(O0={"cost": 2.5}), "travel") == 1
    assert scaled(Decimal("2.5"), 1000) == 2500
    assert unscaled(2500, 1000) == Decimal("2.5")
    assert unscaled(3000, 1000) == 3


def test_nights_that_are_too_short_join_two_days() -> None:
    nights = [[f"{MONDAY}T20:00", f"{MONDAY}T23:30"], ["2027-03-09T00:00", "2027-03-09T04:00"]]
    free = {"windows": [[f"{MONDAY}T00:00", "2027-03-11T00:00"]], "kinds": ["coding_session"]}
    joined = optioned(problem(T0={"windows": nights}, R0=free, R1=free))[1]
    assert len(joined.blocks) == 1
    calm = [[f"{MONDAY}T09:00", f"{MONDAY}T16:00"], ["2027-03-09T09:00", "2027-03-09T16:00"]]
    assert len(optioned(problem(T0={"windows": calm}, R0=free, R1=free))[1].blocks) == 2
    assert Ways(problem().travel).minutes((0, 0), None, (0, 0), None) == 0
