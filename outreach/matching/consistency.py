"""What a problem must be free of before anybody reads it: unknown ids, duplicates, contradictions.

The JSON reader checks shapes and types; this file checks sense, so that a problem built from database rows is held to the same.
Each refusal carries the path that the JSON form has at that place.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from decimal import Decimal

from outreach.matching.problem import (
    CODING_SESSION,
    FIELD_VISIT,
    GOALS,
    Assignment,
    Ban,
    Company,
    Offer,
    Problem,
    School,
    Slot,
    Team,
    VisitRequest,
    Window,
)
from outreach.matching.refusal import ProblemRefused
from outreach.matching.times import DAY

# Sums of costs must stay exact, in 64-bit integers and as JSON numbers: 15 significant digits.
COST_PLACES = 6
COST_LIMIT = 10**15


def refuse_contradictions(problem: Problem) -> None:
    """Raise `ProblemRefused` for the first contradiction found. Reads everything, changes nothing."""
    _settings(problem)
    schools = _unique("schools", problem.schools)
    companies = _unique("companies", problem.companies)
    offers = _unique("offers", problem.offers)
    slots = _unique("slots", problem.slots)
    teams = _unique("teams", problem.teams)
    _unique("requests", problem.requests)
    for index, offer in enumerate(problem.offers):
        _offer(f"offers[{index}]", offer, companies)
    for index, slot in enumerate(problem.slots):
        _slot(f"slots[{index}]", slot, problem, offers)
    for index, team in enumerate(problem.teams):
        _team(f"teams[{index}]", team, problem, companies, offers)
    places, named = slots | teams, offers | companies
    for index, visit_request in enumerate(problem.requests):
        path = f"requests[{index}]"
        known(f"{path}.school", visit_request.school, schools, "school")
        _request(path, visit_request, named, places)
    for index, pin in enumerate(problem.pins):
        _pin(f"pins[{index}]", pin, problem)
    for index, ban in enumerate(problem.bans):
        _ban(f"bans[{index}]", ban, problem)
    _cost_sum(problem)


def known(path: str, word: str, words: Container[str], noun: str) -> None:
    """Refuse a word that is not among `words`."""
    if word not in words:
        raise ProblemRefused(path, f"there is no {noun} {word!r}")


def _settings(problem: Problem) -> None:
    if problem.grid_minutes < 1 or DAY % problem.grid_minutes:
        raise ProblemRefused("grid_minutes", f"{problem.grid_minutes} does not divide a day of 1440 minutes")
    seen: dict[frozenset[str], float] = {}
    for index, (one, other, minutes) in enumerate(problem.travel.zone_minutes):
        path = f"travel.zone_minutes[{index}]"
        if one == other:
            raise ProblemRefused(
                path, f"names the zone {one!r} twice; a way inside a zone has no extra minutes"
            )
        if seen.setdefault(frozenset((one, other)), minutes) != minutes:
            raise ProblemRefused(path, f"{one!r} and {other!r} have other minutes above")
    for index, goal in enumerate(problem.objectives):
        known(f"objectives[{index}]", goal, GOALS, "goal")
        if goal in problem.objectives[:index]:
            raise ProblemRefused(f"objectives[{index}]", f"the goal {goal!r} stands twice")


def _unique(
    path: str, things: Iterable[School | Company | Offer | Slot | Team | VisitRequest]
) -> frozenset[str]:
    seen: set[str] = set()
    for index, thing in enumerate(things):
        if thing.id in seen:
            raise ProblemRefused(f"{path}[{index}].id", f"{thing.id!r} stands twice")
        seen.add(thing.id)
    return frozenset(seen)


def _offer(path: str, offer: Offer, companies: Container[str]) -> None:
    known(f"{path}.company", offer.company, companies, "company")
    if offer.kind == FIELD_VISIT and offer.place is None:
        raise ProblemRefused(f"{path}.place", "is missing: a field visit has a place")
    if offer.min_pupils > offer.max_pupils:
        raise ProblemRefused(
            f"{path}.min_pupils", f"{offer.min_pupils} is more than max_pupils {offer.max_pupils}"
        )


def _slot(path: str, slot: Slot, problem: Problem, offers: Container[str]) -> None:
    known(f"{path}.offer", slot.offer, offers, "offer")
    ends_after_start(path, (slot.start, slot.end))
    limits = problem.limits(slot)
    if limits.min_pupils > limits.max_pupils:
        raise ProblemRefused(
            f"{path}.min_pupils", f"{limits.min_pupils} is more than max_pupils {limits.max_pupils}"
        )


def _team(path: str, team: Team, problem: Problem, companies: Container[str], offers: Container[str]) -> None:
    known(f"{path}.company", team.company, companies, "company")
    for index, offer_id in enumerate(team.offers):
        where = f"{path}.offers[{index}]"
        known(where, offer_id, offers, "offer")
        if offer_id in team.offers[:index]:
            raise ProblemRefused(where, f"{offer_id!r} stands twice")
        offer = problem.offer[offer_id]
        if offer.company != team.company:
            raise ProblemRefused(
                where, f"{offer_id!r} is of company {offer.company!r}, the team of {team.company!r}"
            )
        if offer.minutes is None:
            raise ProblemRefused(
                f"offers[{problem.offers.index(offer)}].minutes",
                f"is missing: team {team.id!r} gives this offer",
            )
        if offer.kind == CODING_SESSION and team.home is None:
            raise ProblemRefused(
                f"{path}.home", f"is missing: the team gives the coding session {offer_id!r}"
            )
    for index, window in enumerate(team.windows):
        ends_after_start(f"{path}.windows[{index}]", window)


def _request(
    path: str, visit_request: VisitRequest, offers_or_companies: Container[str], places: Container[str]
) -> None:
    for index, choice in enumerate(visit_request.choices):
        known(f"{path}.choices[{index}]", choice, offers_or_companies, "offer or company")
    for index, (start, end) in enumerate(visit_request.windows):
        # A city has tens of thousands of them: the path is written where something is wrong.
        if end <= start:
            ends_after_start(f"{path}.windows[{index}]", (start, end))
    for place in visit_request.scores or ():
        known(f"{path}.scores.{place}", place, places, "slot or team")
    for place, cost in visit_request.costs.items():
        known(f"{path}.costs.{place}", place, places, "slot or team")
        _cost(f"{path}.costs.{place}", cost)


def ends_after_start(path: str, window: Window) -> None:
    """Refuse a window that is none."""
    if window[1] < window[0]:
        raise ProblemRefused(path, "ends before it starts")
    if window[1] == window[0]:
        raise ProblemRefused(path, "ends when it starts")


def _pin(path: str, pin: Assignment, problem: Problem) -> None:
    known(f"{path}.request", pin.request, problem.visit_request, "request")
    if pin.slot:
        known(f"{path}.slot", pin.slot, problem.slot, "slot")
        return
    known(f"{path}.team", pin.team, problem.team, "team")
    known(f"{path}.offer", pin.offer, problem.offer, "offer")


def _ban(path: str, ban: Ban, problem: Problem) -> None:
    known(f"{path}.request", ban.request, problem.visit_request, "request")
    if ban.slot:
        known(f"{path}.slot", ban.slot, problem.slot, "slot")
    elif ban.team:
        known(f"{path}.team", ban.team, problem.team, "team")
    else:
        known(f"{path}.offer", ban.offer, problem.offer, "offer")


def _cost(path: str, cost: Decimal) -> None:
    exponent = cost.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > COST_PLACES:
        raise ProblemRefused(path, f"has more than {COST_PLACES} decimal places")


def _cost_sum(problem: Problem) -> None:
    total = Decimal(0)
    for index, offer in enumerate(problem.offers):
        _cost(f"offers[{index}].cost", offer.cost)
    for index, slot in enumerate(problem.slots):
        cost = problem.limits(slot).cost
        _cost(f"slots[{index}].cost", cost)
        total += cost
    dearest = max((offer.cost for offer in problem.offers), default=Decimal(0))
    for visit_request in problem.requests:
        total += dearest + max(visit_request.costs.values(), default=Decimal(0))
    if total.scaleb(COST_PLACES) >= COST_LIMIT:
        raise ProblemRefused("offers", "the costs are too large to be added up exactly")
