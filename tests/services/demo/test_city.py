"""The whole plan: repeatable, complete, over-asked, and made of requests that somebody can really serve."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from outreach.matching.candidates import Finder
from outreach.matching.problem_json import read_problem
from outreach.services.demo.city import SIZES, CityPlan, plan_city
from outreach.services.demo.people import CAST, cast_person
from tests.services.demo.as_problem import problem_of

TODAY = date(2026, 11, 22)
CITIES = {name: plan_city(size, today=TODAY) for name, size in SIZES.items()}


@pytest.fixture(params=sorted(SIZES))
def city(request: pytest.FixtureRequest) -> CityPlan:
    return CITIES[request.param]


def test_the_same_seed_and_day_give_the_same_city_and_another_seed_another() -> None:
    size = SIZES["default"]
    assert plan_city(size, today=TODAY, seed=8) == plan_city(size, today=TODAY, seed=8)
    assert plan_city(size, today=TODAY, seed=8) != plan_city(size, today=TODAY, seed=9)


def test_sizes() -> None:
    assert {name: (len(c.schools), len(c.companies)) for name, c in CITIES.items()} == {
        "default": (60, 20),
        "city": (1100, 120),
    }


def test_keys_are_unique_and_refer_to_what_exists(city: CityPlan) -> None:
    schools, companies = {s.key for s in city.schools}, {c.key for c in city.companies}
    offers, teams = {o.key for o in city.offers}, {t.key for t in city.teams}
    assert (len(schools), len(companies)) == (len(city.schools), len(city.companies))
    assert (len(offers), len(teams)) == (len(city.offers), len(city.teams))
    assert set(city.coordinators) == companies
    assert set(city.hub_members) == {hub.key for hub in city.hubs}
    for round_ in (city.last_term, city.this_term):
        assert {slot.offer for slot in round_.supply.slots} <= offers
        assert {day.team for day in round_.supply.team_days} <= teams
        assert {asked.school for asked in round_.requests} <= schools
        assert {key for asked in round_.requests for key in asked.choices} <= offers | companies
        assert len({asked.key for asked in round_.requests}) == len(round_.requests)
    for team in city.teams:
        assert {o.company for o in city.offers if o.key in team.offers} == {team.company}


def test_everybody_has_an_address_of_their_own(city: CityPlan) -> None:
    people = [s.teacher for s in city.schools] + [*city.coordinators.values(), *city.hub_members.values()]
    assert len({person.key for person in people}) == len(people)


def test_the_cast_is_in_it(city: CityPlan) -> None:
    assert [m.person.key for m in CAST] == ["tess", "cora", "hana", "stan", "ada"]
    tess = [school.key for school in city.schools if school.is_cast]
    assert len(tess) == 1
    for round_ in (city.last_term, city.this_term):
        assert Counter(asked.school for asked in round_.requests)[tess[0]] >= 2
    coras = [c for c in city.companies if city.coordinators[c.key] == cast_person("coordinator")]
    assert [c.hub for c in coras] == ["hkstp"]
    assert city.hub_members["hkstp"] == cast_person("hub")


def test_demand_exceeds_supply(city: CityPlan) -> None:
    for round_ in (city.last_term, city.this_term):
        assert 1.35 <= len(round_.requests) / round_.supply.places <= 1.55
        assert len({asked.school for asked in round_.requests}) >= 0.9 * len(city.schools)


def test_the_large_four_are_besieged(city: CityPlan) -> None:
    large = {c.key for c in city.companies if c.large}
    of = {o.key: o.company for o in city.offers} | {c.key: c.key for c in city.companies}
    requests = city.this_term.requests
    first = sum(bool(asked.choices) and of[asked.choices[0]] in large for asked in requests)
    assert first >= 0.4 * len(requests)


def test_requests_are_sound(city: CityPlan) -> None:
    schools = {school.key: school for school in city.schools}
    for round_ in (city.last_term, city.this_term):
        groups = Counter((asked.school, asked.group) for asked in round_.requests)
        assert set(groups.values()) == {1}
        for asked in round_.requests:
            school = schools[asked.school]
            assert asked.grade[0] == {"primary": "P", "secondary": "S"}[school.level]
            assert asked.group.startswith(asked.grade)
            per_adult = 5 if school.section == "special" else 15
            assert asked.staff >= max(2, asked.pupils / per_adult)
            assert len(set(asked.choices)) == len(asked.choices) <= 4
            assert all(window.start < window.end for window in asked.windows)
            assert set(asked.exceptions) <= set(round_.term.days)


def test_slots_lie_on_the_terms_school_days_once_per_offer_and_time(city: CityPlan) -> None:
    for round_ in (city.last_term, city.this_term):
        slots = round_.supply.slots
        assert {slot.day for slot in slots} <= set(round_.term.days)
        assert len({(slot.offer, slot.day, slot.start) for slot in slots}) == len(slots)
        assert all(slot.start < slot.end for slot in slots)
        days = round_.supply.team_days
        assert len(set(days)) == len(days)


def test_one_firm_in_five_has_a_small_room_free_on_a_day_of_its_own(city: CityPlan) -> None:
    least = {offer.key: offer.min_pupils for offer in city.offers}
    company = {offer.key: offer.company for offer in city.offers}
    for round_ in (city.last_term, city.this_term):
        per_day = Counter((slot.offer, slot.day) for slot in round_.supply.slots)
        small = [slot for slot in round_.supply.slots if slot.max_pupils is not None]
        assert len(small) == len({company[slot.offer] for slot in small}) == len(city.companies) // 5
        assert all(least[slot.offer] <= (slot.max_pupils or 0) <= 16 for slot in small)
        assert {per_day[slot.offer, slot.day] for slot in small} == {1}


def test_fewer_pupils_would_find_a_place_in_a_small_room() -> None:
    city = CITIES["default"]
    small = {
        f"slot-{number}"
        for number, slot in enumerate(city.this_term.supply.slots)
        if slot.max_pupils is not None
    }
    problem = problem_of(city, city.this_term)
    asking = problem["requests"]
    problem["requests"] = [asked | {"pupils": min(asked["pupils"], 16)} for asked in asking]
    fewer = read_problem(json.dumps(problem).encode())
    finder = Finder(fewer)
    helped = [
        asked.id
        for asked in fewer.requests
        if any(getattr(found, "slot", None) in small for found in finder.of(asked))
    ]
    large = {asked["id"] for asked in asking if asked["pupils"] > 16}
    assert len(large & set(helped)) >= len(small)


def test_most_requests_could_be_served_and_a_few_are_hopeless() -> None:
    for city in CITIES.values():
        for round_ in (city.last_term, city.this_term):
            problem = read_problem(json.dumps(problem_of(city, round_)).encode())
            finder = Finder(problem)
            served = sum(next(iter(finder.of(asked)), None) is not None for asked in problem.requests)
            assert 0.8 * len(problem.requests) <= served < len(problem.requests)
