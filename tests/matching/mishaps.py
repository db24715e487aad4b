"""Tiny problems with a plan and something that happens to it, over all kinds of events; the same for the same seed."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tests.matching.aftermath import Aftermath, Booking
from tests.matching.bends import BENDS
from tests.matching.brute import Brute
from tests.matching.brute_visits import Document
from tests.matching.shapes import SHAPES
from tests.matching.tiny_parts import DAYS, Seeded, at, visit_request
from tests.matching.tiny_problems import document, plans

MOST_PLANS = 1200
KINDS = (
    "slot-cancelled",
    "seats-cut",
    "team-ill",
    "day-lost",
    "school-withdrawn",
    "request-withdrawn",
    "new-request",
    "new-slot",
)
POLICIES = ("fewest-schools", "same-dates", "most-served")


@dataclass(frozen=True)
class Mishap:
    """What happened to which plan of which problem; `truth` knows every plan that is left."""

    name: str
    problem: Document
    before: list[Booking]
    events: Document
    truth: Aftermath
    worths: tuple[dict[str, Any], ...]
    dated: tuple[bool, ...]
    """For each of `worths`, whether that plan moves nobody's date."""

    def worths_under(self, policy: str) -> list[dict[str, Any]]:
        """The measures of each plan that the policy lets be."""
        return [
            worth
            for worth, dated in zip(self.worths, self.dated, strict=True)
            if dated or policy != "same-dates"
        ]


@cache
def mishaps(kind: str, count: int = 32) -> list[Mishap]:
    """The first so many with an event of this kind, the bends and shapes in turn."""
    names = [*BENDS, *SHAPES]
    found: list[Mishap] = []
    for seed in range(4000):
        one = mishap(kind, names[seed % len(names)], seed)
        if one is not None:
            found.append(one)
            if len(found) == count:
                return found
    raise AssertionError(f"only {len(found)} problems to which {kind} can happen")


