"""The plan found under a policy and what is proven about each of its measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.matching.plan import Value
from outreach.matching.problem import Assignment
from outreach.matching.values import better

# How a bound was shown, for the reader of a proof.
FALLEN = "fallen"
EVERYTHING = "everything"
NEARBY = "nearby"
BESIDE = "beside"
PATTERNS = "patterns"
OLD_PLAN = "old-plan"
EASY = "easy"
WAYS: Mapping[str, str] = {
    FALLEN: "every plan breaks these: the bookings cannot stay",
    EVERYTHING: "CP-SAT, all options of the problem",
    NEARBY: "CP-SAT, every option that can bear on what fell; all others may leave at will and none needs to",
    BESIDE: "CP-SAT, every option that a plan with as few changes can take",
    PATTERNS: "the pattern LP of the changed problem, or of the branches it falls into: at their prices no plan is worth more",
    OLD_PLAN: "the bound of the plan so far: every plan of the changed problem was one of the old problem",
    EASY: "what schools could have if nobody else asked",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """One measure of a policy: its value in the plan and a bound that no plan beats which is at least as good in the measures
    before it. `way` (one of `WAYS`) says how the bound was shown."""

    measure: str
    value: Value
    bound: Value
    way: str

    @property
    def proven(self) -> bool:
        return self.value == self.bound


@dataclass(frozen=True)
class Found:
    """`assignments` is the whole new plan, `proofs` has the policy's measures in their order."""

    policy: str
    assignments: tuple[Assignment, ...]
    proofs: tuple[Proof, ...]

    @property
    def proven(self) -> bool:
        return all(proof.proven for proof in self.proofs)


class PinsContradict(RuntimeError):
    """No plan of the changed problem keeps what has to be kept."""

    def __init__(self) -> None:
        super().__init__("No plan keeps the pins after these events.")


class NoRepairInTime(RuntimeError):
    """The time was over before any plan was known that keeps the pins."""


class UnsoundBound(RuntimeError):
    """A bound that the plan itself beats: a defect of this program, told instead of a wrong proof."""


def proof(measure: str, value: Value, bound: Value, way: str) -> Proof:
    """Raises `UnsoundBound` where the value is better than its bound."""
    if better(measure, value, bound):
        raise UnsoundBound(f"{measure} is {value}, and {bound} was said to be the best")
    return Proof(measure, value, bound, way)
