"""Rows -> Problem, Plan -> rows: the only file that knows both the tables and the matching core.

A problem names rows as `school-12`, `slot-99`, `request-7`; nothing else of a person or a pupil goes into it. The core's light
half (problem, candidates, check) is all that is used here, so a web process may call everything in this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from outreach.clock import days, from_wall, public_holiday, wall
from outreach.matching import problem as core
from outreach.matching.candidates import Finder, SlotCandidate
from outreach.matching.check import check, placements_of
from outreach.matching.placed import Placed
from outreach.matching.plan import Plan
from outreach.matching.plan_json import read_plan, sha256_of
from outreach.matching.points import points_of
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.refusal import ProblemRefused
from outreach.matching.times import minutes_of, text_of
from outreach.matching.travel import Ways
from outreach.models import (
    Assignment,
    BlockedDays,
    Company,
    Offer,
    Round,
    School,
    Slot,
    Team,
    TeamWindow,
    VisitRequest,
)
from outreach.models.district import zone_of
from outreach.queries.matching import MatchingRows, matching_rows
from outreach.services.ledger import weight_for

# Crossing the harbour: the tunnels cost a quarter of an hour more.
TRAVEL = core.Travel(base_minutes=12, minutes_per_km=2.2, zone_minutes=(("island", "mainland", 15),))


class Unreadable(ValueError):
    """What should cross the bridge is no problem, or no plan; the words name the place."""


def name_of(kind: str, number: int) -> str:
    """A row's name in a problem."""
    return f"{kind}-{number}"


def number_of(name: str) -> int:
    """The row's number again."""
    return int(name.rpartition("-")[2])


def problem_text(round_: Round, *, now: datetime) -> tuple[str, str]:
    """The round as canonical JSON and its digest. Raises `Unreadable` where the rows contradict each other."""
    try:
        content = problem_bytes(problem_of(matching_rows(round_, now=now)))
    except ProblemRefused as refused:
        raise Unreadable(str(refused)) from refused
    return content.decode(), sha256_of(content)


def problem_of(rows: MatchingRows) -> Problem:
    """The typed problem of a round."""
    holidays = {day for day in days(rows.round_.first_day, rows.round_.last_day) if public_holiday(day)}
    posted = {offer.id for offer in rows.offers}
    return Problem(
        name=f"round-{rows.round_.id}",
        travel=TRAVEL,
        objectives=rows.round_.goals,
        schools=tuple(_school(one, weight_for(one, rows.ledger.get(one.id, ()))) for one in rows.schools),
        companies=tuple(map(_company, rows.companies)),
        offers=tuple(map(_offer, rows.offers)),
        slots=tuple(map(_slot, rows.slots)),
        teams=tuple(
            _team(team, rows.team_offers[team.id], rows.team_windows[team.id]) for team in rows.teams
        ),
        requests=tuple(
            _request(
                visit_request, rows.round_, holidays, rows.blocked.get(visit_request.school_id, []), posted
            )
            for visit_request in rows.visit_requests
        ),
    )


def _school(school: School, weight: int) -> core.School:
    return core.School(
        id=name_of("school", school.id),
        district=school.district,
        place=(school.longitude, school.latitude),
        zone=zone_of(school.district, school.longitude, school.latitude),
        weight=weight,
        max_bookings=school.max_bookings,
        max_per_day=school.max_per_day,
    )


def _company(company: Company) -> core.Company:
    week, total = company.max_sessions_per_week, company.max_sessions
    return core.Company(id=name_of("company", company.id), max_sessions_per_week=week, max_sessions=total)


def _offer(offer: Offer) -> core.Offer:
    # Only a visit has a place in a problem: a coding session happens at the school that asked for it.
    place = zone = None
    if offer.kind == core.FIELD_VISIT and offer.longitude is not None and offer.latitude is not None:
        place = (offer.longitude, offer.latitude)
        zone = zone_of(offer.district or "", *place)
    return core.Offer(
        id=name_of("offer", offer.id),
        company=name_of("company", offer.company_id),
        kind=str(offer.kind),
        grades=frozenset(offer.grades),
        languages=frozenset(offer.languages),
        topics=frozenset(offer.topics),
        max_pupils=offer.max_pupils,
        min_pupils=offer.min_pupils,
        max_groups=offer.max_groups,
        minutes=offer.minutes,
        wheelchair=offer.wheelchair,
        place=place,
        zone=zone,
    )


def _slot(slot: Slot) -> core.Slot:
    return core.Slot(
        id=name_of("slot", slot.id),
        offer=name_of("offer", slot.offer_id),
        start=minutes_of(wall(slot.day, slot.start_time)),
        end=minutes_of(wall(slot.day, slot.end_time)),
        min_pupils=slot.min_pupils,
        max_pupils=slot.max_pupils,
        max_groups=slot.max_groups,
    )


def _team(team: Team, offers: list[int], windows: list[TeamWindow]) -> core.Team:
    return core.Team(
        id=name_of("team", team.id),
        company=name_of("company", team.company_id),
        offers=tuple(name_of("offer", number) for number in offers),
        windows=tuple(
            (minutes_of(wall(one.day, one.start_time)), minutes_of(wall(one.day, one.end_time)))
            for one in windows
        ),
        home=(team.longitude, team.latitude),
        zone=zone_of(team.district, team.longitude, team.latitude),
        max_sessions_per_day=team.max_sessions_per_day,
        turnaround_minutes=team.turnaround_minutes,
        max_travel_minutes=team.max_travel_minutes,
    )


