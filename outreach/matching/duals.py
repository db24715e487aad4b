"""Duals: what one more of everything scarce would be worth to a goal, as the pattern LP said when it proved the goal.

They travel with a plan. Whoever changes a little of its problem begins with them instead of from nothing; nobody has to believe
them, since any prices of zero or more prove a bound of their own (`solving/prices.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duals:
    """Prices of one goal in whole numbers, `unit` of them to a point of the goal; what is not named costs nothing.

    `held`: of the earlier goals that were held. `requests`, `schools` (of their bookings in all) and `reach` (of a school's first
    booking) by id; `companies` by the id and the ISO week (`2027-W10`, empty for the limit of all weeks together).
    """

    goal: str
    unit: int
    held: Mapping[str, int]
    requests: Mapping[str, int]
    schools: Mapping[str, int]
    reach: Mapping[str, int]
    companies: Mapping[tuple[str, str], int]
