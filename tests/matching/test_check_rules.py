"""The judge on whole plans: each hard rule alone says no, with its own words, and its limit itself is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.matching.check import faults_of
from outreach.matching.check_rules import RULES
from outreach.matching.problem import Assignment
from tests.matching.simple import MONDAY, problem, session, slot

BOTH = [slot("R0"), slot("R1")]
TUESDAY = "2027-03-09"
SECOND = [{"id": "L1", "offer": "O0", "start": f"{MONDAY}T14:00", "end": f"{MONDAY}T15:00"}]
NEXT_DAY = [{"id": "L1", "offer": "O0", "start": f"{TUESDAY}T10:00", "end": f"{TUESDAY}T11:00"}]
NEXT_WEEK = [{"id": "L1", "offer": "O0", "start": "2027-03-15T10:00", "end": "2027-03-15T11:00"}]
SUNDAY = [{"id": "L1", "offer": "O0", "start": "2027-03-14T10:00", "end": "2027-03-14T11:00"}]
ALWAYS = {"windows": [[f"{MONDAY}T00:00", "2027-03-20T00:00"]]}
TALK = [{"id": "L2", "offer": "O1", "start": f"{MONDAY}T10:00", "end": f"{MONDAY}T11:00"}]
HOSTS = [{"id": "T1", "company": "C0", "offers": ["O0"], "windows": [[f"{MONDAY}T09:00", f"{MONDAY}T16:00"]]}]

CASES: list[tuple[str, dict[str, Any], list[Assignment], str]] = [
    ("H1", {}, [slot("R0"), session("R0", "13:00")], "Request R0 is placed 2 times."),
    ("H2", {"O0": {"max_pupils": 59}}, BOTH, "Slot L0 holds 60 pupils, at most 59 may come."),
    ("H2", {"L0": {"max_pupils": 59}}, BOTH, "Slot L0 holds 60 pupils, at most 59 may come."),
    ("H2", {"O0": {"min_pupils": 31}}, [slot("R0")], "Slot L0 holds 30 pupils, at least 31 must come."),
    ("H2", {"O0": {"max_groups": 1}}, BOTH, "Slot L0 holds 2 groups, at most 1 may come."),
    ("H2", {"L0": {"max_groups": 1}}, BOTH, "Slot L0 holds 2 groups, at most 1 may come."),
    (
        "H2",
        {"slots": TALK},
        [slot("R0", "L2"), slot("R1", "L2")],
        "The coding session L2 holds groups of S0 and S1.",
    ),
    (
        "H3",
        {"R0": {"languages": ["yue"]}, "R1": {"languages": ["en"]}},
        BOTH,
        "The groups in slot L0 share no language of the offer.",
    ),
    ("H3", {"R0": {"grade": "P3"}}, BOTH, "The groups in slot L0 are of different key stages."),
    (
        "H4",
        {"T0": {"max_sessions_per_day": 1}},
        [session("R0", "09:00"), session("R1", "13:00")],
        f"Team T0 has 2 sessions on {MONDAY}, at most 1 are allowed.",
    ),
    (
        "H4",
        {},
        [session("R0", "09:00"), session("R1", "10:15")],
        f"Team T0 cannot start at 10:15 on {MONDAY}: after the session of R0 it is ready at 10:16.",
    ),
    (
        "H4",
        {"T0": {"turnaround_minutes": 15}},
        [session("R1", "10:30"), session("R0", "09:00")],
        f"Team T0 cannot start at 10:30 on {MONDAY}: after the session of R0 it is ready at 10:31.",
    ),
    (
        "H4",
        {"teams": HOSTS, "R0": ALWAYS},
        [session("R0", "09:30", "T1", "O0"), session("R1", "10:15", "T1", "O0")],
        f"Team T1 has 2 sessions on {MONDAY}, at most 1 are allowed.",
    ),
    (
        "H5",
        {"R1": {"school": "S0"}, "S0": {"max_bookings": 1}},
        BOTH,
        "School S0 has 2 bookings, at most 1 are allowed.",
    ),
    (
        "H5",
        {"R1": {"school": "S0"}, "S0": {"max_per_day": 1}},
        BOTH,
        f"School S0 has 2 bookings on {MONDAY}, at most 1 are allowed.",
    ),
    (
        "H6",
        {"R0": {"group": "5A"}, "R1": {"group": "5A"}},
        BOTH,
        f"Group 5A has 2 placements on {MONDAY}, at most one is allowed.",
    ),
    (
        "H6",
        {"R0": {"crew": "Ms Chan"}, "R1": {"crew": "Ms Chan"}},
        [slot("R0"), session("R1", "11:45")],
        f"Ms Chan would accompany R0 and R1 at the same time on {MONDAY}.",
    ),
    (
        "H7",
        {"slots": SECOND, "C0": {"max_sessions": 1}},
        [slot("R0"), slot("R1", "L1")],
        "Company C0 gives 2 sessions, at most 1 are allowed.",
    ),
    (
        "H7",
        {"slots": SUNDAY, "C0": {"max_sessions_per_week": 1}, "R1": ALWAYS},
        [slot("R0"), slot("R1", "L1")],
        "Company C0 gives 2 sessions in week 2027-W10, at most 1 are allowed.",
    ),
    (
        "H7",
        {"C1": {"max_sessions_per_week": 1}},
        [session("R0", "09:00"), session("R1", "13:00")],
        "Company C1 gives 2 sessions in week 2027-W10, at most 1 are allowed.",
    ),
    (
        "H8",
        {"pins": [{"request": "R0", "slot": "L0"}]},
        [session("R0", "09:00")],
        "The pin of request R0 to slot L0 is not kept.",
    ),
]


@pytest.mark.parametrize(("rule", "changes", "plan", "sentence"), CASES)
def test_one_rule_alone_is_broken(
    rule: str, changes: dict[str, Any], plan: list[Assignment], sentence: str
) -> None:
    faults = faults_of(problem(**changes), plan)
    assert sentence in [fault.sentence for fault in faults]
    assert {fault.rule for fault in faults} == {rule}


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_a_rule_left_out_of_the_judge_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, rule)
    cases = [case for case in CASES if case[0] == rule]
    for _, changes, plan, _ in cases:
        assert faults_of(problem(**changes), plan) == []


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(RULES)


def test_the_limits_themselves_are_allowed() -> None:
    exact = problem(
        O0={"max_pupils": 60, "min_pupils": 60, "max_groups": 2},
        S0={"max_bookings": 1, "max_per_day": 1},
        C0={"max_sessions": 1, "max_sessions_per_week": 1},
        pins=[{"request": "R0", "slot": "L0"}],
    )
    assert faults_of(exact, BOTH) == []


def test_a_shared_slot_counts_one_session_and_another_week_counts_anew() -> None:
    weekly = problem(slots=NEXT_WEEK, C0={"max_sessions_per_week": 1}, R1=ALWAYS)
    assert faults_of(weekly, [slot("R0"), slot("R1", "L1")]) == []


def test_a_team_may_start_the_minute_it_is_ready() -> None:
    on_time = problem(T0={"turnaround_minutes": 14})
    assert faults_of(on_time, [session("R0", "09:00"), session("R1", "10:30")]) == []


def test_a_group_may_go_on_two_days_and_a_crew_may_go_the_minute_it_is_back() -> None:
    same = {"group": "5A", "crew": "Ms Chan", "school": "S0"}
    days = problem(slots=NEXT_DAY, R0=same, R1=same | ALWAYS)
    assert faults_of(days, [slot("R0"), slot("R1", "L1")]) == []
    crew = {"crew": "Ms Chan"}
    back = problem(R0=crew, R1=crew, L0={"end": f"{MONDAY}T11:41"})
    assert faults_of(back, [slot("R0"), session("R1", "12:00")]) == []


def test_the_groups_of_one_school_may_share_a_coding_session() -> None:
    assert faults_of(problem(slots=TALK, R1={"school": "S0"}), [slot("R0", "L2"), slot("R1", "L2")]) == []


def test_a_team_on_the_road_overnight_is_late_in_the_morning() -> None:
    """H4 asks for the way between any two sessions that follow each other, also across midnight."""
    night = [[f"{MONDAY}T22:00", f"{TUESDAY}T02:00"]]
    late = problem(T0={"windows": night}, R0=ALWAYS, R1=ALWAYS)
    faults = faults_of(late, [session("R0", "22:45"), session("R1", "00:00", day=TUESDAY)])
    assert [fault.sentence for fault in faults] == [
        f"Team T0 cannot start at 00:00 on {TUESDAY}: after the session of R0 it is ready at 00:01."
    ]
