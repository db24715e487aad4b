"""Blocks of team-days as arrays: equal to what a walk through each team's days finds."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from outreach.matching.problem_json import read_problem
from outreach.matching.solving.options import Option, options_of
from outreach.matching.solving.timetable import TeamDays, Timetable, longest_zone
from tests.matching.shared import shared_file
from tests.matching.simple import BASE, MONDAY, problem
from tests.matching.test_solving import clock
from tests.matching.wild import wild


def walked(table: Timetable, options: list[tuple[int, Option]]) -> list[list[int]]:
    """One team's blocks, day by day."""
    days: dict[int, list[tuple[int, Option]]] = defaultdict(list)
    for index, option in options:
        days[option.day].append((index, option))
    spots = [option.spot for _, option in options]
    reach = 2 * max(table.ways.minutes(*spots[0], *spot) for spot in spots) + longest_zone(table.ways)
    found: list[list[int]] = []
    busy = 0
    for _, members in sorted(days.items()):
        indices = [index for index, _ in members]
        ready = busy + table.team.turnaround_minutes + reach
        if found and min(option.first for _, option in members) < ready:
            found[-1] += indices
        else:
            found.append(indices)
        busy = max(busy, *(option.last + option.minutes for _, option in members))
    return found


def assert_walked(days: TeamDays) -> None:
    options = days.options
    truth = [
        (team_id, block)
        for team_id, mine in options.of_team.items()
        for block in walked(days.tables[team_id], [(index, options.all[index]) for index in mine])
    ]
    assert [(table.team.id, members) for table, members in days.blocks] == truth
    assert [days.members(block).tolist() for block in range(len(days.blocks))] == [
        block for _, block in truth
    ]
    of = {index: number for number, (_, block) in enumerate(truth) for index in block}
    assert days.block_of.tolist() == [of.get(index, -1) for index in range(len(options))]


def test_they_are_those_of_a_walk_through_the_days() -> None:
    joined = 0
    for seed in range(400):
        days = TeamDays(options_of(wild(seed), clock()))
        assert_walked(days)
        joined += sum(len(np.unique(days.options.day[members])) > 1 for _, members in days.blocks)
    assert joined > 50


@pytest.mark.parametrize("name", ["tiny", "small", "city"])
def test_they_are_those_of_a_walk_on_the_shared_instances(name: str) -> None:
    assert_walked(TeamDays(options_of(read_problem(shared_file(f"{name}.json").read_bytes()), clock())))


def test_a_session_of_two_days_joins_the_days_it_lasts() -> None:
    """The long one ends on Wednesday; what ends on Tuesday morning does not part the days."""
    short = {**BASE["offers"][1], "id": "O2", "topics": [], "minutes": 60}
    mornings = [[f"2027-03-{day}T09:00", f"2027-03-{day}T10:00"] for day in ("09", "10")]
    whole = problem(
        offers=[short],
        O1={"minutes": 3000},
        T0={"offers": ["O1", "O2"], "windows": [[f"{MONDAY}T09:00", "2027-03-10T20:00"]]},
        R0={"windows": [[f"{MONDAY}T09:00", "2027-03-10T20:00"]], "kinds": ["coding_session"]},
        R1={"windows": mornings, "kinds": ["coding_session"], "choices": ["O2"]},
    )
    days = TeamDays(options_of(whole, clock()))
    assert_walked(days)
    assert [[days.options.all[one].offer for one in members] for _, members in days.blocks] == [
        ["O1", "O2", "O2"]
    ]


def test_a_problem_without_teams_has_none() -> None:
    days = TeamDays(options_of(problem(T0={"windows": []}), clock()))
    assert list(days.blocks) == []
    assert days.tables == {}
    assert days.sets(range(len(days.options))) == {}


def test_blocks_are_counted_from_the_end_too_and_end() -> None:
    some = (TeamDays(options_of(wild(seed), clock())) for seed in range(100))
    days = next(one for one in some if len(one.blocks) > 2)
    assert days.blocks[-1] == days.blocks[len(days.blocks) - 1]
    assert days.blocks[1:3] == [days.blocks[1], days.blocks[2]]
    with pytest.raises(IndexError):
        days.blocks[len(days.blocks)]
