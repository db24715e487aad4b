"""The options as arrays: equal to the light half's candidates, one by one, whatever binds; and who shares what."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solving import options as options_module
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.options import options_of
from tests.matching.brute import RULES
from tests.matching.plain_options import plain_options
from tests.matching.shared import shared_file
from tests.matching.simple import MONDAY, problem, session, slot
from tests.matching.test_agreement import problem_of
from tests.matching.test_solving import clock, optioned
from tests.matching.tiny_problems import document
from tests.matching.wild import wild


def assert_equal(whole: Problem, name: object) -> None:
    assert list(options_of(whole, clock()).all) == plain_options(whole), name


@pytest.mark.parametrize("rule", RULES)
def test_they_are_the_light_half_s(rule: str) -> None:
    for seed in range(12):
        assert_equal(problem_of(document(rule, seed)), (rule, seed))


@pytest.mark.parametrize("part", range(10))
def test_they_are_the_light_half_s_on_wild_problems(part: int) -> None:
    for seed in range(40 * part, 40 * part + 40):
        assert_equal(wild(seed), seed)


@pytest.mark.parametrize("name", ["tiny", "small", "city"])
def test_they_are_the_light_half_s_on_the_shared_instances(name: str) -> None:
    assert_equal(read_problem(shared_file(f"{name}.json").read_bytes()), name)


@pytest.mark.slow
def test_they_are_the_light_half_s_on_the_startups() -> None:
    """Every hundredth request: all of them take the light half minutes."""
    whole = read_problem(shared_file("startups.json").read_bytes())
    assert_equal(replace(whole, requests=whole.requests[::100]), "startups")


def test_a_problem_of_nothing_has_none() -> None:
    assert list(options_of(Problem(), clock()).all) == []
    bare = replace(problem(), slots=(), teams=())
    assert len(options_of(bare, clock())) == 0
    assert len(options_of(replace(bare, offers=()), clock())) == 0


def test_far_years_and_long_slots_have_room() -> None:
    end = {"windows": [["2027-03-08T08:00", "9999-12-31T23:00"]]}
    late = {"start": "2027-03-08T12:00", "end": "9999-12-30T23:00"}
    assert_equal(problem(R0=end, L0=late, T0={"windows": [["9999-12-31T09:00", "9999-12-31T22:00"]]}), "far")


def test_a_clock_that_ends_leaves_the_options_of_the_requests_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replace(wild(9), pins=(), bans=())
    monkeypatch.setattr("outreach.matching.solving.candidate_arrays.REQUESTS_AT_ONCE", 2)
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 2

    now = time.monotonic()
    options = options_of(whole, Clock(now, now + 60, stop))
    first = replace(whole, requests=whole.requests[:4])
    assert not options.complete
    assert list(options.all) == plain_options(first)
    everything = options_of(whole, clock())
    assert everything.complete
    assert len(everything) > len(options) > 0


def test_who_shares_a_request_a_slot_a_team() -> None:
    for seed in range(30):
        options = options_of(wild(seed), clock())
        for groups, key in (
            (options.of_request, "request"),
            (options.of_slot, "slot"),
            (options.of_team, "team"),
        ):
            truth: dict[str, list[int]] = {}
            for index, option in enumerate(options.all):
                if getattr(option, key):
                    truth.setdefault(getattr(option, key), []).append(index)
            assert list(groups.items()) == list(truth.items())
            assert len(groups) == len(truth)
            assert [groups.count(name) for name in groups] == [len(mine) for mine in truth.values()]
            assert groups.get("nobody") is None


def test_columns_that_are_worked_out_say_what_the_option_says() -> None:
    for seed in range(30):
        whole = wild(seed)
        options = options_of(whole, clock())
        for index, option in enumerate(options.all):
            asked = whole.visit_request[option.request]
            assert options.pupils[index] == asked.pupils
            assert whole.schools[options.school[index]].id == asked.school == options.school_of(option)
            assert whole.companies[options.company[index]].id == options.company_of(option)
            assert options.week[index] == options.week_of(option)
            assert options.spots.all[options.spot[index]] == option.spot
            assert (options.leaves[index], options.returns[index]) == option.away


def test_a_subset_holds_the_chosen_options_and_no_others() -> None:
    options = options_of(wild(11), clock())
    chosen = list(range(0, len(options), 3))
    some = options.subset(np.array(chosen))
    assert list(some.all) == [options.all[index] for index in chosen]
    assert list(some.all[-2:]) == [some.all[len(some) - 2], some.all[-1]]
    with pytest.raises(IndexError):
        some.all[len(some)]


@pytest.mark.parametrize(
    ("opens", "closes", "starts"),
    [
        ("12:00", "13:00", [9]),
        ("11:55", "13:00", [1] * 9),
        ("08:00", "09:00", [9]),
        ("08:00", "09:05", [1] * 9),
    ],
)
def test_a_crew_that_comes_back_when_it_leaves_again_does_not_meet_itself(
    opens: str, closes: str, starts: list[int]
) -> None:
    """R0's sessions lie between nine and twelve, whenever they start; R1's is the slot."""
    morning = {"windows": [[f"{MONDAY}T09:00", f"{MONDAY}T12:00"]], "kinds": ["coding_session"]}
    whole = problem(
        R0=morning | {"crew": "Ms Chan"},
        R1={"scores": {"L0": 1}, "crew": "Ms Chan"},
        L0={"offer": "O1", "start": f"{MONDAY}T{opens}", "end": f"{MONDAY}T{closes}"},
    )
    found = options_of(whole, clock()).all
    assert [sum(map(len, one.starts)) for one in found if one.team] == starts
    assert [one.request for one in found if one.slot] == ["R1"]


def test_an_assignment_is_found_in_the_option_with_the_fewest_starts_first() -> None:
    kept = problem(
        incumbent=[{"request": "R0", "team": "T0", "offer": "O1", "start": f"{MONDAY}T13:15"}],
        objectives=["changes"],
    )
    options, _ = optioned(kept)
    assert [options.all[index].starts for index in options.indices_for(session("R0", "13:15"))] == [
        (range(session("R0", "13:15").start, session("R0", "13:15").start + 1),)
    ]
    assert [len(options.all[index].starts) for index in options.indices_for(session("R0", "13:30"))] == [2]
    assert [options.all[index].slot for index in options.indices_for(slot("R1"))] == ["L0"]
    for nowhere in (
        slot("R1", "gone"),
        slot("gone"),
        session("R0", "13:16"),
        session("R0", "09:00", offer="O0"),
    ):
        assert options.indices_for(nowhere) == []
    assert options.indices_for(replace(slot("R1"), team="T0")) == []


def test_objects_are_made_once_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    options, _ = optioned(problem())
    assert options.all[0] is options.all[0]
    monkeypatch.setattr(options_module, "MOST_KEPT", 1)
    first = options.all[0]
    assert options.all[1] == options.option(1)
    assert options.all[0] == first
    assert options.all[0] is not first
