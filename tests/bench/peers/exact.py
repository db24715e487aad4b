"""CP-SAT, HiGHS and SCIP on the plain model, goal by goal: each has an equal share of the time left, then its value is held.

All three start from the same plan (`queues.scarcest_first`). HiGHS hands its plans out only at the end of a goal (MathOpt
has no callback for it), so its times are the ends of goals.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from outreach.matching.check import faults_of, values
from outreach.matching.plan import Value
from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.engine import OutOfTime
from outreach.matching.solving.goals import rank
from tests.bench.peers.plain import Goal, Plain, Row, linear_model
from tests.bench.peers.queues import scarcest_first
from tests.bench.peers.saying import say_bound, say_plan, say_start

# What is left for the last line when the time is over.
LAST_WORDS_SECONDS = 0.3
# A solution on the way costs its solver the time in which it is written down: not more often than this.
PAUSE_SECONDS = 0.25
Solution = Sequence[int] | Sequence[float]
OnValues = Callable[[Solution], None]


class Turns:
    """One goal after the other. `engine` solves for one goal and calls `take` and `learn` as it goes."""

    def __init__(self, problem: Problem, engine: Engine, workers: int, deadline: float) -> None:
        self.problem = problem
        self.engine = engine
        self.workers = workers
        self.deadline = deadline - LAST_WORDS_SECONDS
        self.best: list[Assignment] = []
        self.values: dict[str, Value] = {}
        self.written = 0.0

    def run(self) -> None:
        """The start, the model, the goals."""
        self._offer(scarcest_first(self.problem))
        say_start()
        try:
            self.plain = Plain(self.problem, self.deadline)
        except OutOfTime:
            return
        for position, goal in enumerate(self.plain.goals):
            share = (self.deadline - time.monotonic()) / (len(self.plain.goals) - position)
            self._solve(goal, position, time.monotonic() + share)

    def _solve(self, goal: Goal, position: int, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            earlier = self.plain.goals[:position]
            self.given = {one.name: self.values[one.name] for one in earlier}
            held = [one.held(self.values[one.name]) for one in earlier]
            self.goal = goal
            last = self.engine(self, goal, held, left)
            if last is None or not self.plain.cut(last):
                return

    def take(self, found: Solution, *, last: bool = False) -> None:
        """A solution of the engine; all but the last one of a goal may be passed over."""
        if last or time.monotonic() >= self.written + PAUSE_SECONDS:
            self._offer(self.plain.plan(found))
            self.written = time.monotonic()

    def learn(self, bound: float) -> None:
        """A bound of the goal whose turn it is."""
        value = self.goal.rounded(bound)
        if value is not None:
            say_bound(self.goal.name, value, self.given)

    def _offer(self, plan: list[Assignment]) -> None:
        """Keep what is better and has no fault, so that the next goal holds values that a real plan reaches."""
        worth = values(self.problem, plan)
        if self.values and rank(self.problem, worth) <= rank(self.problem, self.values):
            return
        if not faults_of(self.problem, plan):
            self.best, self.values = plan, worth
            say_plan(plan)


Engine = Callable[[Turns, Goal, Sequence[Row], float], Solution | None]


def cp_sat(lns_only: bool) -> Engine:
    """CP-SAT with the start as a hint; with `lns_only` as a pure neighbourhood search, which gives no bound."""

    def solve(turns: Turns, goal: Goal, held: Sequence[Row], seconds: float) -> Solution | None:
        model = turns.plain.model
        turns.plain.start(turns.best)
        proto = model.cp
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = turns.workers
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.use_lns_only = lns_only
        solver.best_bound_callback = turns.learn
        for terms, low, high in held:
            edges = (max(low, -(2**53)), min(high, 2**53))
            proto.add_linear_constraint(_sum(proto, terms), int(edges[0]), int(edges[1]))
        aim = _sum(proto, goal.terms) + goal.constant
        if goal.maximised:
            proto.maximize(aim)
        else:
            proto.minimize(aim)
        status = solver.solve(proto, _Listener(turns.take))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        if not lns_only:
            turns.learn(solver.best_objective_bound)
        last = list(solver.response_proto.solution)
        turns.take(last, last=True)
        return last

    return solve


def _sum(model: cp_model.CpModel, terms: Sequence[tuple[int, int]]) -> cp_model.LinearExprT:
    variables = [model.get_int_var_from_proto_index(index) for index, _ in terms]
    return cp_model.LinearExpr.weighted_sum(variables, [weight for _, weight in terms])


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, take: OnValues) -> None:
        super().__init__()
        self.take = take

    def on_solution_callback(self) -> None:
        self.take(list(self.response_proto.solution))


def math_opt(solver: mathopt.SolverType, *, callback: bool) -> Engine:
    """A MIP solver through MathOpt; `callback` where it tells of solutions on the way."""

    def solve(turns: Turns, goal: Goal, held: Sequence[Row], seconds: float) -> Solution | None:
        began = time.monotonic()
        model = mathopt.Model.from_model_proto(linear_model(turns.plain, goal, held))
        variables = list(model.variables())
        given = {variables[index]: float(value) for index, value in turns.plain.start(turns.best).items()}

        def hear(heard: mathopt.CallbackData) -> mathopt.CallbackResult:
            if heard.solution is not None:
                turns.take([heard.solution.get(one, 0.0) for one in variables])
            return mathopt.CallbackResult()

        left = seconds - (time.monotonic() - began)
        if left <= 0:
            return None
        result = mathopt.solve(
            model,
            solver,
            params=mathopt.SolveParameters(time_limit=timedelta(seconds=left)),
            model_params=mathopt.ModelSolveParameters(
                solution_hints=[mathopt.SolutionHint(variable_values=given)] if given else []
            ),
            **_hearing(hear) if callback else {},
        )
        turns.learn(result.best_objective_bound())
        if not result.has_primal_feasible_solution():
            return None
        found = result.variable_values()
        last = [found[one] for one in variables]
        turns.take(last, last=True)
        return last

    return solve


def _hearing(hear: Callable[[mathopt.CallbackData], mathopt.CallbackResult]) -> dict[str, object]:
    registration = mathopt.CallbackRegistration(events={mathopt.Event.MIP_SOLUTION})
    return {"cb": hear, "callback_reg": registration}


ENGINES: dict[str, Engine] = {
    "cp-sat": cp_sat(lns_only=False),
    "cp-sat-lns": cp_sat(lns_only=True),
    "highs": math_opt(mathopt.SolverType.HIGHS, callback=False),
    "scip": math_opt(mathopt.SolverType.GSCIP, callback=True),
}
