"""Tiny problems side by side in one large problem: its optimum is known, the sum of theirs.

Every goal is a sum over schools, placements, slots or incumbents, and no rule reaches from one part into another. So the largest
value of the first goal is the sum of the parts' largest ones; a plan that reaches it reaches it in every part; and so on.
What keeps the parts apart is the calendar: each has its own week, in which the others have no free time.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.matching.brute import Brute
from tests.matching.brute_visits import Document, when

KINDS = ("schools", "companies", "offers", "slots", "teams", "requests", "pins", "bans", "incumbent")
# Keys whose values (or, in an object, whose keys) are ids.
IDS = {"id", "offer", "company", "school", "request", "slot", "team", "group", "crew", "zone"}
ID_LISTS = {"offers", "choices"}
ID_KEYS = {"scores", "costs"}
TIMES = {"start", "end"}


def joined(parts: list[Document], objectives: list[str]) -> Document:
    """One problem of all parts; they must have the same grid and, but for zones, the same travel."""
    first = parts[0]
    whole: Document = {
        "format": first["format"],
        "name": f"{len(parts)} joined",
        "grid_minutes": first["grid_minutes"],
        "travel": first["travel"] | {"zone_minutes": []},
        "objectives": objectives,
    } | {kind: [] for kind in KINDS}
    for number, part in enumerate(parts):
        assert fits(part, first), part["name"]
        whole["travel"]["zone_minutes"] += [
            [f"{one}/{number}", f"{other}/{number}", minutes]
            for one, other, minutes in part["travel"].get("zone_minutes", [])
        ]
        for kind in KINDS:
            whole[kind] += [renamed(one, number) for one in part.get(kind, [])]
    return whole


def fits(part: Document, first: Document) -> bool:
    """Whether two problems can stand in one."""
    ways = ("base_minutes", "minutes_per_km")
    return part["grid_minutes"] == first["grid_minutes"] and all(
        part["travel"].get(key) == first["travel"].get(key) for key in ways
    )


def renamed(thing: Document, number: int) -> Document:
    """The same thing with ids of its own, so many weeks later."""
    copy = json.loads(json.dumps(thing))
    for key, value in copy.items():
        if key in IDS:
            copy[key] = f"{value}/{number}"
        elif key in ID_LISTS:
            copy[key] = [f"{one}/{number}" for one in value]
        elif key in ID_KEYS:
            copy[key] = {f"{one}/{number}": points for one, points in value.items()}
        elif key in TIMES:
            copy[key] = later(value, number)
        elif key == "windows":
            copy[key] = [[later(start, number), later(end, number)] for start, end in value]
    return copy


def later(moment: str, weeks: int) -> str:
    return (when(moment) + timedelta(weeks=weeks)).isoformat(timespec="minutes")


def best_values(parts: list[Document], objectives: list[str]) -> dict[str, Any]:
    """The best values of the joined problem."""
    found = [Brute(part | {"objectives": objectives}).best() for part in parts]
    assert None not in found
    return {goal: sum(one.values[goal] for one in found if one) for goal in objectives}
