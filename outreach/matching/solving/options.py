"""What the solver chooses from: one option per request and slot, or per request, team, offer and day.

`Options` holds them as arrays, one entry per option, in the order of the requests; positions are those in the problem's lists and
-1 where there is none:

- `request, slot, team, offer` (positions), `day`, `leave_early`, `travel`, `points`: `int32`;
- `first, last` (the ends of the possible starts, in steps of the grid), `minutes`: `int64`;
- `several`: for the few options whose starts are more than one run, the runs by the option's number;
- worked out when asked for: `pupils, school, company, week, spot` (a position in `spots`), `leaves`, `returns`.

`all[i]` is option i as an `Option`; `of_request`, `of_slot`, `of_team` tell by id (or with `at` by position) who shares what.

The time of a team's session is left open inside its option wherever nothing but the team's own day depends on it: order and times
of a team-day follow from checking the set (`timetable.py`). It is split into single starts where somebody else needs to know it:
a crew that has another engagement, an assignment to be kept to the letter (`splitting.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np

from outreach.matching.problem import CODING_SESSION, Assignment, Problem
from outreach.matching.solving.candidate_arrays import CandidateArrays
from outreach.matching.solving.columns import Columns, Long, Small, Whole, joined
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.groups import Groups
from outreach.matching.solving.splitting import only_pins, rows_allowing, split_crews, split_kept
from outreach.matching.solving.spots import Spot, Spots
from outreach.matching.solving.supply import Positions
from outreach.matching.times import week_of
from outreach.matching.travel import Ways

if TYPE_CHECKING:
    from outreach.matching.solving.limits import Limits

# Objects made from the arrays are kept for the next time: at most this many, some 50 MB.
MOST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Option:
    """One way to place a request. `starts` are ascending runs of possible starts (one moment for a slot)."""

    request: str
    slot: str
    team: str
    offer: str
    day: int
    starts: tuple[range, ...]
    minutes: int
    leave_early: int
    travel: int
    points: int
    spot: Spot

    @property
    def first(self) -> int:
        return self.starts[0][0]

    @property
    def last(self) -> int:
        return self.starts[-1][-1]

    @property
    def place_id(self) -> str:
        return self.slot or self.team

    @property
    def away(self) -> tuple[int, int]:
        """The time within which the group leaves and returns, whatever start is taken."""
        return self.first - self.leave_early, self.last + self.minutes + self.leave_early

    def assignment(self, start: int) -> Assignment:
        """The assignment for one of the starts."""
        if self.slot:
            return Assignment(self.request, slot=self.slot)
        return Assignment(self.request, team=self.team, offer=self.offer, start=start)


class _All(Sequence[Option]):
    """The options as objects, made when they are asked for."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._made: dict[int, Option] = {}

    def __len__(self) -> int:
        return len(self._options.columns)

    @overload
    def __getitem__(self, index: int) -> Option: ...
    @overload
    def __getitem__(self, index: slice) -> list[Option]: ...
    def __getitem__(self, index: int | slice) -> Option | list[Option]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        found = self._made.get(index)
        if found is None:
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            row = range(len(self))[index]
            found = self._made[row] = self._options.option(row)
        return found


