"""The pattern LP: one column per pattern of a site, rows only for what patterns share (requests, schools, companies, links).

GLOP solves it through MathOpt. Every solve starts from the last basis, given explicitly: GLOP alone begins anew as soon as
rows *and* columns have been added (11,000 iterations instead of 500 on a city).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.linear import optimum
from outreach.matching.solving.links import Links
from outreach.matching.solving.prices import LinkRow, Prices

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

Members = tuple[int, ...]

# One point of the objective in the prices' whole numbers is at most 2**20; less where the sums would leave 64 bits.
FINEST = 20
ROOM_BITS = 57


@dataclass(frozen=True)
class Relaxed:
    """An optimal solution of the LP so far: `use` per option, `share` per column, and the prices of its rows."""

    value: float
    use: NDArray[np.float64]
    share: NDArray[np.float64]
    prices: Prices


class Master:
    """The LP with the columns added so far. The objective is set by `aim`, earlier goals are held by `hold`."""

    def __init__(self, ground: Ground, links: Links) -> None:
        from ortools.math_opt.python import mathopt

        self.ground = ground
        self.links = links
        self.link_rows: list[LinkRow] = []
        self.columns: list[tuple[int, Members]] = []
        self.aims: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self._known: set[Members] = set()
        self._gains: list[dict[str, int]] = []
        self._of_option: dict[int, list[int]] = defaultdict(list)
        self._variables: list[mathopt.Variable] = []
        self._basis: mathopt.Basis | None = None
        self._free: set[int] = set()
        self.model = mathopt.Model()
        self.model.objective.is_maximize = True
        self._add_rows()
        self._add_reach()
        self._solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)

    def _add_rows(self) -> None:
        ground, problem, model = self.ground, self.ground.problem, self.model
        pinned = {at for at, one in enumerate(problem.requests) if one.id in ground.pinned}
        self._request = {
            at: model.add_linear_constraint(lb=1.0 if at in pinned else -np.inf, ub=1.0)
            for at in sorted(set(np.unique(ground.request).tolist()) | pinned)
        }
        self._total = {
            at: model.add_linear_constraint(ub=float(school.max_bookings))
            for at, school in enumerate(problem.schools)
            if school.max_bookings is not None and ground.asked[at] > school.max_bookings
        }
        self._sessions = [model.add_linear_constraint(ub=float(row.limit)) for row in ground.session_rows]
        self._site = [model.add_linear_constraint(ub=1.0) for _ in ground.sites]
        self._goal: dict[str, mathopt.LinearConstraint] = {}
        self._links: list[mathopt.LinearConstraint] = []
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
        self._reach: dict[int, tuple[mathopt.Variable, mathopt.LinearConstraint]] = {}
        for school in np.flatnonzero(reaching).tolist():
            variable = self.model.add_variable(lb=0.0, ub=1.0)
            row = self.model.add_linear_constraint(ub=0.0)
            row.set_coefficient(variable, 1.0)
            self._reach[school] = variable, row

    def add(self, columns: Iterable[tuple[int, Members]]) -> int:
        """Take patterns (of a site) into the LP; how many of them were new."""
        new = 0
        for site, members in columns:
            key = tuple(sorted(members))
            if key not in self._known:
                self._known.add(key)
                self._add_column(site, key)
                new += 1
        return new

    def _add_column(self, site: int, members: Members) -> None:
        ground = self.ground
        variable = self.model.add_variable(lb=0.0)
        self.columns.append((site, members))
        self._variables.append(variable)
        self._site[site].set_coefficient(variable, 1.0)
        shares: Counter[mathopt.LinearConstraint] = Counter()
        slots = {at for at in ground.resource[list(members)].tolist() if at < ground.slots}
        for option in members:
            self._request[int(ground.request[option])].set_coefficient(variable, 1.0)
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
            row.set_coefficient(variable, float(share))
        gains = self.ground.gains(members)
        self._gains.append(gains)
        for option in members:
            self._of_option[option].append(len(self.columns) - 1)
        for goal, row in self._goal.items():
            if gains[goal]:
                row.set_coefficient(variable, float(gains[goal]))
        aimed = sum(weight * gains[goal] for goal, weight in self.aims.items())
        self.model.objective.set_linear_coefficient(variable, float(aimed))

    def aim(self, weights: Mapping[str, int]) -> None:
        """The objective from now on: the weighted sum of these goals."""
        self.aims = dict(weights)
        objective = self.model.objective
        objective.clear()
        objective.is_maximize = True
        for school, (variable, _) in self._reach.items():
            worth = sum(weight * int(self.ground.reach[goal][school]) for goal, weight in weights.items())
            objective.set_linear_coefficient(variable, float(worth))
        for variable, gains in zip(self._variables, self._gains, strict=True):
            worth = sum(weight * gains[goal] for goal, weight in weights.items())
            objective.set_linear_coefficient(variable, float(worth))

    def hold(self, held: Mapping[str, int]) -> None:
        """Earlier goals that every plan must reach (as levels of `Ground`); the others are free."""
        self.held = dict(held)
        for goal in held.keys() - self._goal.keys():
            self._goal[goal] = self._goal_row(goal)
        for goal, row in self._goal.items():
            row.lower_bound = float(held[goal]) if goal in held else -np.inf

    def _goal_row(self, goal: str) -> mathopt.LinearConstraint:
        row = self.model.add_linear_constraint()
        for school, (variable, _) in self._reach.items():
            row.set_coefficient(variable, float(self.ground.reach[goal][school]))
        for variable, gains in zip(self._variables, self._gains, strict=True):
            if gains[goal]:
                row.set_coefficient(variable, float(gains[goal]))
        return row

    @contextmanager
    def forced(self, request: int) -> Iterator[None]:
        """For a while the request at this position has to be placed. The basis of before is back in its place afterwards."""
        row, basis = self._request[request], self._basis
        before = row.lower_bound
        row.lower_bound = 1.0
        self._free.add(request)
        try:
            yield
        finally:
            row.lower_bound = before
            self._free.discard(request)
            # With what is new since then, so that it is not added again and again.
            self._basis = self._completed(basis)

    def solve(self, clock: Clock) -> Relaxed:
        """Solve with the columns so far. Raises `OutOfTime` and `Unsolved`."""
        result = optimum(self.model, self._solver, self._completed(self._basis), clock, dual=bool(self._free))
        # HiGHS may have none to give; then the next solve begins from nothing.
        self._basis = result.solutions[0].basis
        values = result.variable_values()
        share = np.array([values.get(variable, 0.0) for variable in self._variables])
        return Relaxed(float(result.objective_value()), self._use(share), share, self._prices(result))

    def _completed(self, basis: mathopt.Basis | None) -> mathopt.Basis | None:
        """A basis with the columns and rows that have been added since it was found."""
        from ortools.math_opt.python import mathopt

        if basis is None:
            return None
        added = len(self._variables) + len(self._reach) - len(basis.variable_status)
        added += self.model.get_num_linear_constraints() - len(basis.constraint_status)
        if not added:
            return basis
        variables = dict(basis.variable_status)
        rows = dict(basis.constraint_status)
        # Variables are added in one order, those of the schools' reach first.
        for variable in self._variables[len(variables) - len(self._reach) :]:
            variables[variable] = mathopt.BasisStatus.AT_LOWER_BOUND
        for row in (*self._links, *self._goal.values()):
            rows.setdefault(row, mathopt.BasisStatus.BASIC)
        return mathopt.Basis(variable_status=variables, constraint_status=rows)

    def _use(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        use = np.zeros(self.ground.n)
        for at in np.flatnonzero(share > 0).tolist():
            use[list(self.columns[at][1])] += share[at]
        return use

    def separate(self, relaxed: Relaxed) -> int:
        """Add the links that a solution breaks; how many."""
        broken = self.links.broken(relaxed.use)
        for link in broken:
            row = self.model.add_linear_constraint(ub=float(link.limit))
            number = len(self._links)
            self._links.append(row)
            self.link_rows.append(link)
            shares: Counter[int] = Counter()
            for option in link.options.tolist():
                self._link_of[option].append(number)
                shares.update(self._of_option.get(option, ()))
            for at, shared in shares.items():
                row.set_coefficient(self._variables[at], float(shared))
        return len(broken)

    def _prices(self, result: mathopt.SolveResult) -> Prices:
        duals = result.dual_values()
        ground, problem = self.ground, self.ground.problem
        unit = self._unit(max(map(abs, duals.values()), default=0.0))

        def whole(row: mathopt.LinearConstraint) -> int:
            price: float = duals.get(row, 0.0)
            return max(0, round(price * unit))

        request = np.zeros(len(problem.requests), dtype=np.int64)
        for at, row in self._request.items():
            free = at in self._free or problem.requests[at].id in ground.pinned
            request[at] = round(duals.get(row, 0.0) * unit) if free else whole(row)
        total = np.zeros(len(problem.schools), dtype=np.int64)
        reach = np.zeros(len(problem.schools), dtype=np.int64)
        for at, row in self._total.items():
            total[at] = whole(row)
        for at, (_, row) in self._reach.items():
            reach[at] = whole(row)
        goals = {goal: weight * unit for goal, weight in self.aims.items()}
        for goal in self.held:
            goals[goal] = goals.get(goal, 0) + max(0, round(-duals.get(self._goal[goal], 0.0) * unit))
        return Prices(
            unit,
            goals,
            request,
            total,
            reach,
            _array(whole(row) for row in self._sessions),
            _array(whole(row) for row in self._site),
            _array(whole(row) for row in self._links),
        )

    def _unit(self, dearest: float) -> int:
        """As fine as 64 bits allow for the largest sums that can come up: of the objective, and of the rows' prices."""
        most = 1.0
        for goal, weight in self.aims.items():
            reach = float(np.abs(self.ground.reach[goal]).sum())
            use = float(np.abs(self.ground.use_gain[goal]).sum())
            gains = float(np.abs(self.ground.gain[goal]).max(initial=0)) * len(self.ground.problem.requests)
            most += weight * (gains + reach + use)
        most = max(most, dearest * len(self.ground.problem.requests))
        return 1 << max(0, min(FINEST, ROOM_BITS - math.ceil(math.log2(most))))


def _array(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
