"""Duals: what one more of everything scarce would be worth to a goal, as the pattern LP said when it bounded the goal.

They travel with a plan. Whoever changes a little of its problem begins with them instead of from nothing; nobody has to believe
them, since any prices of zero or more prove a bound of their own (`solving/prices.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duals:
    """Prices for one goal, in its points; what is not named costs nothing.

    `held`: of a point of each earlier goal that was held. `requests`, `schools` (one more booking in all) and `reach` (a school's
    first booking) by id; `companies` (one more session) by the id and the ISO week, `2027-W10`, or empty for all weeks together.
    """

    goal: str
    held: Mapping[str, float]
    requests: Mapping[str, float]
    schools: Mapping[str, float]
    reach: Mapping[str, float]
    companies: Mapping[tuple[str, str], float]
