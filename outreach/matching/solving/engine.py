"""CP-SAT under a clock: runs in a thread, is asked to stop again and again, and is left behind when it does not listen.

CP-SAT can overrun its limit in presolve (or-tools #5163) and forgets a stop that comes before its search begins; so the one who
waits here is the master of the time, not the solver.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outreach.matching.solving.cpsat import cp_model

POLL_SECONDS = 0.02
GRACE_SECONDS = 0.4
CP_SAT = "outreach.matching.solving.cpsat"
MATH_OPT = "ortools.math_opt.python.mathopt"
# What `glop.py` imports: less than `mathopt`.
GLOP = (
    "ortools.math_opt.core.python.solver",
    "ortools.math_opt.callback_pb2",
    "ortools.math_opt.model_pb2",
    "ortools.math_opt.model_update_pb2",
    "ortools.math_opt.result_pb2",
)


# In CP-SAT's deterministic time: the clock ends first.
NO_BUDGET = 1e6


class OutOfTime(RuntimeError):
    """The time was over while work was being prepared; what was found before stands."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When to stop: a deadline (`time.monotonic()`) or a wish from outside."""

    began: float
    deadline: float
    stop: Callable[[], bool]

    def part(self, share: float) -> Clock:
        """A clock that ends after a share of this one's time."""
        return Clock(self.began, self.began + share * (self.deadline - self.began), self.stop)

    def rest(self, share: float) -> Clock:
        """A clock that ends after a share of what this one has left."""
        return Clock(self.began, time.monotonic() + share * self.left(), self.stop)

    def left(self) -> float:
        """Seconds until the deadline, 0 as soon as somebody wishes to stop."""
        return 0.0 if self.stop() else max(0.0, self.deadline - time.monotonic())

    def check(self) -> None:
        """Raise `OutOfTime` when there is nothing left."""
        if self.left() <= 0:
            raise OutOfTime

    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began


@dataclass(frozen=True, slots=True)
class Effort:
    """How CP-SAT is to work. `budget` is in its deterministic time, so that a run's end does not depend on the machine."""

    workers: int
    seed: int
    budget: float


class Loading:
    """OR-Tools on its way into memory: that can take seconds on a cold machine, and the limit must hold all the same."""

    def __init__(self, modules: Sequence[str] = (CP_SAT, MATH_OPT)) -> None:
        self._thread = threading.Thread(target=_load, args=(modules,), daemon=True)
        self._thread.start()

    def wait(self, clock: Clock) -> None:
        """Return when OR-Tools is loaded. Raises `OutOfTime`."""
        while self._thread.is_alive():
            clock.check()
            self._thread.join(POLL_SECONDS)


def _load(modules: Sequence[str]) -> None:
    for module in modules:
        import_module(module)


@dataclass
class Answer:
    """What a run has found: `proven` and `impossible` are CP-SAT's word; `bound` is None before it has one."""

    values: Sequence[int] | None = None
    bound: float | None = None
    proven: bool = False
    impossible: bool = False


@dataclass
class _Shared:
    """What the solving thread and the waiting one pass each other."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    solutions: list[Sequence[int]] = field(default_factory=list)
    bound: float | None = None
    status: cp_model.CpSolverStatus | None = None
    failure: RuntimeError | None = None


def run(
    model: cp_model.CpModel,
    effort: Effort,
    clock: Clock,
    *,
    on_values: Callable[[Sequence[int]], None],
    on_bound: Callable[[float], None],
) -> Answer:
    """Solve until proven, out of budget, out of time or asked to stop. Callbacks come in the caller's thread.

    `on_values` gets the value of every variable of each solution in the order they were found, `on_bound` the objective's bound.
    """
    from outreach.matching.solving.cpsat import cp_model

    left = clock.left()
    if left <= 0:
        return Answer()
    solver = cp_model.CpSolver()
    _set_up(solver, effort, left)
    shared = _Shared()
    thread = threading.Thread(target=_solve, args=(solver, model, shared), daemon=True)
    thread.start()
    answer = Answer()
    while thread.is_alive():
        _wait(thread, solver, clock)
        _pass_on(shared, answer, on_values, on_bound)
        if clock.left() <= 0 and _left_behind(thread, solver):
            break
    _pass_on(shared, answer, on_values, on_bound)
    if shared.failure is not None:
        raise shared.failure
    answer.proven = shared.status == cp_model.OPTIMAL
    answer.impossible = shared.status == cp_model.INFEASIBLE
    return answer


def _set_up(solver: cp_model.CpSolver, effort: Effort, seconds: float) -> None:
    parameters = solver.parameters
    parameters.num_workers = effort.workers
    parameters.random_seed = effort.seed
    parameters.max_time_in_seconds = seconds
    parameters.max_deterministic_time = effort.budget
    # CP-SAT would put a handler of its own in the place of ours, and in another thread than its own that one falls over.
    parameters.catch_sigint_signal = False
    # The clauses (a shared slot's modes, a school's service) belong into the relaxation too: without them a demonstration
    # city of 90 requests kept a bound 25 % above its optimum for minutes, with them it is proven in a fraction of a second.
    if effort.workers == 1:
        parameters.linearization_level = 2
    else:
        # The named strategies bring a level of their own; with two workers the one complete search would be at level 1.
        parameters.extra_subsolvers.append("max_lp")


def _wait(thread: threading.Thread, solver: cp_model.CpSolver, clock: Clock) -> None:
    thread.join(POLL_SECONDS)
    if clock.left() <= 0:
        solver.stop_search()


def _left_behind(thread: threading.Thread, solver: cp_model.CpSolver) -> bool:
    """Ask to stop until the solver listens or patience ends; whether it is still at work."""
    ends = time.monotonic() + GRACE_SECONDS
    while thread.is_alive() and time.monotonic() < ends:
        solver.stop_search()
        thread.join(POLL_SECONDS)
    return thread.is_alive()


def _pass_on(
    shared: _Shared,
    answer: Answer,
    on_values: Callable[[Sequence[int]], None],
    on_bound: Callable[[float], None],
) -> None:
    with shared.lock:
        solutions, bound = list(shared.solutions), shared.bound
        shared.solutions.clear()
    for values in solutions:
        answer.values = values
        on_values(values)
    if bound is not None and bound != answer.bound:
        answer.bound = bound
        on_bound(bound)


def _solve(solver: cp_model.CpSolver, model: cp_model.CpModel, shared: _Shared) -> None:
    from outreach.matching.solving.cpsat import cp_model

    class Listener(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            with shared.lock:
                shared.solutions.append(list(self.response_proto.solution))

    def hear_bound(bound: float) -> None:
        with shared.lock:
            shared.bound = bound

    solver.best_bound_callback = hear_bound
    status = solver.solve(model, Listener())
    with shared.lock:
        shared.status = status
        if status == cp_model.MODEL_INVALID:
            shared.failure = RuntimeError(f"CP-SAT refuses the model: {model.validate()}")
        elif status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            # Only now: objective and bound are 0.0, and not unknown, while there is no solution.
            shared.solutions.append(list(solver.response_proto.solution))
            shared.bound = solver.best_objective_bound
