"""The rules and goals of `visits.py` as Timefold's constraints: what breaks H2 to H8, then what each goal is worth."""

from __future__ import annotations

from timefold.solver.score import (
    BendableScore,
    Constraint,
    ConstraintCollectors,
    ConstraintFactory,
    Joiners,
    constraint_provider,
)
from visits import GOALS, LEVELS, Slot, Visit


def hard() -> BendableScore:
    """One broken rule."""
    return BendableScore.of_hard(1, LEVELS, 0, 1)


def soft(goal: str) -> BendableScore:
    """One unit of a goal."""
    return BendableScore.of_soft(1, LEVELS, GOALS.index(goal), 1)


def faults(slot: Slot, members: list[Visit]) -> int:
    """H2 and H3: by how much the groups of a slot break its rules."""
    pupils = 0
    languages = slot.languages
    found = 0
    for one in members:
        pupils += one.pupils
        languages &= one.languages
        if one.stage != members[0].stage:
            found += 20
        if slot.one_school and one.school.id != members[0].school.id:
            found += 20
    if languages == 0:
        found += 20
    if len(members) > slot.max_groups:
        found += 20 * (len(members) - slot.max_groups)
    if pupils > slot.max_pupils:
        found += pupils - slot.max_pupils
    if pupils < slot.min_pupils:
        found += slot.min_pupils - pupils
    return found


def too_close(one: Visit, other: Visit) -> bool:
    """H4: whether a team cannot get from the earlier session to the later one."""
    first = one
    second = other
    if one.place.start > other.place.start:
        first = other
        second = one
    team = first.place.team
    way = team.ways[first.spots[first.place.key]][second.spots[second.place.key]]
    return first.place.end + team.turnaround + way > second.place.start


def session(visit: Visit) -> str:
    """What counts as one session of a company: a slot whoever is in it, each session of a team."""
    if visit.place.slot is not None:
        return "slot " + visit.place.slot.id
    return "visit " + visit.id


@constraint_provider
def rules(factory: ConstraintFactory) -> list[Constraint]:
    """H2 to H8, then the goals."""
    return [
        *_hosts(factory),
        *_schools(factory),
        *_companies(factory),
        *(_goal(factory, name) for name in GOALS),
        *(_slot_costs(factory) if "cost" in GOALS else ()),
    ]


def _hosts(factory: ConstraintFactory) -> list[Constraint]:
    slots = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.place.slot is not None)
        .group_by(lambda visit: visit.place.slot, ConstraintCollectors.to_list())
        .penalize(hard(), faults)
        .as_constraint("H2 H3")
    )
    days = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.place.team is not None)
        .group_by(lambda visit: visit.place.team, lambda visit: visit.place.day, ConstraintCollectors.count())
        .filter(lambda team, day, count: count > team.max_per_day)
        .penalize(hard(), lambda team, day, count: 20 * (count - team.max_per_day))
        .as_constraint("H4 day")
    )
    ways = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.place.team is not None)
        .join(
            factory.for_each(Visit).filter(lambda visit: visit.place.team is not None),
            Joiners.equal(lambda visit: visit.place.team),
            Joiners.equal(lambda visit: visit.place.day),
            Joiners.less_than(lambda visit: visit.id),
        )
        .filter(too_close)
        .penalize(hard(), lambda one, other: 20)
        .as_constraint("H4 way")
    )
    return [slots, days, ways]


def _schools(factory: ConstraintFactory) -> list[Constraint]:
    total = (
        factory.for_each(Visit)
        .group_by(lambda visit: visit.school, ConstraintCollectors.count())
        .filter(lambda school, count: school.max_bookings >= 0 and count > school.max_bookings)
        .penalize(hard(), lambda school, count: 20 * (count - school.max_bookings))
        .as_constraint("H5 total")
    )
    days = (
        factory.for_each(Visit)
        .group_by(lambda visit: visit.school, lambda visit: visit.place.day, ConstraintCollectors.count())
        .filter(lambda school, day, count: count > school.max_per_day)
        .penalize(hard(), lambda school, day, count: 20 * (count - school.max_per_day))
        .as_constraint("H5 day")
    )
    groups = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.group != "")
        .group_by(lambda visit: visit.group, lambda visit: visit.place.day, ConstraintCollectors.count())
        .filter(lambda group, day, count: count > 1)
        .penalize(hard(), lambda group, day, count: 20 * (count - 1))
        .as_constraint("H6 group")
    )
    crews = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.crew != "")
        .join(
            factory.for_each(Visit).filter(lambda visit: visit.crew != ""),
            Joiners.equal(lambda visit: visit.crew),
            Joiners.less_than(lambda visit: visit.id),
            Joiners.overlapping(
                lambda visit: visit.place.start - visit.early[visit.place.key],
                lambda visit: visit.place.end + visit.early[visit.place.key],
            ),
        )
        .penalize(hard(), lambda one, other: 20)
        .as_constraint("H6 crew")
    )
    return [total, days, groups, crews]


def _companies(factory: ConstraintFactory) -> list[Constraint]:
    total = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.place.company.max >= 0)
        .group_by(lambda visit: visit.place.company, ConstraintCollectors.count_distinct(session))
        .filter(lambda company, count: count > company.max)
        .penalize(hard(), lambda company, count: 20 * (count - company.max))
        .as_constraint("H7 total")
    )
    weeks = (
        factory.for_each(Visit)
        .filter(lambda visit: visit.place.company.max_per_week >= 0)
        .group_by(
            lambda visit: visit.place.company,
            lambda visit: visit.place.week,
            ConstraintCollectors.count_distinct(session),
        )
        .filter(lambda company, week, count: count > company.max_per_week)
        .penalize(hard(), lambda company, week, count: 20 * (count - company.max_per_week))
        .as_constraint("H7 week")
    )
    pins = (
        factory.for_each_including_unassigned(Visit)
        .filter(lambda visit: visit.pinned and visit.place is None)
        .penalize(hard(), lambda visit: 1000)
        .as_constraint("H8")
    )
    return [total, weeks, pins]


def _goal(factory: ConstraintFactory, goal: str) -> Constraint:
    visits = factory.for_each(Visit)
    if goal == "equity":
        schools = visits.group_by(lambda visit: visit.school)
        return schools.reward(soft(goal), lambda school: school.weight).as_constraint(goal)
    if goal == "groups":
        return visits.reward(soft(goal), lambda visit: 1).as_constraint(goal)
    if goal == "pupils":
        return visits.reward(soft(goal), lambda visit: visit.pupils).as_constraint(goal)
    if goal == "preference":
        return visits.reward(soft(goal), lambda visit: visit.points[visit.place.key]).as_constraint(goal)
    if goal == "travel":
        return visits.penalize(soft(goal), lambda visit: visit.minutes[visit.place.key]).as_constraint(goal)
    if goal == "changes":
        return (
            visits.filter(lambda visit: visit.place.number in visit.kept)
            .reward(soft(goal))
            .as_constraint(goal)
        )
    return visits.penalize(soft(goal), lambda visit: visit.costs[visit.place.key]).as_constraint(goal)


def _slot_costs(factory: ConstraintFactory) -> list[Constraint]:
    """What used slots cost, whoever is in them."""
    slots = factory.for_each(Visit).filter(lambda visit: visit.place.slot is not None)
    each = slots.group_by(lambda visit: visit.place.slot)
    return [each.penalize(soft("cost"), lambda slot: slot.cost).as_constraint("cost of slots")]
