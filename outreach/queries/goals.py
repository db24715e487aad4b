"""Values of goals as people read them. The core counts the weight of schools; a page counts schools."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.models import Proposal

# The weight of a school that no fairness rule has moved: so much weight is one school on a page.
WHOLE_SCHOOL = 100

Number = int | float


def shown(name: str, value: Number) -> Number:
    """The value of goal `name` as a page shows it: whole numbers without a point, weighted schools with one digit."""
    number = value / WHOLE_SCHOOL if name == "equity" else value
    return int(number) if number == int(number) else round(number, 1)


@dataclass(frozen=True, slots=True)
class Reached:
    """One goal of a proposal: its value, the proven limit, and how far the two are apart."""

    name: str
    value: Number
    bound: Number
    proven: bool

    @property
    def gap(self) -> Number:
        """How much better another plan could be at the most."""
        apart = round(abs(self.bound - self.value), 1)
        return int(apart) if apart == int(apart) else apart


def reached_by(proposal: Proposal) -> dict[str, Reached]:
    """The goals of a proposal by name, in their order."""
    return {
        goal["name"]: Reached(
            goal["name"],
            shown(goal["name"], goal["value"]),
            shown(goal["name"], goal["bound"]),
            goal["proven"],
        )
        for goal in proposal.objectives
    }