class Options:
    """All options of a problem as arrays (above) and, by number, who shares what."""

    def __init__(
        self,
        problem: Problem,
        spots: Spots,
        positions: Positions,
        columns: Columns,
        *,
        complete: bool = True,
    ) -> None:
        self.problem = problem
        self.spots = spots
        self.ways: Ways = spots.ways
        self.positions = positions
        self.complete = complete
        self.columns = columns
        self.request, self.slot = columns.request, columns.slot
        self.team, self.offer = columns.team, columns.offer
        self.day, self.first, self.last = columns.day, columns.first, columns.last
        self.minutes, self.leave_early = columns.minutes, columns.leave_early
        self.travel, self.points = columns.travel, columns.points
        self.several = columns.several
        self.all: Sequence[Option] = _All(self)

    def __len__(self) -> int:
        return len(self.columns)

    @cached_property
    def of_request(self) -> Groups:
        return Groups(self.request, self.problem.requests, self.positions.request)

    @cached_property
    def of_slot(self) -> Groups:
        return Groups(self.slot, self.problem.slots, self.positions.slot)

    @cached_property
    def of_team(self) -> Groups:
        return Groups(self.team, self.problem.teams, self.positions.team)

    @cached_property
    def pupils(self) -> Small:
        return _of([one.pupils for one in self.problem.requests], self.request)

    @cached_property
    def school(self) -> Small:
        return _of([self.positions.school[one.school] for one in self.problem.requests], self.request)

    @cached_property
    def company(self) -> Small:
        return _of([self.positions.company[one.company] for one in self.problem.offers], self.offer)

    @cached_property
    def week(self) -> Small:
        # As `week_of`, which takes one day.
        found: Small = (self.day - 1) // 7
        return found

    @cached_property
    def limits(self) -> Limits:
        """What schools, companies, teams and slots can take, as arrays."""
        # Here and not at the top: limits read the model's words, and the model reads options.
        from outreach.matching.solving.limits import Limits

        return Limits(self)

    @cached_property
    def spot(self) -> Small:
        """Where each option's session happens, as a position in `spots.all`."""
        coding = _of([one.kind == CODING_SESSION for one in self.problem.offers], self.offer)
        found: Small = np.where(coding, self.spots.school[self.school], self.spots.offer[self.offer])
        return found

    @cached_property
    def leaves(self) -> Long:
        """When the group leaves at the earliest."""
        return self.first - self.leave_early

    @cached_property
    def returns(self) -> Long:
        """When the group is back at the latest."""
        return self.last + self.minutes + self.leave_early

    def option(self, index: int) -> Option:
        """One option as an object, made anew."""
        problem, columns = self.problem, self.columns
        slot, team = int(columns.slot[index]), int(columns.team[index])
        asked, offer = problem.requests[columns.request[index]], problem.offers[columns.offer[index]]
        school = problem.school[asked.school]
        visit = offer.kind != CODING_SESSION
        spot = (
            self.spots.all[self.spots.offer[columns.offer[index]]] if visit else (school.place, school.zone)
        )
        return Option(
            asked.id,
            problem.slots[slot].id if slot >= 0 else "",
            problem.teams[team].id if team >= 0 else "",
            offer.id,
            int(columns.day[index]),
            columns.runs(index),
            int(columns.minutes[index]),
            int(columns.leave_early[index]),
            int(columns.travel[index]),
            int(columns.points[index]),
            spot,
        )

    def subset(self, indices: Sequence[int] | Whole) -> Options:
        """Only these options, in this order."""
        return self.with_columns(self.problem, self.columns.take(np.asarray(indices, dtype=np.int64)))

    def with_columns(self, problem: Problem, columns: Columns) -> Options:
        """Other options of a problem with the same schools, offers, slots, teams and requests."""
        return Options(problem, self.spots, self.positions, columns, complete=self.complete)

    def school_of(self, option: Option) -> str:
        return self.problem.visit_request[option.request].school

    def company_of(self, option: Option) -> str:
        return self.problem.offer[option.offer].company

    def week_of(self, option: Option) -> int:
        return week_of(option.day)

    def indices_for(self, assignment: Assignment) -> list[int]:
        """The options that hold the assignment, those with the fewest starts first."""
        position = self.positions.request.get(assignment.request)
        if position is None:
            return []
        mine = rows_allowing(self.columns, self.positions, self.of_request.at(position), assignment)
        return sorted(mine, key=lambda index: sum(map(len, self.columns.runs(index))))


def _of(values: Sequence[int], at: Small) -> Small:
    return np.array(values, dtype=np.int32)[at]


def options_of(problem: Problem, clock: Clock) -> Options:
    """Every option of the problem: pinned requests keep only their pin, times are split where others depend on them.

    When the clock ends first, the options of the requests so far, and `complete` is False.
    """
    spots, positions = Spots(problem, Ways(problem.travel)), Positions(problem)
    candidates = CandidateArrays(problem, positions, spots)
    found: list[Columns] = []
    complete = True
    for batch in candidates.batches():
        if clock.left() <= 0:
            complete = False
            break
        found.append(candidates.of(batch))
    columns = joined(found, problem.grid_minutes)
    found.clear()
    columns = only_pins(columns, positions, problem)
    if "changes" in problem.objectives:
        columns = split_kept(columns, positions, problem)
    return Options(problem, spots, positions, split_crews(columns, problem), complete=complete)
