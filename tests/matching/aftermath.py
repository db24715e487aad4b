"""Every plan that is possible after something has happened, straight from the JSON forms: the truth that repairs are held to.

It shares no line with the product: events are rules about visits here, where the product changes the problem.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tests.matching.brute import MAXIMISED, Brute
from tests.matching.brute_visits import Document, Visit, when

Booking = dict[str, str]
COUNTS = ("schools", "losses", "changes")


class Aftermath(Brute):
    """The plans of `document` that `events` leave possible, where `before` is its plan so far."""

    def __init__(self, document: Document, before: list[Booking], events: Document) -> None:
        self.before = before
        self.events = events
        self.old = Brute(document)
        self.booked = {one["request"]: self.visit_to(one) for one in before}
        self.now = when(events["now"]) if "now" in events else None
        self.horizon = self.horizon_of(events)
        self.happened = {
            name for name, visit in self.booked.items() if self.now is not None and visit.start < self.now
        }
        super().__init__(self.changed(copy.deepcopy(document)))
        self.visits = {
            name: [visit for visit in mine if self.possible(visit)] for name, mine in self.visits.items()
        }
        for name in self.happened:
            # It took place, whatever is true by now.
            self.visits[name] = [self.booked[name]]
        self.standing = [
            one
            for one in before
            if one["request"] in self.visits
            and any(dict(visit.assignment) == one for visit in self.visits[one["request"]])
        ]
        self.frozen = self.frozen_now()
        for one in self.frozen:
            self.visits[one["request"]] = [self.booked[one["request"]]]
        held = [pin for pin in document.get("pins", []) if pin in self.standing]
        self.document["pins"] = held + self.frozen

    def visit_to(self, booking: Booking) -> Visit:
        return next(
            visit for visit in self.old.visits[booking["request"]] if dict(visit.assignment) == booking
        )

    def horizon_of(self, events: Document) -> datetime | None:
        if self.now is None:
            return None
        notice = events.get("notice", {"minutes": 0})
        if "minutes" in notice:
            return self.now + timedelta(minutes=notice["minutes"])
        free = {date.fromisoformat(day) for day in events.get("holidays", [])}
        day, left = self.now.date(), notice.get("days", notice.get("working_days"))
        while left:
            day += timedelta(days=1)
            left -= "days" in notice or (day.weekday() < 5 and day not in free)
        after = day + timedelta(days=1) if notice.get("days", notice.get("working_days")) else None
        return datetime(after.year, after.month, after.day) if after else self.now

    def changed(self, document: Document) -> Document:
        """What of the events is about things and not about visits."""
        slots = {one["id"]: one for one in document["slots"]}
        for event in self.events["events"]:
            if event["kind"] == "seats-cut":
                slot = slots[event["slot"]]
                slot |= {key: event[key] for key in ("max_pupils", "max_groups") if key in event}
                limits = (
                    {"min_pupils": 0} | {one["id"]: one for one in document["offers"]}[slot["offer"]] | slot
                )
                slot["min_pupils"] = min(limits["min_pupils"], limits["max_pupils"])
            if event["kind"] == "new-slot":
                document["slots"].append(copy.deepcopy(event["slot"]))
            if event["kind"] == "new-request":
                document["requests"].append(copy.deepcopy(event["request"]))
        gone = {
            event.get("request") for event in self.events["events"] if event["kind"] == "request-withdrawn"
        }
        left = {event["school"] for event in self.events["events"] if event["kind"] == "school-withdrawn"}
        document["requests"] = [
            one
            for one in document["requests"]
            if one["id"] in self.happened or not (one["id"] in gone or one["school"] in left)
        ]
        for slot in document["slots"]:
            if self.horizon is not None and when(slot["start"]) < self.horizon:
                slot["min_pupils"] = 0
        return document

    def possible(self, visit: Visit) -> bool:
        """Whether the events leave a visit possible."""
        if (
            self.horizon is not None
            and visit.start < self.horizon
            and visit != self.booked.get(visit.request)
        ):
            return False
        return all(self.spared(visit, event) for event in self.events["events"])

    def spared(self, visit: Visit, event: Document) -> bool:
        kind = event["kind"]
        if kind == "slot-cancelled":
            return visit.slot != event["slot"]
        if kind == "team-ill":
            days = [when(f"{day}T00:00") for day in event.get("days", ())]
            spans = [(day, day + timedelta(days=1)) for day in days]
            spans += [(when(start), when(end)) for start, end in event.get("windows", ())]
            return visit.team != event["team"] or all(
                visit.end <= start or end <= visit.start for start, end in spans
            )
        if kind == "day-lost":
            school = self.by["schools"][visit.school]
            for key, word in (("districts", "district"), ("types", "type"), ("schools", "id")):
                if key in event and school.get(word, "") not in event[key]:
                    return True
            begins = when(f"{event['day']}T00:00")
            return visit.returns <= begins or begins + timedelta(days=1) <= visit.leaves
        return True

    def frozen_now(self) -> list[Booking]:
        if self.horizon is None:
            return []
        full = set()
        for name in {one["slot"] for one in self.standing if "slot" in one}:
            members = [one["request"] for one in self.standing if one.get("slot") == name]
            slot = self.by["slots"][name]
            limits = {"max_groups": 1} | self.by["offers"][slot["offer"]] | slot
            pupils = sum(self.by["requests"][one]["pupils"] for one in members)
            if pupils > limits["max_pupils"] or len(members) > limits["max_groups"]:
                full.add(name)
        return [
            one
            for one in self.standing
            if one["request"] in self.happened
            or (self.booked[one["request"]].start < self.horizon and one.get("slot") not in full)
        ]

    def all_plans(self) -> Iterator[list[Visit]]:
        for plan in self.plans([], self.ways()):
            if all(self.final_rules(plan)):
                yield plan

    def measures(self, policy: str) -> list[str]:
        """The policy as it is described to people."""
        goals = [goal for goal in self.goals if goal != "changes"]
        if policy == "fewest-schools":
            return ["schools", "changes", *goals]
        if policy == "same-dates":
            return ["losses", "changes", *goals]
        serving = [goal for goal in goals if goal in ("equity", "groups", "pupils")]
        serving += [] if "groups" in serving else ["groups"]
        return [*serving, "changes", *(goal for goal in goals if goal not in serving)]

    def lets(self, policy: str, plan: list[Visit]) -> bool:
        return policy != "same-dates" or all(
            visit.start.date() == self.booked[visit.request].start.date()
            for visit in plan
            if visit.request in self.booked
        )

    def worth(self, plan: list[Visit]) -> dict[str, Any]:
        """All measures of a plan."""
        kept = [dict(visit.assignment) for visit in plan]
        present = {visit.request for visit in plan}
        there = [one for one in self.before if one["request"] in self.by["requests"]]
        broken = [one for one in there if one not in kept]
        return self.values(plan) | {
            "schools": len({self.by["requests"][one["request"]]["school"] for one in broken}),
            "losses": sum(one["request"] not in present for one in there),
            "changes": sum(one not in kept for one in self.before),
            "groups": len(plan),
        }


def key(measures: list[str], worth: dict[str, Any]) -> tuple[Any, ...]:
    """Greater is better."""
    return tuple(worth[name] if name in MAXIMISED else -worth[name] for name in measures)
