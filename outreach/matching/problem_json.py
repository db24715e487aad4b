"""The JSON form `outreach-matching/1` of a problem: reading with every default and refusal, writing.

`read_problem(bytes)` refuses with `ProblemRefused`, whose text is one line: the path and what is wrong there.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from functools import lru_cache

from outreach.matching import json_form as form
from outreach.matching.assignment_json import read_assignment
from outreach.matching.json_form import Node
from outreach.matching.problem import (
    DEFAULT_GOALS,
    FIELD_VISIT,
    GRADES,
    KINDS,
    LANGUAGES,
    Ban,
    Company,
    Offer,
    Place,
    Problem,
    School,
    Slot,
    Team,
    Travel,
    VisitRequest,
    Window,
)
from outreach.matching.refusal import ProblemRefused
from outreach.matching.times import REMEMBERED, minutes_of

FORMAT = "outreach-matching/1"

_grades = form.words_of(GRADES)
_kinds = form.words_of(KINDS)
_languages = form.words_of(LANGUAGES)


def read_problem(content: bytes) -> Problem:
    """The problem in a file's bytes. Raises `ProblemRefused`."""
    return problem_of(form.parse(content))


def problem_of(value: object) -> Problem:
    """The problem in an already parsed JSON value (fractions as `Decimal`). Raises `ProblemRefused`."""
    node = Node(value, "")
    node.get("format", form.word_of((FORMAT,)))
    return Problem(
        name=node.find("name", form.text, ""),
        grid_minutes=node.find("grid_minutes", form.positive, 15),
        travel=node.find("travel", _travel, Travel()),
        objectives=node.find("objectives", form.texts, DEFAULT_GOALS),
        schools=node.find("schools", form.listing(_school), ()),
        companies=node.find("companies", form.listing(read_company), ()),
        offers=node.find("offers", form.listing(read_offer), ()),
        slots=node.find("slots", form.listing(read_slot), ()),
        teams=node.find("teams", form.listing(read_team), ()),
        requests=node.find("requests", form.listing(read_request), ()),
        pins=node.find("pins", form.listing(read_assignment), ()),
        bans=node.find("bans", form.listing(_ban), ()),
        incumbent=node.find("incumbent", form.listing(read_assignment), ()),
    )


def _optional_whole(node: Node, key: str) -> int | None:
    return node.get(key, form.whole) if key in node.value else None


def _zone(node: Node) -> str | None:
    return node.get("zone", form.text) if "zone" in node.value else None


def _travel(value: object, path: str) -> Travel:
    node = Node(value, path)
    return Travel(
        base_minutes=node.find("base_minutes", form.number, 12.0),
        minutes_per_km=node.find("minutes_per_km", form.number, 2.2),
        zone_minutes=node.find("zone_minutes", form.listing(_zone_minutes), ()),
    )


