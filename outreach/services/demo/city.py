"""The plan of a whole city: everything the demonstration will enter, decided before the database is touched.

Start at `plan_city`. Everything comes from the seed and from `today`; the same two give the same city. Each kind of
thing draws from a stream of its own, so that a change of one leaves the others as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from outreach.services.demo.demand import Market, RequestPlan, requests_of
from outreach.services.demo.firms import HUBS, CompanyPlan, HubPlan, company_plans
from outreach.services.demo.offers import OfferPlan, offers_of
from outreach.services.demo.people import PersonPlan, cast_person, somebody
from outreach.services.demo.schools import (
    SchoolPlan,
    invented_schools,
    official_schools,
    with_blocked_days,
)
from outreach.services.demo.supply import Supply, TeamPlan, supply_of, team_of, with_small_rooms
from outreach.services.demo.terms import Term, terms
from outreach.services.school_file import SchoolFile

# Schools ask for about half as much again as the firms can take, so that some must lose.
DEMAND_OVER_SUPPLY = 1.45
REQUESTS_PER_SCHOOL = 1.5


@dataclass(frozen=True, slots=True)
class Size:
    """How large a city: schools that ask, firms, school weeks in a round, seconds for last term's run."""

    schools: int
    firms: int
    weeks: int
    solve_seconds: int = 30


SIZES: dict[str, Size] = {"default": Size(60, 20, 6), "city": Size(1100, 120, 12, solve_seconds=120)}


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A term's round: its dates, what the firms post for it, what the schools ask."""

    term: Term
    supply: Supply
    requests: tuple[RequestPlan, ...]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """The whole demonstration. `coordinators` by company key, `hub_members` by hub key."""

    seed: int
    schools: tuple[SchoolPlan, ...]
    hubs: tuple[HubPlan, ...]
    hub_members: dict[str, PersonPlan]
    companies: tuple[CompanyPlan, ...]
    coordinators: dict[str, PersonPlan]
    offers: tuple[OfferPlan, ...]
    teams: tuple[TeamPlan, ...]
    last_term: RoundPlan
    this_term: RoundPlan


def plan_city(size: Size, *, today: date, seed: int = 2027, file: SchoolFile | None = None) -> CityPlan:
    """A believable city of this size as seen on `today`, of invented schools or of some that `file` names.

    Raises ValueError for fewer than 18 invented schools, fewer than 5 firms or more than the list holds.
    """
    last, this = terms(today, size.weeks)
    drawing = stream(seed, "schools")
    asking = (
        official_schools(file, size.schools, drawing) if file else invented_schools(size.schools, drawing)
    )
    blocked_days = stream(seed, "blocked days")
    for term in (last, this):
        asking = with_blocked_days(asking, term.days, blocked_days)
    companies = company_plans(size.firms, stream(seed, "firms"))
    wording = stream(seed, "offers")
    offers = {company.key: offers_of(company, wording) for company in companies}
    staffing = stream(seed, "teams")
    teams = {c.key: team for c in companies if (team := team_of(c, offers[c.key], staffing))}
    market = (
        {company.key: company for company in companies},
        tuple(o for mine in offers.values() for o in mine),
    )
    total = round(len(asking) * REQUESTS_PER_SCHOOL)

    def round_plan(term: Term) -> RoundPlan:
        places = round(total / DEMAND_OVER_SUPPLY)
        supplying, asking_for = stream(seed, f"{term.key} supply"), stream(seed, f"{term.key} demand")
        supply = supply_of(companies, offers, teams, term.days, places, supplying)
        supply = with_small_rooms(supply, companies, offers, term.days, stream(seed, f"{term.key} rooms"))
        seen = Market(*market, school_days=term.days)
        return RoundPlan(term, supply, requests_of(asking, total, seen, term.key, asking_for))

    return CityPlan(
        seed=seed,
        schools=asking,
        hubs=HUBS,
        hub_members=_hub_members(stream(seed, "hub members")),
        companies=companies,
        coordinators=_coordinators(companies, stream(seed, "coordinators")),
        offers=market[1],
        teams=tuple(teams.values()),
        last_term=round_plan(last),
        this_term=round_plan(this),
    )


def stream(seed: int, name: str) -> Random:
    """A source of chance of its own for each kind of thing, the same for the same seed."""
    return Random(f"{seed}/{name}")  # noqa: S311 - a demonstration has to repeat itself; nothing here is a secret


def _hub_members(rng: Random) -> dict[str, PersonPlan]:
    """Hana belongs to the Science Park; the other hubs have members of their own."""
    return {
        hub.key: cast_person("hub") if hub.key == "hkstp" else somebody(f"hub.{hub.key}", rng) for hub in HUBS
    }


def _coordinators(companies: Sequence[CompanyPlan], rng: Random) -> dict[str, PersonPlan]:
    """One coordinator for each firm; Cora's is the first invented firm at the Science Park, so under Hana's hub."""
    people = {company.key: somebody(f"coordinator.{company.key}", rng) for company in companies}
    coras = next(company for company in companies if not company.large and company.hub == "hkstp")
    return people | {coras.key: cast_person("coordinator")}
