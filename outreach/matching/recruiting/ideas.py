"""A problem with ideas in it: each a new firm with one offer and one slot, or one team that is free for one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outreach.matching.problem import FIELD_VISIT, Company, Offer, Problem, Slot, Team
from outreach.matching.recruiting.space import Idea, Space
from outreach.matching.times import DAY


@dataclass(frozen=True, slots=True)
class Added:
    """What a problem gets with an idea: `slot` for a visit, `team` for a coding session. Exactly one is set."""

    company: Company
    offer: Offer
    slot: Slot | None = None
    team: Team | None = None


def added(space: Space, ideas: Sequence[Idea], first: int = 1) -> list[Added]:
    """The firms of the ideas, under ids that the problem does not have, numbered from `first`."""
    problem = space.problem
    taken = {*problem.company, *problem.offer, *problem.slot, *problem.team}
    start = "new"
    while any(name.startswith(f"{start}-") for name in taken):
        start += "+"
    return [_firm(space, idea, f"{start}-{number}") for number, idea in enumerate(ideas, first)]


def _firm(space: Space, idea: Idea, name: str) -> Added:
    typical = space.typical[idea.kind]
    place, zone = space.centre[idea.district]
    opens, closes = (idea.day * DAY + minute for minute in typical.hours[idea.half])
    visit = idea.kind == FIELD_VISIT
    offer = Offer(
        id=name,
        company=name,
        kind=idea.kind,
        grades=frozenset(idea.grades),
        languages=typical.languages,
        max_pupils=typical.max_pupils,
        place=place if visit else None,
        zone=zone if visit else None,
        minutes=typical.minutes,
        topics=frozenset({idea.topic} - {""}),
        wheelchair=typical.wheelchair,
        min_pupils=typical.min_pupils,
        max_groups=typical.max_groups,
    )
    if visit:
        return Added(Company(name), offer, slot=Slot(name, name, opens, closes))
    limit = typical.max_travel_minutes
    window = ((opens, closes),)
    team = Team(name, name, (name,), window, home=place, zone=zone, max_travel_minutes=limit)
    return Added(Company(name), offer, team=team)


def with_added(problem: Problem, firms: Sequence[Added]) -> Problem:
    """The problem with these firms after its own."""
    return replace(
        problem,
        companies=problem.companies + tuple(one.company for one in firms),
        offers=problem.offers + tuple(one.offer for one in firms),
        slots=problem.slots + tuple(one.slot for one in firms if one.slot),
        teams=problem.teams + tuple(one.team for one in firms if one.team),
    )


def probe(space: Space) -> Problem:
    """A problem that answers which request could go to which district when, apart from topic and key stage.

    For each district, first for mornings and then for afternoons, it has a visit on every day and one team with a window on every
    day; every request takes any topic. Slots and teams stand in that order.
    """
    offers: list[Offer] = []
    slots: list[Slot] = []
    teams: list[Team] = []
    grades = frozenset(one.grade for one in space.problem.requests)
    for kind in space.kinds:
        for at, district in enumerate(space.districts):
            for half in range(2):
                firm = _firm(space, Idea(kind, "", 0, district, 0, half), f"{kind}-{at}-{half}")
                name = firm.offer.id
                offers.append(replace(firm.offer, company="probe", grades=grades))
                opens, closes = space.typical[kind].hours[half]
                windows = tuple((day * DAY + opens, day * DAY + closes) for day in space.days)
                if firm.team:
                    teams.append(replace(firm.team, company="probe", windows=windows))
                else:
                    slots += [Slot(f"{name}-{start}", name, start, end) for start, end in windows]
    return replace(
        space.problem,
        companies=(Company("probe"),),
        offers=tuple(offers),
        slots=tuple(slots),
        teams=tuple(teams),
        requests=tuple(
            replace(one, choices=(), open=True, scores=None if one.scores is None else {}, costs={})
            for one in space.problem.requests
        ),
        pins=(),
        bans=(),
        incumbent=(),
    )
