"""Every plan of a tiny problem, one by one, in plain Python straight from the JSON form: the truth the solver is held to.

Written from the format's description alone; it shares no line with the product. `off` names rules to leave out (`RULES`): that
shows whether a rule binds, whether the best plan changes without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
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
    """The best value of each goal in the problem's order, one best plan, and the values that any plan at all has."""

    values: dict[str, Any]
    plan: list[dict[str, str]]
    reached: frozenset[tuple[Any, ...]]

    def bound(self, goal: str, values: dict[str, Any]) -> Any:
        """The best value of `goal` among the plans that reach these values of the goals before it."""
        goals = list(self.values)
        place = goals.index(goal)
        return max(
            (
                found[place]
                for found in self.reached
                if all(at_least(name, found[i], values[name]) for i, name in enumerate(goals[:place]))
            ),
            key=lambda value: value if goal in MAXIMISED else -value,
        )


def at_least(goal: str, value: Any, other: Any) -> bool:
    """Whether a value of the goal is as good as the other one."""
    return bool(value >= other if goal in MAXIMISED else value <= other)


class Brute(Visits):
    """A tiny problem laid out for looking at every plan."""

    def __init__(self, document: Document, off: frozenset[str] = frozenset()) -> None:
        assert off <= set(RULES), off
        super().__init__(document, off)
        self.goals = document.get("objectives", ["equity", "groups", "preference", "travel"])

    def best(self) -> Found | None:
        """The best plan, or None when the pins allow none."""
        best: tuple[dict[str, Any], list[Visit]] | None = None
        best_rank: tuple[Any, ...] = ()
        reached = set()
        for plan in self.plans([], self.ways()):
            if not all(self.final_rules(plan)):
                continue
            values = self.values(plan)
            reached.add(tuple(values.values()))
            rank = tuple(values[goal] if goal in MAXIMISED else -values[goal] for goal in self.goals)
            if best is None or rank > best_rank:
                best, best_rank = (values, plan), rank
        return best and Found(best[0], [dict(one.assignment) for one in best[1]], frozenset(reached))

    def ways(self) -> list[list[tuple[Visit, ...]]]:
        """What each request can do: nothing, one visit, or (without H1) two of them."""
        choices = []
        for mine in self.visits.values():
            ways: list[tuple[Visit, ...]] = [(), *((one,) for one in mine)]
            if not self.on("H1"):
                ways += [(one, other) for i, one in enumerate(mine) for other in mine[:i]]
            choices.append(ways)
        return choices

    def plans(self, plan: list[Visit], ways: list[list[tuple[Visit, ...]]]) -> Iterator[list[Visit]]:
        """Every plan that begins with this one; a part that breaks a lasting rule is not continued."""
        if not ways:
            yield plan
            return
        for more in ways[0]:
            if not more or all(self.lasting_rules([*plan, *more])):
                yield from self.plans([*plan, *more], ways[1:])

    def lasting_rules(self, plan: list[Visit]) -> Iterator[bool]:
        """One answer for each rule that no further placement can mend; cheap ones first."""
        yield from self.school_rules(plan)
        yield from self.slot_rules(plan)
        yield from self.crew_rules(plan)
        yield from self.company_rules(plan)

    def final_rules(self, plan: list[Visit]) -> Iterator[bool]:
        """The other rules: more groups reach a minimum, and a session in between can save a team a detour."""
        for name in {one.slot for one in plan if one.slot} if self.on("H2 fewest pupils") else ():
            slot = self.by["slots"][name]
            limits = {"min_pupils": 0} | self.by["offers"][slot["offer"]] | slot
            pupils = sum(self.by["requests"][one.request]["pupils"] for one in plan if one.slot == name)
            yield pupils >= limits["min_pupils"]
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
            limits = {"max_groups": 1} | offer | slot
            asked = [self.by["requests"][one.request] for one in plan if one.slot == name]
            pupils = sum(one["pupils"] for one in asked)
            yield not self.on("H2 most pupils") or pupils <= limits["max_pupils"]
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
                if a.get("group") is not None and a.get("group") == b.get("group"):
                    yield not self.on("H6 group") or one.start.date() != other.start.date()
                if a.get("crew") is not None and a.get("crew") == b.get("crew"):
                    apart = one.returns <= other.leaves or other.returns <= one.leaves
                    yield not self.on("H6 crew") or apart

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
        kept = [dict(one.assignment) for one in plan]
        known = {
            "equity": sum(schools[name].get("weight", 100) for name in {one.school for one in plan}),
            "groups": len(plan),
            "pupils": sum(requests[one.request]["pupils"] for one in plan),
            "preference": sum(one.points for one in plan),
            "travel": sum(one.travel for one in plan),
            "cost": self.cost(plan) if "cost" in self.goals else 0,
            "changes": sum(old not in kept for old in self.document.get("incumbent", [])),
        }
        return {goal: known[goal] for goal in self.goals}

    def cost(self, plan: list[Visit]) -> Decimal:
        """Costs of used slots, of teams' sessions and of placements."""
        used = [self.by["slots"][name] for name in {one.slot for one in plan if one.slot}]
        costs = [slot.get("cost", self.by["offers"][slot["offer"]].get("cost", 0)) for slot in used]
        costs += [self.by["offers"][one.offer].get("cost", 0) for one in plan if one.team]
        own = [(self.by["requests"][one.request].get("costs", {}), one.slot or one.team) for one in plan]
        costs += [some[name] for some, name in own if name in some]
        return sum((Decimal(str(cost)) for cost in costs), Decimal(0))
