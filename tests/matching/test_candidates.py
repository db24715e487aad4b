"""Candidates: equal to the brute force's, moment by moment; runs of starts; each day apart."""

from __future__ import annotations

import pytest

from outreach.matching.assignment_json import read_assignment
from outreach.matching.candidates import Finder, SlotCandidate, TeamCandidate, merged
from outreach.matching.problem import Assignment
from tests.matching.brute import RULES, Brute
from tests.matching.simple import MONDAY, problem
from tests.matching.test_agreement import problem_of
from tests.matching.tiny_problems import document


@pytest.mark.parametrize("rule", RULES)
def test_they_are_the_brute_force_s(rule: str) -> None:
    for seed in range(8):
        plain = document(rule, seed)
        mine: dict[Assignment, tuple[int, int]] = {}
        for one in Finder(problem_of(plain)).all():
            about = (one.travel, one.points)
            if isinstance(one, SlotCandidate):
                mine[Assignment(one.request, slot=one.slot)] = about
                continue
            for run in one.starts:
                for start in run:
                    mine[Assignment(one.request, team=one.team, offer=one.offer, start=start)] = about
        visits = [visit for some in Brute(plain).visits.values() for visit in some]
        truth = {read_assignment(dict(one.assignment), ""): (one.travel, one.points) for one in visits}
        assert mine == truth


def test_a_team_s_starts_are_runs_on_the_grid_apart_by_day() -> None:
    late = [[f"{MONDAY}T22:50", "2027-03-09T01:20"], [f"{MONDAY}T09:05", f"{MONDAY}T10:35"]]
    free = [[f"{MONDAY}T00:00", "2027-03-10T00:00"]]
    whole = problem(T0={"windows": late}, R0={"windows": free, "kinds": ["coding_session"]})
    found = [one for one in Finder(whole).of(whole.visit_request["R0"]) if isinstance(one, TeamCandidate)]
    clock = [[(start // 60 % 24, start % 60) for run in one.starts for start in run] for one in found]
    assert clock == [
        [(9, 15), (9, 30), (23, 0), (23, 15), (23, 30), (23, 45)],
        [(0, 0), (0, 15)],
    ]
    assert [len(one.starts) for one in found] == [2, 1]
    assert found[1].day == found[0].day + 1


def test_windows_that_touch_do_not_make_one() -> None:
    """One window must cover the session: two that meet at ten do not."""
    apart = [[f"{MONDAY}T09:00", f"{MONDAY}T10:00"], [f"{MONDAY}T10:00", f"{MONDAY}T11:00"]]
    whole = problem(R0={"windows": apart, "kinds": ["coding_session"]})
    (one,) = Finder(whole).of(whole.visit_request["R0"])
    assert isinstance(one, TeamCandidate)
    assert [start % 1440 for run in one.starts for start in run] == [540, 600]


def test_scores_that_are_given_and_name_nothing_allow_nothing() -> None:
    whole = problem(R0={"scores": {}})
    assert list(Finder(whole).of(whole.visit_request["R0"])) == []


def test_runs_are_merged_where_they_meet() -> None:
    runs = [range(60, 91, 15), range(0, 31, 15), range(45, 61, 15), range(120, 121, 15), range(75, 76, 15)]
    assert merged(runs) == (range(0, 91, 15), range(120, 121, 15))
