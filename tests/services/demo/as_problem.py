"""A round of the plan in the core's JSON form, so that its candidates can be counted without a database."""

from __future__ import annotations

from typing import Any

from outreach.clock import wall
from outreach.services.demo.city import CityPlan, RoundPlan
from outreach.services.demo.demand import RequestPlan
from outreach.services.demo.firms import CompanyPlan
from outreach.services.demo.offers import OfferPlan
from outreach.services.demo.schools import SchoolPlan
from outreach.services.demo.supply import TEAM_DAY, TeamPlan

Json = dict[str, Any]


def problem_of(city: CityPlan, round_: RoundPlan) -> Json:
    """Everything that the core has to know of this round."""
    companies = {company.key: company for company in city.companies}
    schools = {school.key: school for school in city.schools}
    days: dict[str, list[list[str]]] = {}
    for day in round_.supply.team_days:
        days.setdefault(day.team, []).append([wall(day.day, time) for time in TEAM_DAY])
    return {
        "format": "outreach-matching/1",
        "name": round_.term.key,
        "schools": [school_of(school) for school in city.schools],
        "companies": [company_of(company) for company in city.companies],
        "offers": [offer_of(offer, companies[offer.company]) for offer in city.offers],
        "slots": [
            {
                "id": f"slot-{number}",
                "offer": slot.offer,
                "start": wall(slot.day, slot.start),
                "end": wall(slot.day, slot.end),
            }
            | ({} if slot.max_pupils is None else {"max_pupils": slot.max_pupils, "max_groups": 1})
            for number, slot in enumerate(round_.supply.slots)
        ],
        "teams": [
            team_of(team, companies[team.company]) | {"windows": days.get(team.key, [])}
            for team in city.teams
        ],
        "requests": [
            request_of(asked) | {"windows": windows_of(asked, schools[asked.school], round_)}
            for asked in round_.requests
        ],
    }


def place_of(company: CompanyPlan) -> list[float]:
    return [company.area.lon, company.area.lat]


def school_of(school: SchoolPlan) -> Json:
    return {"id": school.key, "district": school.district, "place": [school.lon, school.lat]}


def company_of(company: CompanyPlan) -> Json:
    limit = company.max_sessions_per_week
    return {"id": company.key} | ({"max_sessions_per_week": limit} if limit else {})


def offer_of(offer: OfferPlan, company: CompanyPlan) -> Json:
    alike = ("kind", "minutes", "grades", "languages", "topics", "wheelchair")
    facts = {name: getattr(offer, name) for name in (*alike, "min_pupils", "max_pupils", "max_groups")}
    place = {"place": place_of(company)} if offer.kind == "field_visit" else {}
    return {"id": offer.key, "company": offer.company} | facts | place


def team_of(team: TeamPlan, company: CompanyPlan) -> Json:
    alike = ("company", "offers", "max_sessions_per_day", "turnaround_minutes", "max_travel_minutes")
    return {"id": team.key, "home": place_of(company)} | {name: getattr(team, name) for name in alike}


def request_of(asked: RequestPlan) -> Json:
    alike = ("school", "kinds", "pupils", "grade", "languages", "topics", "choices", "open", "wheelchair")
    facts = {name: getattr(asked, name) for name in (*alike, "max_travel_minutes")}
    crew = {"crew": f"{asked.school}/{asked.crew}"} if asked.crew else {}
    return {"id": asked.key, "group": f"{asked.school}/{asked.group}"} | facts | crew


def windows_of(asked: RequestPlan, school: SchoolPlan, round_: RoundPlan) -> list[list[str]]:
    """The request's weekly hours on the days of the term that neither it nor its school excepts."""
    blocked = [(block.first, block.last) for block in school.blocked]
    return [
        [wall(day, window.start), wall(day, window.end)]
        for day in round_.term.days
        if day not in asked.exceptions and not any(first <= day <= last for first, last in blocked)
        for window in asked.windows
        if window.weekday == day.weekday()
    ]