def _zone_minutes(value: object, path: str) -> tuple[str, str, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise ProblemRefused(path, "is not [zone, zone, minutes]")
    one, other, minutes = value
    return (
        form.text(one, f"{path}[0]"),
        form.text(other, f"{path}[1]"),
        form.number(minutes, f"{path}[2]"),
    )


def _place(value: object, path: str) -> Place:
    if not isinstance(value, list) or len(value) != 2:
        raise ProblemRefused(path, "is not [longitude, latitude]")
    longitude = form.finite(value[0], f"{path}[0]")
    latitude = form.finite(value[1], f"{path}[1]")
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ProblemRefused(path, "is not on the globe: [longitude, latitude] in degrees")
    return longitude, latitude


def _read_window(value: object, path: str) -> Window:
    if not isinstance(value, list) or len(value) != 2:
        raise ProblemRefused(path, "is not [start, end]")
    return form.moment(value[0], f"{path}[0]"), form.moment(value[1], f"{path}[1]")


def read_windows(value: object, path: str) -> tuple[Window, ...]:
    """A list of pairs of moments. Raises `ProblemRefused`.

    A territory's file names the same few windows a hundred times each: only what is not understood at once is looked at closely.
    """
    if isinstance(value, list) and all(isinstance(pair, list) for pair in value):
        with suppress(TypeError, ValueError, AttributeError):
            return tuple([_window(*pair) for pair in value])
    return form.listing(_read_window)(value, path)


@lru_cache(maxsize=REMEMBERED)
def _window(opens: str, closes: str) -> Window:
    return minutes_of(opens), minutes_of(closes)


def _school(value: object, path: str) -> School:
    node = Node(value, path)
    return School(
        id=node.get("id", form.identifier),
        place=node.get("place", _place),
        district=node.find("district", form.text, ""),
        zone=_zone(node),
        weight=node.find("weight", form.whole, 100),
        max_bookings=_optional_whole(node, "max_bookings"),
        max_per_day=node.find("max_per_day", form.whole, 1),
        type=node.find("type", form.text, ""),
    )


def read_company(value: object, path: str) -> Company:
    """A company of the problem's list. Raises `ProblemRefused`."""
    node = Node(value, path)
    return Company(
        id=node.get("id", form.identifier),
        max_sessions_per_week=_optional_whole(node, "max_sessions_per_week"),
        max_sessions=_optional_whole(node, "max_sessions"),
    )


def read_offer(value: object, path: str) -> Offer:
    """An offer of the problem's list. Raises `ProblemRefused`."""
    node = Node(value, path)
    kind = node.get("kind", form.word_of(KINDS))
    # A coding session has no place of its own: one that is given is ignored like an unknown key.
    return Offer(
        id=node.get("id", form.identifier),
        company=node.get("company", form.identifier),
        kind=kind,
        place=node.get("place", _place) if kind == FIELD_VISIT else None,
        zone=_zone(node),
        minutes=node.get("minutes", form.positive) if "minutes" in node.value else None,
        grades=frozenset(node.get("grades", _grades)),
        languages=frozenset(node.get("languages", _languages)),
        topics=frozenset(node.find("topics", form.texts, ())),
        wheelchair=node.find("wheelchair", form.truth, False),
        min_pupils=node.find("min_pupils", form.whole, 0),
        max_pupils=node.get("max_pupils", form.positive),
        max_groups=node.find("max_groups", form.positive, 1),
        cost=node.find("cost", form.decimal, Decimal(0)),
    )


def read_slot(value: object, path: str) -> Slot:
    """One entry of `slots`. Raises `ProblemRefused`."""
    node = Node(value, path)
    return Slot(
        id=node.get("id", form.identifier),
        offer=node.get("offer", form.identifier),
        start=node.get("start", form.moment),
        end=node.get("end", form.moment),
        min_pupils=_optional_whole(node, "min_pupils"),
        max_pupils=node.get("max_pupils", form.positive) if "max_pupils" in node.value else None,
        max_groups=node.get("max_groups", form.positive) if "max_groups" in node.value else None,
        cost=node.get("cost", form.decimal) if "cost" in node.value else None,
    )


def read_team(value: object, path: str) -> Team:
    """A team of the problem's list. Raises `ProblemRefused`."""
    node = Node(value, path)
    return Team(
        id=node.get("id", form.identifier),
        company=node.get("company", form.identifier),
        offers=node.get("offers", form.identifiers),
        windows=node.get("windows", read_windows),
        home=node.get("home", _place) if "home" in node.value else None,
        zone=_zone(node),
        max_sessions_per_day=node.find("max_sessions_per_day", form.whole, 1),
        turnaround_minutes=node.find("turnaround_minutes", form.whole, 0),
        max_travel_minutes=node.find("max_travel_minutes", form.whole, 90),
    )


def read_request(value: object, path: str) -> VisitRequest:
    """One entry of `requests`. Raises `ProblemRefused`."""
    node = Node(value, path)
    return VisitRequest(
        id=node.get("id", form.identifier),
        school=node.get("school", form.identifier),
        group=node.get("group", form.text) if "group" in node.value else None,
        crew=node.get("crew", form.text) if "crew" in node.value else None,
        kinds=frozenset(node.get("kinds", _kinds)),
        pupils=node.get("pupils", form.positive),
        grade=node.get("grade", form.word_of(GRADES)),
        languages=frozenset(node.get("languages", _languages)),
        topics=frozenset(node.find("topics", form.texts, ())),
        choices=node.find("choices", form.identifiers, ()),
        open=node.find("open", form.truth, False),
        windows=node.get("windows", read_windows),
        max_travel_minutes=node.find("max_travel_minutes", form.whole, 90),
        wheelchair=node.find("wheelchair", form.truth, False),
        scores=node.get("scores", form.mapping(form.whole)) if "scores" in node.value else None,
        costs=node.find("costs", form.mapping(form.decimal), {}),
    )


def _ban(value: object, path: str) -> Ban:
    node = Node(value, path)
    visit_request = node.get("request", form.identifier)
    named = [key for key in ("slot", "team", "offer") if key in node.value]
    if len(named) != 1:
        raise ProblemRefused(path, "names not exactly one of slot, team and offer")
    return Ban(visit_request, **{named[0]: node.get(named[0], form.identifier)})
