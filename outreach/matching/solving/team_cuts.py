"""What a CP-SAT solution chose, and cuts for those of its sets of sessions that their team cannot give."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.matching.solving.model import Model
from outreach.matching.solving.timetable import TeamDays


def chosen_by(model: Model, values: Sequence[int]) -> list[int]:
    """The options of a solution (the values of all variables)."""
    return [index for index, variable in enumerate(model.chosen) if values[variable.index]]


def cut(model: Model, chosen: Sequence[int]) -> bool:
    """Forbid the sets of this solution that their team cannot give; whether there were any."""
    found = False
    for block, members in model.days.sets(chosen).items():
        if model.days.impossible(members):
            table, everybody = model.days.blocks[block]
            model.add_cut(table, everybody, _smallest(model.days, members, table.inheriting))
            found = True
    return found


def _smallest(days: TeamDays, members: Sequence[int], inheriting: bool) -> list[int]:
    """A part of an impossible set that is impossible already."""
    left = list(members)
    for index in members if inheriting else ():
        rest = [other for other in left if other != index]
        if len(rest) > 1 and days.impossible(rest):
            left = rest
    return left
