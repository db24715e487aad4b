"""The judge on single placements: each candidate rule alone says no, with its own words."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.matching.check import faults_of
from outreach.matching.fault import Fault
from outreach.matching.problem import Assignment
from tests.matching.simple import MONDAY, problem, session, slot

LATE = [[f"{MONDAY}T10:00", f"{MONDAY}T16:00"]]


def test_the_base_breaks_nothing() -> None:
    assert faults_of(problem(), [slot("R0"), session("R1", "09:00")]) == []


CASES: list[tuple[str, dict[str, Any], Assignment, str]] = [
    (
        "kind",
        {"R0": {"kinds": ["coding_session"]}},
        slot("R0"),
        "it does not ask for a field visit, which offer O0 is",
    ),
    ("grade", {"O0": {"grades": ["P6"]}}, slot("R0"), "offer O0 is not for grade P5"),
    ("language", {"R0": {"languages": ["cmn"]}}, slot("R0"), "it shares no language with offer O0"),
    (
        "wheelchair",
        {"R0": {"wheelchair": True}, "O0": {"wheelchair": False}},
        slot("R0"),
        "offer O0 has no wheelchair access",
    ),
    ("interest", {"R0": {"topics": []}}, slot("R0"), "offer O0 is no choice of it and shares no topic"),
    ("interest", {"R0": {"scores": {"T0": 4}}}, slot("R0"), "its scores do not name L0"),
    ("ban", {"bans": [{"request": "R0", "slot": "L0"}]}, slot("R0"), "the slot L0 is banned for it"),
    (
        "ban",
        {"bans": [{"request": "R0", "team": "T0"}]},
        session("R0", "09:00"),
        "the team T0 is banned for it",
    ),
    (
        "ban",
        {"bans": [{"request": "R0", "offer": "O1"}]},
        session("R0", "09:00"),
        "the offer O1 is banned for it",
    ),
    (
        "travel",
        {"R0": {"max_travel_minutes": 18}},
        slot("R0"),
        "the way takes 19 minutes, more than the 18 it accepts",
    ),
    (
        "time",
        {"R0": {"windows": [[f"{MONDAY}T09:42", f"{MONDAY}T17:00"]]}},
        slot("R0"),
        f"it is not free from {MONDAY}T09:41 to {MONDAY}T11:49",
    ),
    (
        "time",
        {"R0": {"windows": [[f"{MONDAY}T09:00", f"{MONDAY}T11:48"]]}},
        slot("R0"),
        f"it is not free from {MONDAY}T09:41 to {MONDAY}T11:49",
    ),
    (
        "time",
        {"R0": {"windows": [[f"{MONDAY}T09:00", f"{MONDAY}T09:30"], [f"{MONDAY}T09:30", f"{MONDAY}T16:00"]]}},
        session("R0", "09:00"),
        f"it is not free from {MONDAY}T09:00 to {MONDAY}T10:00",
    ),
    (
        "team travel",
        {"T0": {"max_travel_minutes": 18}},
        session("R0", "09:00"),
        "team T0 would travel 19 minutes, its limit is 18",
    ),
    (
        "team time",
        {"T0": {"windows": LATE}},
        session("R0", "09:45"),
        f"team T0 is not free from {MONDAY}T09:45 to {MONDAY}T10:45",
    ),
    ("grid", {}, session("R0", "09:20"), "09:20 is not on the grid of 15 minutes"),
]


@pytest.mark.parametrize(("rule", "changes", "assignment", "why"), CASES)
def test_one_rule_alone_is_broken(
    rule: str, changes: dict[str, Any], assignment: Assignment, why: str
) -> None:
    assert faults_of(problem(**changes), [assignment]) == [
        Fault(f"candidate:{rule}", f"Request R0: {why}.", ("R0",))
    ]


def test_too_many_pupils_for_a_slot_of_its_own_size() -> None:
    faults = faults_of(problem(L0={"max_pupils": 29}), [slot("R0")])
    assert faults[0] == Fault(
        "candidate:pupils", "Request R0: its 30 pupils are more than the 29 that L0 takes.", ("R0",)
    )


def test_too_many_pupils_for_a_team() -> None:
    faults = faults_of(problem(O1={"max_pupils": 29}), [session("R0", "09:00")])
    assert faults == [
        Fault("candidate:pupils", "Request R0: its 30 pupils are more than the 29 that T0 takes.", ("R0",))
    ]


def test_the_limits_themselves_are_allowed() -> None:
    exact = problem(
        R0={"max_travel_minutes": 19, "windows": [[f"{MONDAY}T09:41", f"{MONDAY}T11:49"]]},
        L0={"max_pupils": 30},
    )
    assert faults_of(exact, [slot("R0")]) == []


def test_a_visit_given_by_a_team_needs_the_way_free_and_no_home() -> None:
    hosts = [{"id": "T1", "company": "C0", "offers": ["O0"], "windows": LATE}]
    assert faults_of(problem(teams=hosts), [session("R0", "10:00", "T1", "O0")]) == []
    tight = problem(teams=hosts, R0={"windows": [[f"{MONDAY}T09:45", f"{MONDAY}T17:00"]]})
    assert [fault.rule for fault in faults_of(tight, [session("R0", "10:00", "T1", "O0")])] == [
        "candidate:time"
    ]


@pytest.mark.parametrize(
    ("assignment", "what"),
    [
        (slot("R9"), "there is no request 'R9'"),
        (slot("R0", "L9"), "there is no slot 'L9'"),
        (session("R0", "09:00", "T9"), "there is no team 'T9'"),
        (session("R0", "09:00", "T0", "O9"), "there is no offer 'O9'"),
        (session("R0", "09:00", "T0", "O0"), "the team 'T0' does not give the offer 'O0'"),
    ],
)
def test_what_does_not_exist_is_named(assignment: Assignment, what: str) -> None:
    faults = faults_of(problem(), [assignment])
    assert faults == [Fault("unknown", f"assignments[0]: {what}.", (assignment.request,))]