def mishap(kind: str, name: str, seed: int) -> Mishap | None:
    """None where the event cannot happen, changes nothing of interest, or leaves too many plans to look at."""
    rng = Seeded(f"{kind}/{name}/{seed}")
    problem = document(name, seed)
    for school in problem["schools"]:
        school |= {"district": rng.choice(("north", "south")), "type": rng.choice(("primary", "secondary"))}
    brute = Brute(problem)
    if not 3 <= plans(brute) <= MOST_PLANS:
        return None
    all_plans = [plan for plan in brute.plans([], brute.ways()) if plan and all(brute.final_rules(plan))]
    if not all_plans:
        return None
    all_plans.sort(key=len)
    chosen = rng.choice(all_plans[len(all_plans) // 2 :])
    before = [dict(visit.assignment) for visit in chosen]
    events: Document = {"format": "outreach-events/1", "events": []}
    if rng.random() < 0.4:
        events |= clock(rng)
    for each in [kind, *(rng.choice(KINDS) for _ in range(rng.choice((0, 0, 1))))]:
        event = made(rng, each, problem, before, events)
        if event is None:
            return None
        events["events"].append(event)
    found = happened(f"{kind}/{name}/{seed}", problem, before, events)
    return None if plans(found.truth) > MOST_PLANS else found


def happened(name: str, problem: Document, before: list[Booking], events: Document) -> Mishap:
    """With everything that brute force knows about it."""
    truth = Aftermath(problem, before, events)
    left = list(truth.all_plans())
    worths = tuple(map(truth.worth, left))
    dated = tuple(truth.lets("same-dates", plan) for plan in left)
    return Mishap(name, problem, before, events, truth, worths, dated)


def clock(rng: Seeded) -> Document:
    day = rng.choice(("2027-03-04", *DAYS))
    found: Document = {"now": at(day, rng.choice((7, 10, 12)))}
    notice = rng.choice(({}, {"minutes": 180}, {"days": 1}, {"working_days": 1}, {"working_days": 2}))
    if notice:
        found["notice"] = notice
    if rng.random() < 0.3:
        found["holidays"] = ["2027-03-08"]
    return found


def made(
    rng: Seeded, kind: str, problem: Document, before: list[Booking], events: Document
) -> Document | None:
    """An event that hits somebody where it can; None where the product would refuse it."""
    now = events.get("now", "")
    # What has been named is left alone: it may be gone.
    named = {name for event in events["events"] for name in event.values() if isinstance(name, str)}
    schools = {asked["id"]: asked["school"] for asked in problem["requests"]}
    booked = [
        one
        for one in before
        if start(problem, one) >= now and not named & {*one.values(), schools[one["request"]]}
    ]
    if any(event["kind"] == kind for event in events["events"]):
        return None
    return _MADE[kind](rng, problem, booked, now)


def start(problem: Document, booking: Booking) -> str:
    slots = {one["id"]: one for one in problem["slots"]}
    return str(slots[booking["slot"]]["start"]) if "slot" in booking else booking["start"]


def _slot(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    names = {one["slot"] for one in booked if "slot" in one}
    open_ones = [one for one in problem["slots"] if one["id"] in names and one["start"] >= now]
    return rng.choice(open_ones) if open_ones else None


def _cancelled(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    slot = _slot(rng, problem, booked, now)
    return slot and {"kind": "slot-cancelled", "slot": slot["id"]}


def _cut(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    slot = _slot(rng, problem, booked, now)
    if slot is None:
        return None
    offer = {one["id"]: one for one in problem["offers"]}[slot["offer"]]
    limits = {"max_groups": 1} | offer | slot
    event = {"kind": "seats-cut", "slot": slot["id"]}
    if rng.random() < 0.5 and limits["max_groups"] > 1:
        return event | {"max_groups": limits["max_groups"] - 1}
    return event | {"max_pupils": max(1, min(limits["max_pupils"], rng.choice((20, 30, 40, 55, 60))))}


def _ill(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    sessions = [one for one in booked if "team" in one]
    if not sessions:
        return None
    one = rng.choice(sessions)
    event: Document = {"kind": "team-ill", "team": one["team"]}
    if len(sessions) % 2:
        # The first half of the session alone.
        minutes = {offer["id"]: offer["minutes"] for offer in problem["offers"]}[one["offer"]]
        middle = datetime.fromisoformat(one["start"]) + timedelta(minutes=minutes // 2)
        return event | {"windows": [[one["start"], middle.isoformat(timespec="minutes")]]}
    return event | {"days": [one["start"][:10]]}


def _lost(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    if not booked:
        return None
    one = rng.choice(booked)
    school = {asked["id"]: asked["school"] for asked in problem["requests"]}[one["request"]]
    there = {name["id"]: name for name in problem["schools"]}[school]
    more = rng.choice(
        (
            {},
            {"districts": [there["district"]]},
            {"types": [there["type"]]},
            {"schools": [school]},
            {"types": [there["type"]], "districts": [there["district"]]},
        )
    )
    # In the morning of a day the rest of it is lost, which the truth does not know: it is asked on other days.
    day = start(problem, one)[:10]
    return None if day <= now[:10] else {"kind": "day-lost", "day": day} | more


def _school(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    schools = {asked["id"]: asked["school"] for asked in problem["requests"]}
    return {"kind": "school-withdrawn", "school": schools[rng.choice(booked)["request"]]} if booked else None


def _withdrawn(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    return {"kind": "request-withdrawn", "request": rng.choice(booked)["request"]} if booked else None


def _new_request(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    return {"kind": "new-request", "request": visit_request(rng, 9, problem)}


def _new_slot(rng: Seeded, problem: Document, booked: list[Booking], now: str) -> Document | None:
    if not problem["slots"]:
        return None
    slot = copy.deepcopy(rng.choice(problem["slots"]))
    day = rng.choice(DAYS)
    slot |= {"id": "L9", "start": at(day, 14), "end": at(day, 15)}
    return {"kind": "new-slot", "slot": slot} if slot["start"] >= now else None


_MADE = {
    "slot-cancelled": _cancelled,
    "seats-cut": _cut,
    "team-ill": _ill,
    "day-lost": _lost,
    "school-withdrawn": _school,
    "request-withdrawn": _withdrawn,
    "new-request": _new_request,
    "new-slot": _new_slot,
}
