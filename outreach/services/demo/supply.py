"""What a term's firms make possible: dated slots, and teams with free days for the scheduler to place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from random import Random

from outreach.clock import later_the_same_day
from outreach.services.demo.firms import CompanyPlan
from outreach.services.demo.names import Name
from outreach.services.demo.offers import OfferPlan

# A room for half a class: who would come with fewer pupils, or in two halves, finds a place there.
SMALL_ROOM = 16
SMALL_ROOM_OPENS = time(10)
ONE_SMALL_IN = 5
STARTS = (time(9, 15), time(9, 30), time(9, 45), time(10, 0), time(10, 30), time(13, 15), time(13, 30))
TEAM_DAY = (time(8, 45), time(16, 0))


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """One date and time of an offer (wall times in Hong Kong), in a small room for `max_pupils` where that is set."""

    offer: str
    day: date
    start: time
    end: time
    max_pupils: int | None = None


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """Trainers of a company who give some of its offers, starting from its area."""

    key: str
    company: str
    name: Name
    offers: tuple[str, ...]
    max_sessions_per_day: int
    turnaround_minutes: int
    max_travel_minutes: int


@dataclass(frozen=True, slots=True)
class TeamDay:
    """A day on which a team may be placed anywhere inside `TEAM_DAY`."""

    team: str
    day: date


@dataclass(frozen=True, slots=True)
class Supply:
    """A term's slots and team days, and how many groups they can take between them."""

    slots: tuple[SlotPlan, ...]
    team_days: tuple[TeamDay, ...]
    places: int


def team_of(company: CompanyPlan, offers: Sequence[OfferPlan], rng: Random) -> TeamPlan | None:
    """About half of the firms that travel leave the hour to the scheduler; a few host visits in that way."""
    kind = "field_visit" if rng.random() < 0.06 else "coding_session"
    able = tuple(offer.key for offer in offers if offer.kind == kind and offer.max_groups == 1)
    if not able or (kind == "coding_session" and rng.random() < 0.5):
        return None
    return TeamPlan(
        key=f"{company.key}-team",
        company=company.key,
        name=Name("Trainers", "導師隊") if kind == "coding_session" else Name("Hosts", "接待隊"),
        offers=able,
        max_sessions_per_day=2,
        turnaround_minutes=rng.choice((15, 20, 30)),
        max_travel_minutes=rng.choice((60, 75, 90)),
    )


def supply_of(
    companies: Sequence[CompanyPlan],
    offers: Mapping[str, Sequence[OfferPlan]],
    teams: Mapping[str, TeamPlan],
    school_days: Sequence[date],
    places: int,
    rng: Random,
) -> Supply:
    """Slots and team days for about `places` groups, shared out over the firms; the large four give a little more."""
    shares = [1.4 if company.large else 1.0 for company in companies]
    slots: list[SlotPlan] = []
    team_days: list[TeamDay] = []
    given, due = 0, 0.0
    for company, share in zip(companies, shares, strict=True):
        due += places * share / sum(shares)
        ways = _ways(offers[company.key], teams.get(company.key), school_days, rng)
        while given < round(due):
            found = next(ways, None)
            if found is None:
                break
            thing, taken = found
            if isinstance(thing, SlotPlan):
                slots.append(thing)
            else:
                team_days.append(thing)
            given += taken
    return Supply(tuple(slots), tuple(team_days), given)


def _ways(
    offers: Sequence[OfferPlan], team: TeamPlan | None, school_days: Sequence[date], rng: Random
) -> Iterator[tuple[SlotPlan | TeamDay, int]]:
    """One firm's possibilities in turn, each with how many groups it takes: a day of its team, a slot of each offer."""
    by_team = team.offers if team else ()
    dated = [offer for offer in offers if offer.key not in by_team]
    shuffled = rng.sample(school_days, len(school_days))
    for turn, day in enumerate(shuffled):
        if team:
            yield TeamDay(team.key, day), team.max_sessions_per_day
        # Each offer walks through the days from a start of its own, so none meets a day twice.
        for number, offer in enumerate(dated):
            start = rng.choice(STARTS)
            end = later_the_same_day(start, offer.minutes)
            if end is not None:
                slot_day = shuffled[(turn + 7 * number) % len(shuffled)]
                yield SlotPlan(offer.key, slot_day, start, end), offer.max_groups


def with_small_rooms(
    supply: Supply,
    companies: Sequence[CompanyPlan],
    offers: Mapping[str, Sequence[OfferPlan]],
    school_days: Sequence[date],
    rng: Random,
) -> Supply:
    """One firm in five has a small room free one morning more. Hardly a group is as small as that: these slots stay empty until
    somebody changes a request for them, so `places` does not count them."""
    fitting = {
        company.key: [offer for offer in offers[company.key] if _fits_small_room(offer)]
        for company in companies
        if not company.large
    }
    visits = [mine[0] for mine in fitting.values() if mine]
    busy = {(slot.offer, slot.day) for slot in supply.slots}
    found = []
    for offer in rng.sample(visits, min(len(visits), len(companies) // ONE_SMALL_IN)):
        free = [day for day in school_days if (offer.key, day) not in busy]
        end = later_the_same_day(SMALL_ROOM_OPENS, offer.minutes)
        if free and end is not None:
            found.append(SlotPlan(offer.key, rng.choice(free), SMALL_ROOM_OPENS, end, SMALL_ROOM))
    return replace(supply, slots=(*supply.slots, *found))


def _fits_small_room(offer: OfferPlan) -> bool:
    return offer.kind == "field_visit" and offer.min_pupils <= SMALL_ROOM