def _choices(visit_request: VisitRequest, posted: set[int]) -> Iterator[str]:
    """The ranked wishes. A wish for an offer that was withdrawn since closes up: it must not stop everybody's round."""
    for choice in visit_request.choices:
        if choice.company_id is not None:
            yield name_of("company", choice.company_id)
        elif choice.offer_id in posted:
            yield name_of("offer", choice.offer_id)


def _request(
    visit_request: VisitRequest,
    round_: Round,
    holidays: set[date],
    blocked: list[BlockedDays],
    posted: set[int],
) -> core.VisitRequest:
    school = name_of("school", visit_request.school_id)
    return core.VisitRequest(
        id=name_of("request", visit_request.id),
        school=school,
        group=f"{school}/{visit_request.group_label}",
        crew=f"{school}/{visit_request.crew}" if visit_request.crew else None,
        kinds=frozenset(visit_request.kinds),
        pupils=visit_request.pupils,
        grade=visit_request.grade,
        languages=frozenset(visit_request.languages),
        topics=frozenset(visit_request.topics),
        choices=tuple(_choices(visit_request, posted)),
        open=visit_request.open,
        windows=tuple(free_windows(visit_request, round_, holidays, blocked)),
        max_travel_minutes=visit_request.max_travel_minutes,
        wheelchair=visit_request.wheelchair,
    )


def free_windows(
    visit_request: VisitRequest, round_: Round, holidays: set[date], blocked: list[BlockedDays]
) -> Iterator[tuple[int, int]]:
    """When the group can be away: its weekly windows on each day of the round, without general holidays, the school's
    blocked days and the request's own exceptions. Nobody is away before the school day begins or after it ends."""
    school = visit_request.school
    taken = holidays | {exception.day for exception in visit_request.exceptions}
    taken |= {day for stretch in blocked for day in days(stretch.first_day, stretch.last_day)}
    for day in days(round_.first_day, round_.last_day):
        if day in taken:
            continue
        for window in visit_request.windows:
            start, end = max(window.start_time, school.day_start), min(window.end_time, school.day_end)
            if window.weekday == day.weekday() and start < end:
                yield minutes_of(wall(day, start)), minutes_of(wall(day, end))


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A plan as it came from the child, judged against the problem that the run was given."""

    plan: Plan
    text: str
    faults: tuple[str, ...]
    assignments: tuple[Assignment, ...]


def read_plan_of(problem_content: str, plan_content: str) -> ReadPlan:
    """Read and judge the child's plan. Nothing of it is believed: rules, values and bounds are checked once more.

    Raises `Unreadable` where the text is no plan at all."""
    problem = read_problem(problem_content.encode())
    try:
        plan = read_plan(plan_content.encode())
    except ProblemRefused as refused:
        raise Unreadable(str(refused)) from refused
    faults = tuple(fault.sentence for fault in check(problem, plan, sha256_of(problem_content.encode())))
    placements = [] if faults else placements_of(problem, plan.assignments)
    return ReadPlan(plan, plan_content, faults, tuple(map(_assignment, placements)))


def _assignment(one: Placed) -> Assignment:
    day, start_time = from_wall(text_of(one.start))
    return Assignment(
        visit_request_id=number_of(one.visit_request.id),
        slot_id=number_of(one.slot.id) if one.slot else None,
        team_id=number_of(one.team.id) if one.team else None,
        offer_id=number_of(one.offer.id),
        day=day,
        start_time=start_time,
        end_time=from_wall(text_of(one.end))[1],
        travel_minutes=one.travel,
        points=points_of(one.visit_request, one.offer, one.place_id),
    )


@dataclass(frozen=True, slots=True)
class Suiting:
    """How much a request may choose from: slots and days of teams, and the companies that give them."""

    places: int
    companies: int


def suiting(rows: MatchingRows) -> list[Suiting]:
    """For each request of `rows`, in their order, what the rules of a candidate leave of everything offered."""
    finder = Finder(problem_of(rows))
    slot, offer = finder.problem.slot, finder.problem.offer
    found = []
    for asked in finder.problem.requests:
        candidates = list(finder.of(asked))
        offers = {slot[one.slot].offer if isinstance(one, SlotCandidate) else one.offer for one in candidates}
        found.append(Suiting(len(candidates), len({offer[name].company for name in offers})))
    return found


WAYS = Ways(TRAVEL)


def visit_minutes(school: School, offer: Offer) -> int:
    """One way from a school to the place of a field visit, by the estimate that every plan uses; 0 for a coding session."""
    place = _offer(offer)
    if place.place is None:
        return 0
    start = _school(school, school.weight)
    return WAYS.minutes(start.place, start.zone, place.place, place.zone)


def minutes_between_sessions(one: tuple[School, Offer], other: tuple[School, Offer]) -> int:
    """How long a team needs from one session to another: a visit is at the offer's place, a coding session at the school."""
    (place_a, zone_a), (place_b, zone_b) = _session_place(*one), _session_place(*other)
    return WAYS.minutes(place_a, zone_a, place_b, zone_b)


def _session_place(school: School, offer: Offer) -> tuple[core.Place, str | None]:
    given = _offer(offer)
    if given.place is not None:
        return given.place, given.zone
    at_school = _school(school, school.weight)
    return at_school.place, at_school.zone
