"""Bounds of a policy's measures that need no solver: what fell, what the plan so far had proven, what a school could have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from outreach.matching.plan import Plan, Value
from outreach.matching.problem import MAXIMISED
from outreach.matching.repairing.found import EASY, FALLEN, OLD_PLAN, Proof, proof
from outreach.matching.repairing.ladder import Step
from outreach.matching.repairing.least import forced_counts, hopeless_losses
from outreach.matching.repairing.policies import CHANGES, LOSSES, SCHOOLS, measures_of
from outreach.matching.repairing.scene import Scene
from outreach.matching.solving.goals import tighter, unscaled
from outreach.matching.values import better


class Bounds:
    """`old` is the plan so far where its bounds still hold: every plan of the changed problem was one of its problem."""

    def __init__(self, scene: Scene, policy: str, old: Plan | None) -> None:
        self.measures = measures_of(policy, scene.problem)
        self.old = old
        counts = forced_counts(scene) if scene.complete else {SCHOOLS: 0, CHANGES: 0}
        losses = hopeless_losses(scene, scene.allowed(policy)) if scene.complete else 0
        self._counted: dict[str, Value] = {**counts, LOSSES: losses}
        self._safe: dict[str, Value] = {"groups": len(scene.problem.requests), **scene.safe_bounds}

    def proofs(self, values: Mapping[str, Value], shown: Sequence[Mapping[str, Proof]]) -> tuple[Proof, ...]:
        """For each measure the tightest of what was `shown`, as far as it holds for these values, and what is known anyway. Raises
        `UnsoundBound`."""
        holding = [self._holding(one, values) for one in shown]
        tightest = (
            reduce(self._tighter, [one.get(measure) for one in holding], self.known(measure, values))
            for measure in self.measures
        )
        # What the plan is worth is counted, not taken from where the bound was shown.
        return tuple(proof(one.measure, values[one.measure], one.bound, one.way) for one in tightest)

    def _holding(self, shown: Mapping[str, Proof], values: Mapping[str, Value]) -> dict[str, Proof]:
        """Those of the proofs of one plan that hold for another of these values: what was shown for plans as good as the one in the
        measures before says nothing of a plan that is worse in one of them."""
        found: dict[str, Proof] = {}
        for measure in self.measures:
            if measure in shown:
                found[measure] = shown[measure]
                if better(measure, shown[measure].value, values[measure]):
                    break
        return found

    def known(self, measure: str, values: Mapping[str, Value]) -> Proof:
        """The bound that is known anyway."""
        value = values[measure]
        if measure in self._counted:
            return proof(measure, value, self._counted[measure], FALLEN)
        found = proof(measure, value, self._safe[measure], EASY)
        earlier = self.measures[: self.measures.index(measure)]
        old = old_bound(self.old, measure, values, earlier)
        return found if old is None else self._tighter(proof(measure, value, old, OLD_PLAN), found)

    def _tighter(self, one: Proof, other: Proof | None) -> Proof:
        if other is None or one.bound == other.bound:
            return one
        least = min(one, other, key=lambda proof: proof.bound)
        most = max(one, other, key=lambda proof: proof.bound)
        return least if one.measure in MAXIMISED else most


class PlanBounds:
    """Bounds of the problem's goals in the problem's own order, as a plan reports them."""

    def __init__(self, scene: Scene, old: Plan | None) -> None:
        self.goals = scene.problem.objectives
        self.old = old
        self._safe = scene.safe_bounds

    def bound(self, goal: str, values: Mapping[str, Value]) -> Value:
        """No plan that is as good as these values in the goals before beats it."""
        old = old_bound(self.old, goal, values, self.goals[: self.goals.index(goal)])
        return self._safe[goal] if old is None else tighter(goal, old, self._safe[goal])


def old_bound(
    old: Plan | None, measure: str, values: Mapping[str, Value], earlier: Sequence[str]
) -> Value | None:
    """The old plan's bound of a goal where it holds for all plans that are as good as `values` in the `earlier` measures.

    It was shown for plans that reach the old values of the goals before it: so those have to be reached, and to be among `earlier`.
    """
    for goal in old.objectives if old else ():
        if goal.name == CHANGES:
            # Counted from another plan than this one: what comes after it holds for nobody here.
            return None
        if goal.name == measure:
            return goal.bound
        if goal.name not in earlier or better(goal.name, goal.value, values[goal.name]):
            return None
    return None


def proof_of(step: Step, value: Value, scale: int, way: str) -> Proof:
    """A step taken in a part of the plan, for the whole plan: what is left to gain there is left to gain at all."""
    gap = step.value - step.bound
    rest = unscaled(gap, scale)
    bound = value + rest if step.measure in MAXIMISED else value - rest
    return proof(step.measure, value, bound, way)
