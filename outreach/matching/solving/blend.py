"""One objective out of several goals: an LP of the first goal alone is so degenerate that its prices choose nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from outreach.matching.solving.ground import Ground

# How many times the largest gain of the next goal one step of a goal is worth.
FACTOR = 3
# Later goals are left out where the weights would leave the range in which the LP solver can tell them apart.
MOST = 10**9


def blend(ground: Ground, goals: Sequence[str]) -> dict[str, int]:
    """Weights of these goals, nearly lexicographic: a step of one outweighs any single placement's effect on the next."""
    kept = list(goals)
    weights = _weights(ground, kept)
    while len(kept) > 1 and sum(weights[goal] * _largest(ground, goal) for goal in kept) > MOST:
        kept.pop()
        weights = _weights(ground, kept)
    return weights


def _weights(ground: Ground, goals: Sequence[str]) -> dict[str, int]:
    weights: dict[str, int] = {}
    following = 0
    for goal in reversed(goals):
        weights[goal] = max(1, -(-FACTOR * following // ground.step[goal]))
        following = weights[goal] * _largest(ground, goal)
    return weights


def _largest(ground: Ground, goal: str) -> int:
    """The most that one placement can add or take away."""
    parts = (ground.gain[goal], ground.use_gain[goal], ground.reach[goal])
    return max(int(np.abs(part).max(initial=0)) for part in parts)


def in_order(ground: Ground, goals: Sequence[str]) -> tuple[dict[str, int], int]:
    """Weights of these goals and, after them, of `changes`: a step of each weighs more than everything after it can change.

    All but the changes weigh multiples of the second number, which is more than all changes together.
    """
    unit = len(ground.problem.incumbent) + 1
    weights = {"changes": 1}
    below = 1
    for goal in reversed(goals):
        weights[goal] = unit * -(-below // ground.step[goal])
        parts = (ground.gain[goal], ground.use_gain[goal])
        most = sum(int(np.abs(part).max(initial=0)) for part in parts) * len(ground.problem.requests)
        below += weights[goal] // unit * (most + int(np.abs(ground.reach[goal]).sum()))
    return dict(reversed(weights.items())), unit
