"""The hard rules H1 to H8 over a whole plan, one function each, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

from outreach.matching.fault import Fault
from outreach.matching.placed import Placed
from outreach.matching.problem import CODING_SESSION, Company, Problem, Slot, Team
from outreach.matching.times import clock_text, date_text, day_of, week_of, week_text
from outreach.matching.travel import Ways

K = TypeVar("K", bound=Hashable)
Rule = Callable[[Problem, Ways, Sequence[Placed]], Iterator[Fault]]

KEY_STAGE = {
    grade: stage for stage in ("P1 P2 P3", "P4 P5 P6", "S1 S2 S3", "S4 S5 S6") for grade in stage.split()
}


def placed_once(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H1."""
    for name, times in Counter(one.visit_request.id for one in plan).items():
        if times > 1:
            yield Fault("H1", f"Request {name} is placed {times} times.", (name,))


def slots_hold(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H2: pupils and groups of a used slot, one school in a coding-session slot.

    That a team's session holds one group needs no words: two at once break H4.
    """
    for slot, members in _by_slot(problem, plan):
        limits = problem.limits(slot)
        pupils, where = sum(one.visit_request.pupils for one in members), _names(members)
        if pupils > limits.max_pupils:
            yield Fault(
                "H2", f"Slot {slot.id} holds {pupils} pupils, at most {limits.max_pupils} may come.", where
            )
        if pupils < limits.min_pupils:
            yield Fault(
                "H2", f"Slot {slot.id} holds {pupils} pupils, at least {limits.min_pupils} must come.", where
            )
        if len(members) > limits.max_groups:
            yield Fault(
                "H2",
                f"Slot {slot.id} holds {len(members)} groups, at most {limits.max_groups} may come.",
                where,
            )
        schools = sorted({one.school.id for one in members})
        if members[0].offer.kind == CODING_SESSION and len(schools) > 1:
            yield Fault("H2", f"The coding session {slot.id} holds groups of {' and '.join(schools)}.", where)


def groups_match(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H3."""
    for slot, members in _by_slot(problem, plan):
        shared = set(members[0].offer.languages)
        for one in members:
            shared &= one.visit_request.languages
        if not shared and len(members) > 1:
            yield Fault(
                "H3", f"The groups in slot {slot.id} share no language of the offer.", _names(members)
            )
        if len({KEY_STAGE[one.visit_request.grade] for one in members}) > 1:
            yield Fault("H3", f"The groups in slot {slot.id} are of different key stages.", _names(members))


def teams_manage(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H4. Days count by the start; the way to the next session is asked for across midnight as well."""
    for team_id, members in _grouped((one.team.id, one) for one in plan if one.team):
        team = problem.team[team_id]
        for day, sessions in _grouped((one.day, one) for one in members):
            if len(sessions) > team.max_sessions_per_day:
                what = f"Team {team_id} has {len(sessions)} sessions on {date_text(day)}, at most"
                yield Fault("H4", f"{what} {team.max_sessions_per_day} are allowed.", _names(sessions))
        for one, following in pairwise(sorted(members, key=lambda one: (one.start, one.end))):
            yield from _follows(ways, team, one, following)


def _follows(ways: Ways, team: Team, one: Placed, following: Placed) -> Iterator[Fault]:
    earliest = one.end + team.turnaround_minutes + ways.minutes(*one.spot, *following.spot)
    if following.start < earliest:
        what = (
            f"Team {team.id} cannot start at {clock_text(following.start)} on {date_text(following.day)}:"
            f" after the session of {one.visit_request.id} it is ready at {clock_text(earliest)}"
        )
        if day_of(earliest) != following.day:
            what += f" on {date_text(day_of(earliest))}"
        yield Fault("H4", f"{what}.", _names((one, following)))


def schools_manage(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H5."""
    for school_id, members in _grouped((one.school.id, one) for one in plan):
        school = problem.school[school_id]
        if school.max_bookings is not None and len(members) > school.max_bookings:
            what = (
                f"School {school_id} has {len(members)} bookings, at most {school.max_bookings} are allowed."
            )
            yield Fault("H5", what, _names(members))
        for day, sessions in _grouped((one.day, one) for one in members):
            if len(sessions) > school.max_per_day:
                what = f"School {school_id} has {len(sessions)} bookings on {date_text(day)}, at most"
                yield Fault("H5", f"{what} {school.max_per_day} are allowed.", _names(sessions))


def groups_and_crews_manage(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H6."""
    in_groups = (
        ((one.visit_request.group, one.day), one) for one in plan if one.visit_request.group is not None
    )
    for (group, day), members in _grouped(in_groups):
        if len(members) > 1:
            what = f"Group {group} has {len(members)} placements on {date_text(day)}, at most one is allowed."
            yield Fault("H6", what, _names(members))
    in_crews = ((one.visit_request.crew, one) for one in plan if one.visit_request.crew is not None)
    for crew, members in _grouped(in_crews):
        for one, other in combinations(members, 2):
            if one.leaves < other.returns and other.leaves < one.returns:
                what = f"{crew} would accompany {one.visit_request.id} and {other.visit_request.id} at the same time"
                yield Fault("H6", f"{what} on {date_text(one.day)}.", _names((one, other)))


def companies_manage(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H7."""
    for company_id, members in _grouped((one.offer.company, one) for one in plan):
        company = problem.company[company_id]
        yield from _sessions(company, members, company.max_sessions, "")
        for _, session in _grouped((week_of(one.day), one) for one in members):
            week = f" in week {week_text(session[0].day)}"
            yield from _sessions(company, session, company.max_sessions_per_week, week)


def _sessions(company: Company, members: Sequence[Placed], limit: int | None, when: str) -> Iterator[Fault]:
    # The groups of one slot are one session; each team assignment is one.
    count = len({one.slot.id for one in members if one.slot}) + sum(one.team is not None for one in members)
    if limit is not None and count > limit:
        what = f"Company {company.id} gives {count} sessions{when}, at most {limit} are allowed."
        yield Fault("H7", what, _names(members))


def pins_kept(problem: Problem, ways: Ways, plan: Sequence[Placed]) -> Iterator[Fault]:
    """H8. Bans are asked for with the candidate rules."""
    present = {one.assignment for one in plan}
    for pin in dict.fromkeys(problem.pins):
        if pin not in present:
            where = f"slot {pin.slot}" if pin.slot else f"team {pin.team}"
            yield Fault("H8", f"The pin of request {pin.request} to {where} is not kept.", (pin.request,))


def _grouped(pairs: Iterable[tuple[K, Placed]]) -> list[tuple[K, list[Placed]]]:
    found: dict[K, list[Placed]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return list(found.items())


def _by_slot(problem: Problem, plan: Sequence[Placed]) -> Iterator[tuple[Slot, list[Placed]]]:
    for slot_id, members in _grouped((one.slot.id, one) for one in plan if one.slot):
        yield problem.slot[slot_id], members


def _names(members: Iterable[Placed]) -> tuple[str, ...]:
    return tuple(one.visit_request.id for one in members)


RULES: dict[str, Rule] = {
    "H1": placed_once,
    "H2": slots_hold,
    "H3": groups_match,
    "H4": teams_manage,
    "H5": schools_manage,
    "H6": groups_and_crews_manage,
    "H7": companies_manage,
    "H8": pins_kept,
}
