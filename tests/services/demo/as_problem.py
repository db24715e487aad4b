"""A round of the plan in the core's JSON form, so that its candidates can be counted without a database."""

from __future__ import annotations

from typing import Any

from outreach.clock import wall
from outreach.services.demo.city import CityPlan, RoundPlan
from outreach.services.demo.demand import RequestPlan
from outreach.services.demo.supply import TEAM_DAY


def problem_of(city: CityPlan, round_: RoundPlan) -> dict[str, Any]:
    """Everything that the core has to know of this round."""
    companies = {company.key: company for company in city.companies}
    schools = {school.key: school for school in city.schools}
    days: dict[str, list[list[str]]] = {}
    for day in round_.supply.team_days:
        days.setdefault(day.team, []).append([wall(day.day, time) for time in TEAM_DAY])

    def place(company: str) -> list[float]:
        return [companies[company].area.lon, companies[company].area.lat]

    def windows(asked: RequestPlan) -> list[list[str]]:
        blocked = schools[asked.school].blocked
        free = [
            day
            for day in round_.term.days
            if day not in asked.exceptions and not any(b.first <= day <= b.last for b in blocked)
        ]
        return [
            [wall(day, window.start), wall(day, window.end)]
            for day in free
            for window in asked.windows
            if window.weekday == day.weekday()
        ]

    return {
        "format": "outreach-matching/1",
        "name": round_.term.key,
        "schools": [
            {"id": school.key, "district": school.district, "place": [school.lon, school.lat]}
            for school in city.schools
        ],
        "companies": [
            {"id": company.key}
            | (
                {"max_sessions_per_week": company.max_sessions_per_week}
                if company.max_sessions_per_week
                else {}
            )
            for company in city.companies
        ],
        "offers": [
            {
                "id": offer.key,
                "company": offer.company,
                "kind": offer.kind,
                "minutes": offer.minutes,
                "grades": offer.grades,
                "languages": offer.languages,
                "topics": offer.topics,
                "wheelchair": offer.wheelchair,
                "min_pupils": offer.min_pupils,
                "max_pupils": offer.max_pupils,
                "max_groups": offer.max_groups,
            }
            | ({"place": place(offer.company)} if offer.kind == "field_visit" else {})
            for offer in city.offers
        ],
        "slots": [
            {
                "id": f"slot-{number}",
                "offer": slot.offer,
                "start": wall(slot.day, slot.start),
                "end": wall(slot.day, slot.end),
            }
            for number, slot in enumerate(round_.supply.slots)
        ],
        "teams": [
            {
                "id": team.key,
                "company": team.company,
                "offers": team.offers,
                "home": place(team.company),
                "windows": days.get(team.key, []),
                "max_sessions_per_day": team.max_sessions_per_day,
                "turnaround_minutes": team.turnaround_minutes,
                "max_travel_minutes": team.max_travel_minutes,
            }
            for team in city.teams
        ],
        "requests": [
            {
                "id": asked.key,
                "school": asked.school,
                "group": f"{asked.school}/{asked.group}",
                "kinds": asked.kinds,
                "pupils": asked.pupils,
                "grade": asked.grade,
                "languages": asked.languages,
                "topics": asked.topics,
                "choices": asked.choices,
                "open": asked.open,
                "windows": windows(asked),
                "max_travel_minutes": asked.max_travel_minutes,
                "wheelchair": asked.wheelchair,
            }
            | ({"crew": f"{asked.school}/{asked.crew}"} if asked.crew else {})
            for asked in round_.requests
        ],
    }
