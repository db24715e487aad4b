"""Writing a problem as `outreach-matching/1`. The bytes are canonical: equal problems give equal bytes, hence one sha256."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from outreach.matching.assignment_json import assignment_json
from outreach.matching.problem import Ban, Company, Offer, Problem, School, Slot, Team, VisitRequest, Window
from outreach.matching.problem_json import FORMAT
from outreach.matching.times import text_of


def problem_bytes(problem: Problem) -> bytes:
    """The file of a problem: UTF-8 JSON, one line; keys in a fixed order, absent where a value is the format's None."""
    return json.dumps(problem_json(problem), ensure_ascii=False, separators=(",", ":")).encode()


def problem_json(problem: Problem) -> dict[str, object]:
    """The JSON value of a problem."""
    travel = problem.travel
    return {
        "format": FORMAT,
        "name": problem.name,
        "grid_minutes": problem.grid_minutes,
        "travel": {
            "base_minutes": travel.base_minutes,
            "minutes_per_km": travel.minutes_per_km,
            "zone_minutes": [list(entry) for entry in travel.zone_minutes],
        },
        "objectives": list(problem.objectives),
        "schools": [_school(school) for school in problem.schools],
        "companies": [company_json(company) for company in problem.companies],
        "offers": [offer_json(offer) for offer in problem.offers],
        "slots": [slot_json(slot) for slot in problem.slots],
        "teams": [team_json(team) for team in problem.teams],
        "requests": [request_json(visit_request) for visit_request in problem.requests],
        "pins": [assignment_json(pin) for pin in problem.pins],
        "bans": [_ban(ban) for ban in problem.bans],
        "incumbent": [assignment_json(kept) for kept in problem.incumbent],
    }


def exact_number(value: Decimal) -> int | float:
    """A cost as a JSON number. Up to 15 significant digits come back unchanged, and `consistency.py` allows no more."""
    return int(value) if value == value.to_integral_value() else float(value)


def _present(entries: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in entries.items() if value is not None}


def _windows(windows: tuple[Window, ...]) -> list[list[str]]:
    return [[text_of(start), text_of(end)] for start, end in windows]


def _school(school: School) -> dict[str, object]:
    return _present(
        {
            "id": school.id,
            "district": school.district,
            "place": list(school.place),
            "zone": school.zone,
            "weight": school.weight,
            "max_bookings": school.max_bookings,
            "max_per_day": school.max_per_day,
            "type": school.type or None,
        }
    )


def company_json(company: Company) -> dict[str, object]:
    """The JSON value of one company."""
    return _present(
        {
            "id": company.id,
            "max_sessions_per_week": company.max_sessions_per_week,
            "max_sessions": company.max_sessions,
        }
    )


def offer_json(offer: Offer) -> dict[str, object]:
    """The JSON value of one offer."""
    return _present(
        {
            "id": offer.id,
            "company": offer.company,
            "kind": offer.kind,
            "place": None if offer.place is None else list(offer.place),
            "zone": offer.zone,
            "minutes": offer.minutes,
            "grades": sorted(offer.grades),
            "languages": sorted(offer.languages),
            "topics": sorted(offer.topics),
            "wheelchair": offer.wheelchair,
            "min_pupils": offer.min_pupils,
            "max_pupils": offer.max_pupils,
            "max_groups": offer.max_groups,
            "cost": exact_number(offer.cost),
        }
    )


def slot_json(slot: Slot) -> dict[str, object]:
    """The JSON value of one slot."""
    return _present(
        {
            "id": slot.id,
            "offer": slot.offer,
            "start": text_of(slot.start),
            "end": text_of(slot.end),
            "min_pupils": slot.min_pupils,
            "max_pupils": slot.max_pupils,
            "max_groups": slot.max_groups,
            "cost": None if slot.cost is None else exact_number(slot.cost),
        }
    )


def team_json(team: Team) -> dict[str, object]:
    """The JSON value of one team."""
    return _present(
        {
            "id": team.id,
            "company": team.company,
            "offers": list(team.offers),
            "home": None if team.home is None else list(team.home),
            "zone": team.zone,
            "windows": _windows(team.windows),
            "max_sessions_per_day": team.max_sessions_per_day,
            "turnaround_minutes": team.turnaround_minutes,
            "max_travel_minutes": team.max_travel_minutes,
        }
    )


def request_json(visit_request: VisitRequest) -> dict[str, object]:
    """The JSON value of one request."""
    scores = visit_request.scores
    return _present(
        {
            "id": visit_request.id,
            "school": visit_request.school,
            "group": visit_request.group,
            "crew": visit_request.crew,
            "kinds": sorted(visit_request.kinds),
            "pupils": visit_request.pupils,
            "grade": visit_request.grade,
            "languages": sorted(visit_request.languages),
            "topics": sorted(visit_request.topics),
            "choices": list(visit_request.choices),
            "open": visit_request.open,
            "windows": _windows(visit_request.windows),
            "max_travel_minutes": visit_request.max_travel_minutes,
            "wheelchair": visit_request.wheelchair,
            "scores": None if scores is None else dict(sorted(scores.items())),
            "costs": {place: exact_number(cost) for place, cost in sorted(visit_request.costs.items())},
        }
    )


def _ban(ban: Ban) -> dict[str, str]:
    target = {"slot": ban.slot, "team": ban.team, "offer": ban.offer}
    return {"request": ban.request} | {key: name for key, name in target.items() if name}
