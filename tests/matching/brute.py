"""Every plan of a tiny problem, one by one, in plain Python straight from the JSON form: the truth the solver is held to.

Written from the format's description alone; it shares no line with the product. `off` names rules to leave out (`RULES`): that
shows whether a rule binds, whether the best plan changes without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from tests.matching.brute_visits import CANDIDATE_RULES, Document, Visit, Visits

PLAN_RULES = (
    "H1",
    "H2 most pupils",
    "H2 fewest pupils",
    "H2 groups",
    "H2 one school",
    "H3 language",
    "H3 stage",
    "H4 per day",
    "H4 next start",
    "H5 in all",
    "H5 per day",
    "H6 group",
    "H6 crew",
    "H7 per week",
    "H7 in all",
    "H8",
)
RULES = CANDIDATE_RULES + PLAN_RULES
MAXIMISED = ("equity", "groups", "pupils", "preference")
STAGE = {
    "P1": 1,
    "P2": 1,
    "P3": 1,
    "P4": 2,
    "P5": 2,
    "P6": 2,
    "S1": 3,
    "S2": 3,
    "S3": 3,
    "S4": 4,
    "S5": 4,
    "S6": 4,
}


@dataclass(frozen=True)
class Found:
    """The best value of each goal in the problem's order, one best plan, and how many plans were looked at."""

    values: dict[str, Any]
    plan: list[dict[str, str]]
    looked_at: int


class Brute(Visits):
    """A tiny problem laid out for looking at every plan."""

    def __init__(self, document: Document, off: frozenset[str] = frozenset()) -> None:
        assert off <= set(RULES), off
        super().__init__(document, off)
        self.goals = document.get("objectives", ["equity", "groups", "preference", "travel"])

    def best(self) -> Found | None:
        """The best plan, or None when the pins allow none."""
        choices = []
        for mine in self.visits.values():
            ways: list[tuple[Visit, ...]] = [(), *((one,) for one in mine)]
            if not self.on("H1"):
                ways += [(one, other) for i, one in enumerate(mine) for other in mine[:i]]
            choices.append(ways)
        best: Found | None = None
        best_rank: tuple[Any, ...] = ()
        count = 0
        for combination in product(*choices):
            count += 1
            plan = [one for some in combination for one in some]
            if not all(self.plan_rules(plan)):
                continue
            values = self.values(plan)
            rank = tuple(values[goal] if goal in MAXIMISED else -values[goal] for goal in self.goals)
            if best is None or rank > best_rank:
                best, best_rank = Found(values, [dict(one.assignment) for one in plan], 0), rank
        return best and Found(best.values, best.plan, count)

    def plan_rules(self, plan: list[Visit]) -> Iterator[bool]:
        """One answer for each hard rule that is on; cheap ones first."""
        yield from self.school_rules(plan)
        yield from self.slot_rules(plan)
        yield from self.crew_rules(plan)
        yield from self.company_rules(plan)
        yield from self.team_rules(plan)
        pins = self.document.get("pins", [])
        yield not self.on("H8") or all(pin in [dict(one.assignment) for one in plan] for pin in pins)

    def school_rules(self, plan: list[Visit]) -> Iterator[bool]:
        for name, school in self.by["schools"].items():
            mine = [one.start.date() for one in plan if one.school == name]
            if self.on("H5 in all"):
                yield len(mine) <= school.get("max_bookings", len(mine))
            if self.on("H5 per day"):
                yield all(mine.count(day) <= school.get("max_per_day", 1) for day in mine)

    def slot_rules(self, plan: list[Visit]) -> Iterator[bool]:
        for name in {one.slot for one in plan if one.slot}:
            slot = self.by["slots"][name]
            offer = self.by["offers"][slot["offer"]]
            limits = {"min_pupils": 0, "max_groups": 1} | offer | slot
            asked = [self.by["requests"][one.request] for one in plan if one.slot == name]
            pupils = sum(one["pupils"] for one in asked)
            yield not self.on("H2 most pupils") or pupils <= limits["max_pupils"]
            yield not self.on("H2 fewest pupils") or pupils >= limits["min_pupils"]
            yield not self.on("H2 groups") or len(asked) <= limits["max_groups"]
            if self.on("H2 one school") and offer["kind"] == "coding_session":
                yield len({one["school"] for one in asked}) == 1
            if self.on("H3 language") and len(asked) > 1:
                yield bool(set(offer["languages"]).intersection(*(one["languages"] for one in asked)))
            if self.on("H3 stage"):
                yield len({STAGE[one["grade"]] for one in asked}) == 1

    def crew_rules(self, plan: list[Visit]) -> Iterator[bool]:
        requests = self.by["requests"]
        for i, one in enumerate(plan):
            for other in plan[:i]:
                a, b = requests[one.request], requests[other.request]
                same = a.get("group") is not None and a.get("group") == b.get("group")
                yield not self.on("H6 group") or not same or one.start.date() != other.start.date()
                same = a.get("crew") is not None and a.get("crew") == b.get("crew")
                apart = one.returns <= other.leaves or other.returns <= one.leaves
                yield not self.on("H6 crew") or not same or apart

    def company_rules(self, plan: list[Visit]) -> Iterator[bool]:
        for name, company in self.by["companies"].items():
            mine = [one for one in plan if self.by["offers"][one.offer]["company"] == name]
            sessions = [
                one
                for i, one in enumerate(mine)
                if not one.slot or one.slot not in {o.slot for o in mine[:i]}
            ]
            weeks = [one.start.isocalendar()[:2] for one in sessions]
            if self.on("H7 in all"):
                yield len(sessions) <= company.get("max_sessions", len(sessions))
            if self.on("H7 per week"):
                yield all(weeks.count(week) <= company.get("max_sessions_per_week", 99) for week in weeks)

    def team_rules(self, plan: list[Visit]) -> Iterator[bool]:
        for name, team in self.by["teams"].items():
            mine = sorted((one for one in plan if one.team == name), key=lambda one: one.start)
            days = [one.start.date() for one in mine]
            if self.on("H4 per day"):
                yield all(days.count(day) <= team.get("max_sessions_per_day", 1) for day in days)
            for one, following in pairwise(mine) if self.on("H4 next start") else ():
                gap = team.get("turnaround_minutes", 0) + self.way(*one.spot, *following.spot)
                yield following.start >= one.end + timedelta(minutes=gap)

    def values(self, plan: list[Visit]) -> dict[str, Any]:
        """All goals of the problem."""
        requests, schools = self.by["requests"], self.by["schools"]
        cost = Fraction(0)
        for name in {one.slot for one in plan if one.slot}:
            slot = self.by["slots"][name]
            cost += Fraction(str(slot.get("cost", self.by["offers"][slot["offer"]].get("cost", 0))))
        for one in plan:
            cost += Fraction(str(self.by["offers"][one.offer].get("cost", 0))) if one.team else 0
            cost += Fraction(str(requests[one.request].get("costs", {}).get(one.slot or one.team, 0)))
        kept = [dict(one.assignment) for one in plan]
        known = {
            "equity": sum(schools[name].get("weight", 100) for name in {one.school for one in plan}),
            "groups": len(plan),
            "pupils": sum(requests[one.request]["pupils"] for one in plan),
            "preference": sum(one.points for one in plan),
            "travel": sum(one.travel for one in plan),
            "cost": cost,
            "changes": sum(old not in kept for old in self.document.get("incumbent", [])),
        }
        return {goal: known[goal] for goal in self.goals}
