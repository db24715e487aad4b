"""Scenarios carried out by hand on the JSON form of a problem; shares no line with the product."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

from tests.matching.brute_visits import Document

Change = dict[str, Any]


def weekday(moment: str) -> int:
    return datetime.fromisoformat(moment).weekday()


def one_day(window: list[str]) -> bool:
    return window[0][:10] == window[1][:10]


def tidied(document: Document) -> Document:
    """Scores and costs name only what is there."""
    there = {one["id"] for one in [*document["slots"], *document["teams"]]}
    for asked in document["requests"]:
        for key in ("scores", "costs"):
            if key in asked:
                asked[key] = {name: one for name, one in asked[key].items() if name in there}
    document["bans"] = [
        ban for ban in document.get("bans", []) if "offer" in ban or ban.get("slot", ban.get("team")) in there
    ]
    return document


def no_mondays(document: Document) -> Document:
    other = deepcopy(document)
    other["slots"] = [one for one in other["slots"] if weekday(one["start"]) != 0]
    for team in other["teams"]:
        team["windows"] = [one for one in team["windows"] if weekday(one[0]) != 0]
    return tidied(other)


def at_most_45(document: Document) -> Document:
    other = deepcopy(document)
    for asked in other["requests"]:
        asked["max_travel_minutes"] = min(45, asked.get("max_travel_minutes", 90))
    return other


def one_pupil_more(document: Document) -> Document:
    other = deepcopy(document)
    for offer in other["offers"]:
        offer["max_pupils"] += 1
    for slot in other["slots"]:
        if "max_pupils" in slot:
            slot["max_pupils"] += 1
    return other


def another_order(document: Document) -> Document:
    return deepcopy(document) | {"objectives": ["groups", "travel"]}


def one_more_like_c0(document: Document) -> Document:
    other = deepcopy(document)
    offers = [one["id"] for one in document["offers"] if one["company"] == "C0"]
    other["companies"] += [one | {"id": "C0+1"} for one in document["companies"] if one["id"] == "C0"]
    other["offers"] += [
        one | {"id": one["id"] + "+1", "company": "C0+1"} for one in document["offers"] if one["id"] in offers
    ]
    other["slots"] += [
        one | {"id": one["id"] + "+1", "offer": one["offer"] + "+1"}
        for one in document["slots"]
        if one["offer"] in offers
    ]
    other["teams"] += [
        one | {"id": one["id"] + "+1", "company": "C0+1", "offers": [name + "+1" for name in one["offers"]]}
        for one in document["teams"]
        if one["company"] == "C0"
    ]
    return other


def without_c0(document: Document) -> Document:
    other = deepcopy(document)
    offers = [one["id"] for one in document["offers"] if one["company"] == "C0"]
    other["slots"] = [one for one in other["slots"] if one["offer"] not in offers]
    other["teams"] = [one for one in other["teams"] if one["company"] != "C0"]
    return tidied(other)


def later(document: Document) -> Document:
    """One more slot of the first visit offer."""
    other = deepcopy(document)
    other["slots"].append(extra(document))
    return other


def extra(document: Document) -> dict[str, Any]:
    return dict(document["slots"][0], id="extra") if document["slots"] else {}


LESS, SAFE = "may take away", "never takes away"
"""Whether a pin can become impossible by it."""

WAYS: dict[str, tuple[str, Callable[[Document], list[Change]], Callable[[Document], Document]]] = {
    "no Mondays": (LESS, lambda _: [{"change": "closed", "weekdays": ["monday"]}], no_mondays),
    "at most 45 minutes": (
        LESS,
        lambda _: [{"change": "adjust", "things": "requests", "field": "max_travel_minutes", "at_most": 45}],
        at_most_45,
    ),
    "one pupil more": (
        SAFE,
        lambda _: [{"change": "adjust", "things": "offers", "field": "max_pupils", "by": 1}],
        one_pupil_more,
    ),
    "another order": (SAFE, lambda _: [{"change": "goals", "order": ["groups", "travel"]}], another_order),
    "one more like C0": (
        SAFE,
        lambda _: [{"change": "more-companies", "like": ["C0"], "number": 1}],
        one_more_like_c0,
    ),
    "without C0": (LESS, lambda _: [{"change": "remove", "companies": ["C0"]}], without_c0),
    "one more slot": (SAFE, lambda document: [{"change": "add", "slots": [extra(document)]}], later),
}
"""Of each scenario: whether it takes something away, its changes, and the same by hand."""
