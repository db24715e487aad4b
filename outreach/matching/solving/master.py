"""The pattern LP: one column per pattern of a site, rows only for what patterns share (requests, schools, companies, links).

GLOP solves it through MathOpt. Every solve starts from the last basis, given explicitly: GLOP alone begins anew as soon as
rows *and* columns have been added (11,000 iterations instead of 500 on a city).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.engine import Clock
from outreach.matching.solving.glop import Glop, Reals
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.known_duals import RowPrices
from outreach.matching.solving.linear import Unsolved, nearly, optimum
from outreach.matching.solving.links import Links
from outreach.matching.solving.lp import Lp
from outreach.matching.solving.prices import LinkRow, Prices, unit_of

if TYPE_CHECKING:
    from ortools.math_opt.solution_pb2 import BasisProto

Members = tuple[int, ...]

# So many steps of GLOP take longer than the interior point method does from nothing.
MANY_STEPS = 5_000


@dataclass(frozen=True)
class Relaxed:
    """An optimal solution of the LP so far: `use` per option, `share` per column, and the prices of its rows; `values` has all its
    variables by number, those that are no columns first, `duals` all its rows."""

    value: float
    use: NDArray[np.float64]
    share: NDArray[np.float64]
    prices: Prices
    values: Reals
    duals: Reals


class Master:
    """The LP with the columns added so far. The objective is set by `aim`, earlier goals are held by `hold`."""

    def __init__(self, ground: Ground, links: Links) -> None:
        self.ground = ground
        self.links = links
        self.link_rows: list[LinkRow] = []
        self.columns: list[tuple[int, Members]] = []
        self.aims: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.known: set[Members] = set()
        self._gains: list[dict[str, int]] = []
        self._of_option: dict[int, list[int]] = defaultdict(list)
        self._variables: list[int] = []
        self.basis: BasisProto | None = None
        self._steps = 0
        self._old = False
        self._free: set[int] = set()
        self.lp = Lp()
        self._add_rows()
        self._add_reach()
        self.glop = Glop(self.lp)

    def _add_rows(self) -> None:
        ground, problem, lp = self.ground, self.ground.problem, self.lp
        self._pinned = {at for at, one in enumerate(problem.requests) if one.id in ground.pinned}
        self._request = {
            at: lp.row(least=1.0 if at in self._pinned else -math.inf, most=1.0)
            for at in sorted(set(np.unique(ground.request).tolist()) | self._pinned)
        }
        self._total = {
            at: lp.row(most=float(school.max_bookings))
            for at, school in enumerate(problem.schools)
            if school.max_bookings is not None and ground.asked[at] > school.max_bookings
        }
        self._sessions = [lp.row(most=float(row.limit)) for row in ground.session_rows]
        self._site = [lp.row(most=1.0) for _ in ground.sites]
        self._sessions_at, self._site_at, self._request_at, self._total_at = (
            _numbers(rows)
            for rows in (self._sessions, self._site, self._request.values(), self._total.values())
        )
        self._goal: dict[str, int] = {}
        self._links: list[int] = []
        self._link_of: dict[int, list[int]] = defaultdict(list)
        self._session_of: dict[int, list[int]] = defaultdict(list)
        for at, (slots, options) in enumerate(zip(ground.session_slots, ground.session_options, strict=True)):
            for slot in slots.tolist():
                self._session_of[slot].append(at)
            for option in options.tolist():
                self._session_of[-1 - option].append(at)

    def _add_reach(self) -> None:
        """A school of several requests is reached (once) when any of them is placed."""
        reaching = np.sum([np.abs(reach) for reach in self.ground.reach.values()], axis=0)
        self._reach: dict[int, tuple[int, int]] = {}
        for school in np.flatnonzero(reaching).tolist():
            variable, row = self.lp.variable(upper=1.0), self.lp.row(most=0.0)
            self.lp.put(row, variable, 1.0)
            self._reach[school] = variable, row

    def add(self, columns: Iterable[tuple[int, Members]]) -> int:
        """Take patterns (of a site) into the LP; how many of them were new."""
        new = 0
        for site, members in columns:
            key = tuple(sorted(members))
            if key not in self.known:
                self.known.add(key)
                self._add_column(site, key)
                new += 1
        return new

    def _add_column(self, site: int, members: Members) -> None:
        ground, lp = self.ground, self.lp
        gains = ground.gains(members)
        aimed = sum(weight * gains[goal] for goal, weight in self.aims.items())
        variable = lp.variable(worth=float(aimed))
        self.columns.append((site, members))
        self._variables.append(variable)
        lp.put(self._site[site], variable, 1.0)
        shares: Counter[int] = Counter()
        slots = {at for at in ground.resource[list(members)].tolist() if at < ground.slots}
        for option in members:
            lp.put(self._request[int(ground.request[option])], variable, 1.0)
            school = int(ground.school[option])
            if school in self._total:
                shares[self._total[school]] += 1
            if school in self._reach:
                shares[self._reach[school][1]] -= 1
            for at in self._session_of.get(-1 - option, ()):
                shares[self._sessions[at]] += 1
            for at in self._link_of.get(option, ()):
                shares[self._links[at]] += 1
        for slot in slots:
            for at in self._session_of.get(slot, ()):
                shares[self._sessions[at]] += 1
        for row, share in shares.items():
            lp.put(row, variable, float(share))
        self._gains.append(gains)
        for option in members:
            self._of_option[option].append(len(self.columns) - 1)
        for goal, row in self._goal.items():
            if gains[goal]:
                lp.put(row, variable, float(gains[goal]))

    def aim(self, weights: Mapping[str, int]) -> None:
        """The objective from now on: the weighted sum of these goals."""
        self.aims = dict(weights)
        for school, (variable, _) in self._reach.items():
            worth = sum(weight * int(self.ground.reach[goal][school]) for goal, weight in weights.items())
            self.lp.pay(variable, float(worth))
        for variable, gains in zip(self._variables, self._gains, strict=True):
            worth = sum(weight * gains[goal] for goal, weight in weights.items())
            self.lp.pay(variable, float(worth))

    def hold(self, held: Mapping[str, int]) -> None:
        """Earlier goals that every plan must reach (as levels of `Ground`); the others are free."""
        self.held = dict(held)
        for goal in held.keys() - self._goal.keys():
            self._goal[goal] = self._goal_row(goal)
        for goal, row in self._goal.items():
            self.lp.reach(row, float(held[goal]) if goal in held else -math.inf)

    def _goal_row(self, goal: str) -> int:
        row = self.lp.row()
        for school, (variable, _) in self._reach.items():
            self.lp.put(row, variable, float(self.ground.reach[goal][school]))
        for variable, gains in zip(self._variables, self._gains, strict=True):
            if gains[goal]:
                self.lp.put(row, variable, float(gains[goal]))
        return row

    @contextmanager
    def without(self, options: Iterable[int]) -> Iterator[None]:
        """For a while no pattern has one of these options, once at a time. Whoever adds columns meanwhile leaves them out."""
        closed = {at for option in options for at in self._of_option.get(option, ())}
        for at in closed:
            self.lp.limit(self._variables[at], upper=0.0)
        try:
            yield
        finally:
            for at in closed:
                self.lp.limit(self._variables[at], upper=math.inf)

    @contextmanager
    def forced(self, request: int, without: Sequence[int]) -> Iterator[None]:
        """For a while the request at this position has to be placed, and not by these options. Afterwards the basis is that of
        before."""
        row, basis = self._request[request], self.basis
        before = self.lp.least(row)
        self.lp.reach(row, 1.0)
        self._free.add(request)
        try:
            with self.without(without):
                yield
        finally:
            self.lp.reach(row, before)
            self._free.discard(request)
            self.basis = basis

    @property
    def heavy(self) -> bool:
        """Whether GLOP needed many steps from one basis to the next."""
        return self._steps > MANY_STEPS

    def solve(self, clock: Clock, *, nearly_with: int = 0, near: bool = False) -> Relaxed:
        """Solve with the columns so far. With `nearly_with` threads (0: not at all) to a thousandth, where that is possible; `near`
        where the last optimum is near this one. Raises `OutOfTime` and `Unsolved`.
        """
        found = nearly(self.lp, clock, nearly_with) if nearly_with else None
        if found is None:
            # After solving nearly the last basis is an old one, from which it would be a long way.
            dual = near or bool(self._free)
            found = optimum(self.glop, self.basis, clock, dual=dual, heavy=self._old, near=near)
            # HiGHS may have none to give; then the next solve begins from nothing.
            self.basis, self._steps, self._old = found.basis, found.steps, False
        else:
            self._old = True
        # Variables are numbered in the order in which they came, columns last.
        share = found.values[len(found.values) - len(self.columns) :]
        return Relaxed(
            found.value, self.use(share), share, self._prices(found.duals), found.values, found.duals
        )

    def at_prices(self, known: RowPrices) -> Iterator[tuple[int, float]]:
        """The rows whose prices are known by name, but for those of pinned requests, which have their place at any price."""
        prices = [(row, known.request[at]) for at, row in self._request.items() if at not in self._pinned]
        prices += [(row, known.total[at]) for at, row in self._total.items()]
        prices += [(row, known.reach[at]) for at, (_, row) in self._reach.items()]
        prices += zip(self._sessions, known.sessions, strict=True)
        return ((row, float(price)) for row, price in prices)

    def use(self, share: Reals) -> Reals:
        """By option how much of it these shares of the columns use."""
        use = np.zeros(self.ground.n)
        chosen = np.flatnonzero(share > 0).tolist()
        sizes = [len(self.columns[at][1]) for at in chosen]
        members = [option for at in chosen for option in self.columns[at][1]]
        np.add.at(use, np.array(members, dtype=np.int64), np.repeat(share[chosen], sizes))
        return use

    def take(self, columns: Iterable[int]) -> None:
        """From now on these columns are taken wholly."""
        for at in columns:
            self.lp.limit(self._variables[at], lower=1.0)

    def free(self, columns: Iterable[int]) -> None:
        """The opposite of `take`."""
        for at in columns:
            self.lp.limit(self._variables[at], lower=0.0)

    def separate(self, relaxed: Relaxed) -> int:
        """Add the links that a solution breaks; how many."""
        broken = self.links.broken(relaxed.use)
        for link in broken:
            row = self.lp.row(most=float(link.limit))
            number = len(self._links)
            self._links.append(row)
            self.link_rows.append(link)
            shares: Counter[int] = Counter()
            for option in link.options.tolist():
                self._link_of[option].append(number)
                shares.update(self._of_option.get(option, ()))
            for at, shared in shares.items():
                self.lp.put(row, self._variables[at], float(shared))
        return len(broken)

    def _prices(self, duals: Reals) -> Prices:
        problem = self.ground.problem
        unit = unit_of(self.ground, self.aims, float(np.abs(duals).max(initial=0.0)))
        if not unit:
            raise Unsolved("The sums of this LP have no room in 64 bits.")
        exact = np.rint(duals * unit).astype(np.int64)
        whole = np.maximum(exact, 0)
        request = np.zeros(len(problem.requests), dtype=np.int64)
        request[list(self._request)] = whole[self._request_at]
        for at in (*self._free, *self._pinned):
            request[at] = exact[self._request[at]]
        total = np.zeros(len(problem.schools), dtype=np.int64)
        reach = np.zeros(len(problem.schools), dtype=np.int64)
        total[list(self._total)] = whole[self._total_at]
        for at, (_, row) in self._reach.items():
            reach[at] = whole[row]
        goals = {goal: weight * unit for goal, weight in self.aims.items()}
        for goal in self.held:
            goals[goal] = goals.get(goal, 0) + max(0, -int(exact[self._goal[goal]]))
        sessions, site, links = whole[self._sessions_at], whole[self._site_at], whole[_numbers(self._links)]
        return Prices(unit, goals, request, total, reach, sessions, site, links)


def _numbers(rows: Iterable[int]) -> Ints:
    return np.fromiter(rows, dtype=np.int64)
