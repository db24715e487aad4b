"""Each verification of a repair, broken on purpose: `test_repair_mutants.py` asks that the tests of repairs notice.

A mutant is named after what it breaks and says where: (module, attribute, what stands in its place).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outreach.matching import repair
from outreach.matching.repairing import (
    applying,
    bounds,
    freezing,
    ladder,
    least,
    most,
    policies,
    scene,
    search,
)
from outreach.matching.solving import options, pricing

ALL = ("chain", "slot-cancelled", "seats-cut", "team-ill", "day-lost", "request-withdrawn", "new-slot")


@dataclass(frozen=True)
class Mutant:
    """`kinds` are the events after which it is to be noticed."""

    owner: Any
    name: str
    broken: Any
    kinds: tuple[str, ...] = ALL


def _nothing_frozen(self: freezing.Freezer) -> list[Any]:
    return []


def _nobody_closed(self: freezing.Freezer, frozen: list[Any]) -> None:
    """What lies before the horizon stays open to newcomers."""


def _every_date(self: scene.Scene, policy: str) -> Any:
    return np.ones(len(self.options), dtype=np.bool_)


def _never_leans(self: least.Closing, rows: Any, near: Any) -> bool:
    return False


def _not_eased(known: options.Options, full: Any) -> options.Options:
    return known


def _nothing_broken(self: least.Closing) -> Any:
    return np.zeros(len(self.scene.problem.slots) + len(self.scene.days.begins), dtype=np.bool_)


def _nobody_movable(self: least.Closing, rows: Any, near: Any) -> least.Least:
    return least.Least(rows, np.zeros(len(self.scene.had), dtype=np.bool_))


def _swapped(policy: str, problem: Any) -> tuple[str, ...]:
    """The changes before what the policy wants first."""
    measures = _MEASURES(policy, problem)
    return ("changes", *(name for name in measures if name != "changes"))


def _one_more(of: Any) -> dict[str, int]:
    return {name: count + 1 for name, count in _FORCED(of).items()}


def _always_less(*arguments: Any) -> applying.Changed:
    return replace(_APPLY(*arguments), only_less=True)


def _any_goal_before(old: Any, measure: str, values: Any, earlier: Any) -> Any:
    return next((goal.bound for goal in old.objectives if goal.name == measure), None) if old else None


def _half_open(self: scene.Scene, fixed: Any, rows: Any) -> Any:
    return rows[: len(rows) // 2]


def _not_split(columns: Any, positions: Any, problem: Any) -> Any:
    """No start of a team's session is told from the others of its day."""
    return columns


def _no_holding(self: ladder.Ladder, terms: Any, value: int) -> None:
    """What was reached is given away for the next measure."""


def _gains_touch(self: ladder.Ladder, measure: str) -> Any:
    """Losses are counted where schools are asked for."""
    return _COUNTED(self, "losses" if measure == "schools" else measure)


def _pins_forgotten(*arguments: Any) -> applying.Changed:
    changed = _APPLY(*arguments)
    return replace(changed, problem=replace(changed.problem, pins=changed.frozen))


def _one_less(self: most.Most, last: Any) -> bool:
    enough = _HEARD(self, last)
    self.bound = None if self.bound is None else self.bound - 1
    return enough


def _nothing_changes(self: pricing.Pricing, values: Any, uses: Any, prices: Any) -> Any:
    return np.full(len(self.ground.sites), self._last is None)


_HEARD: Callable[..., bool] = most.Most._heard
_MEASURES: Callable[..., tuple[str, ...]] = policies.measures_of
_FORCED: Callable[..., dict[str, int]] = least.forced_counts
_APPLY: Callable[..., applying.Changed] = applying.apply
_COUNTED: Callable[..., Any] = ladder.Ladder._counted

MUTANTS = {
    "the freeze": Mutant(freezing.Freezer, "frozen", _nothing_frozen),
    "slots before the horizon": Mutant(freezing.Freezer, "_close_slots", _nobody_closed),
    "teams before the horizon": Mutant(freezing.Freezer, "_close_teams", _nobody_closed),
    "the dates": Mutant(scene.Scene, "allowed", _every_date),
    "what an answer leans on": Mutant(least.Closing, "_leans", _never_leans),
    "slots without their minimum": Mutant(least, "eased", _not_eased),
    "what is broken": Mutant(least.Closing, "_broken", _nothing_broken),
    "who may move": Mutant(least.Closing, "_least_of", _nobody_movable),
    "the policy's order": Mutant(search, "measures_of", _swapped),
    "the bound of what fell": Mutant(bounds, "forced_counts", _one_more),
    "when old bounds hold": Mutant(repair, "apply", _always_less),
    "which old bounds hold": Mutant(bounds, "old_bound", _any_goal_before),
    "the choice beside": Mutant(scene.Scene, "possible_beside", _half_open),
    "to the letter": Mutant(options, "split_kept", _not_split),
    "holding a measure": Mutant(ladder.Ladder, "_hold", _no_holding),
    "what touches a school": Mutant(ladder.Ladder, "_counted", _gains_touch),
    "the bound of the LP": Mutant(most.Most, "_heard", _one_less),
    "what has to be priced again": Mutant(pricing.Pricing, "_changed", _nothing_changes),
    "the pins": Mutant(repair, "apply", _pins_forgotten),
}
