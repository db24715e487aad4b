"""The candidates of a tiny problem, one moment at a time, straight from the JSON form: the first half of `brute.py`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Document = dict[str, Any]

CANDIDATE_RULES = (
    "kind",
    "grade",
    "language",
    "pupils",
    "wheelchair",
    "ban",
    "interest",
    "travel",
    "time",
    "team travel",
    "team time",
    "grid",
)


@dataclass(frozen=True)
class Visit:
    """One possible placement with what the rules ask of it."""

    assignment: tuple[tuple[str, str], ...]
    request: str
    school: str
    slot: str
    team: str
    offer: str
    start: datetime
    end: datetime
    leaves: datetime
    returns: datetime
    spot: tuple[Any, ...]
    travel: int
    points: int


class Visits:
    """A tiny problem's things by id, and which visits each request may make. `off` names rules to leave out."""

    def __init__(self, document: Document, off: frozenset[str]) -> None:
        self.document = document
        self.off = off
        self.by = {
            kind: {one["id"]: one for one in document.get(kind, [])}
            for kind in ("schools", "companies", "offers", "slots", "teams", "requests")
        }
        self.visits = {name: list(self.visits_of(one)) for name, one in self.by["requests"].items()}

    def on(self, rule: str) -> bool:
        return rule not in self.off

    def way(self, a: Any, zone_a: str | None, b: Any, zone_b: str | None) -> int:
        if list(a) == list(b):
            return 0
        travel = self.document.get("travel", {})
        (x1, y1), (x2, y2) = ([math.radians(degrees) for degrees in place] for place in (a, b))
        h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
        km = 6371.0088 * 2 * math.asin(math.sqrt(h))
        extra = sum(
            minutes
            for one, other, minutes in travel.get("zone_minutes", [])
            if zone_a != zone_b and {one, other} == {zone_a, zone_b}
        )
        return math.ceil(
            travel.get("base_minutes", 12) + travel.get("minutes_per_km", 2.2) * km + extra - 1e-9
        )

    def visits_of(self, asked: Document) -> Iterator[Visit]:
        """The candidates of a request."""
        school = self.by["schools"][asked["school"]]
        for slot in self.by["slots"].values():
            offer = self.by["offers"][slot["offer"]]
            limit = slot.get("max_pupils", offer["max_pupils"])
            start, end = when(slot["start"]), when(slot["end"])
            yield from self.visit(asked, school, offer, slot, None, limit, start, end)
        for team in self.by["teams"].values():
            for offer in (self.by["offers"][name] for name in team["offers"]):
                for start in self.starts(team):
                    end = start + timedelta(minutes=offer["minutes"])
                    yield from self.visit(asked, school, offer, None, team, offer["max_pupils"], start, end)

    def starts(self, team: Document) -> Iterator[datetime]:
        """Every moment at which a team's session could possibly begin."""
        step = self.document.get("grid_minutes", 15) if self.on("grid") else 5
        days = sorted({when(window[0]).date() for window in team["windows"]})
        if not self.on("team time"):
            days = sorted({when(w[0]).date() for one in self.by["requests"].values() for w in one["windows"]})
        for day in days:
            for minute in range(0, 1440, step):
                start = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
                if not self.on("team time") or inside(team["windows"], start, start):
                    yield start

    def visit(
        self,
        asked: Document,
        school: Document,
        offer: Document,
        slot: Document | None,
        team: Document | None,
        limit: int,
        start: datetime,
        end: datetime,
    ) -> Iterator[Visit]:
        spot = self.spot(school, offer)
        visit_way = self.way(school["place"], school.get("zone"), *spot)
        team_way = self.team_way(team, offer, school)
        leaves, returns = start - timedelta(minutes=visit_way), end + timedelta(minutes=visit_way)
        place = (slot or team or {})["id"]
        named, points = self.liking(asked, offer, place)
        holds = self.plain(asked, offer, limit) | {
            "ban": not self.banned(
                asked, {"slot": slot and place, "team": team and place, "offer": offer["id"]}
            ),
            "interest": named,
            "travel": visit_way <= asked.get("max_travel_minutes", 90),
            "time": inside(asked["windows"], leaves, returns),
            "team travel": team is None or team_way <= team.get("max_travel_minutes", 90),
            "team time": team is None or inside(team["windows"], start, end),
        }
        if all(true or not self.on(rule) for rule, true in holds.items()):
            words = self.words(asked["id"], slot, team, offer, start)
            ids = (
                asked["id"],
                school["id"],
                slot["id"] if slot else "",
                team["id"] if team else "",
                offer["id"],
            )
            yield Visit(
                tuple(words.items()), *ids, start, end, leaves, returns, spot, visit_way + team_way, points
            )

    def words(
        self, asked: str, slot: Document | None, team: Document | None, offer: Document, start: datetime
    ) -> dict[str, str]:
        if slot:
            return {"request": asked, "slot": slot["id"]}
        moment = start.isoformat(timespec="minutes")
        return {"request": asked, "team": (team or {})["id"], "offer": offer["id"], "start": moment}

    def team_way(self, team: Document | None, offer: Document, school: Document) -> int:
        if not team or offer["kind"] != "coding_session":
            return 0
        return self.way(team["home"], team.get("zone"), school["place"], school.get("zone"))

    def plain(self, asked: Document, offer: Document, limit: int) -> dict[str, bool]:
        """The rules that know neither time nor place."""
        return {
            "kind": offer["kind"] in asked["kinds"],
            "grade": asked["grade"] in offer["grades"],
            "language": bool(set(asked["languages"]) & set(offer["languages"])),
            "pupils": asked["pupils"] <= limit,
            "wheelchair": not asked.get("wheelchair") or offer.get("wheelchair", False),
        }

    def spot(self, school: Document, offer: Document) -> tuple[Any, Any]:
        thing = offer if offer["kind"] == "field_visit" else school
        return thing["place"], thing.get("zone")

    def liking(self, asked: Document, offer: Document, place: str) -> tuple[bool, int]:
        """Whether the request is interested at all, and its points."""
        if "scores" in asked:
            return place in asked["scores"], asked["scores"].get(place, 0)
        choices = asked.get("choices", [])
        ranks = [choices.index(name) for name in (offer["id"], offer["company"]) if name in choices]
        topics = len(set(asked.get("topics", [])) & set(offer.get("topics", [])))
        points = (max(10, 100 - 15 * min(ranks)) if ranks else 0) + 10 * topics
        return bool(ranks or topics or asked.get("open")), points

    def banned(self, asked: Document, place: Document) -> bool:
        return any(
            ban["request"] == asked["id"]
            and all(place[key] == name for key, name in ban.items() if key != "request")
            for ban in self.document.get("bans", [])
        )


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def inside(windows: list[list[str]], start: datetime, end: datetime) -> bool:
    return any(when(opens) <= start and end <= when(closes) for opens, closes in windows)
