"""Whether one request may be where a plan puts it: the candidate rules, asked for a single placement."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.matching.fault import Fault
from outreach.matching.placed import Placed
from outreach.matching.points import rank_of
from outreach.matching.problem import CODING_SESSION, FIELD_VISIT, Problem, Team, Window
from outreach.matching.times import DAY, clock_text, text_of


def candidate_faults(problem: Problem, one: Placed) -> Iterator[Fault]:
    """A fault for each candidate rule that the placement breaks."""
    for rule, why in _answers(problem, one):
        yield Fault(f"candidate:{rule}", f"Request {one.visit_request.id}: {why}.", (one.visit_request.id,))


def _answers(problem: Problem, one: Placed) -> Iterator[tuple[str, str]]:
    yield from _suits(problem, one)
    yield from _interest(one)
    yield from _banned(problem, one)
    yield from _free(one)
    if one.team:
        yield from _team_limits(problem, one.team, one)


def _suits(problem: Problem, one: Placed) -> Iterator[tuple[str, str]]:
    asked, offer = one.visit_request, one.offer
    limit = problem.limits(one.slot).max_pupils if one.slot else offer.max_pupils
    if offer.kind not in asked.kinds:
        yield "kind", f"it does not ask for a {offer.kind.replace('_', ' ')}, which offer {offer.id} is"
    if asked.grade not in offer.grades:
        yield "grade", f"offer {offer.id} is not for grade {asked.grade}"
    if not asked.languages & offer.languages:
        yield "language", f"it shares no language with offer {offer.id}"
    if asked.pupils > limit:
        yield "pupils", f"its {asked.pupils} pupils are more than the {limit} that {one.place_id} takes"
    if asked.wheelchair and not offer.wheelchair:
        yield "wheelchair", f"offer {offer.id} has no wheelchair access"


def _interest(one: Placed) -> Iterator[tuple[str, str]]:
    asked, offer = one.visit_request, one.offer
    if asked.scores is not None:
        if one.place_id not in asked.scores:
            yield "interest", f"its scores do not name {one.place_id}"
    elif not (asked.open or asked.topics & offer.topics or rank_of(asked, offer) is not None):
        yield "interest", f"offer {offer.id} is no choice of it and shares no topic"


def _banned(problem: Problem, one: Placed) -> Iterator[tuple[str, str]]:
    for ban in problem.bans:
        if ban.request != one.visit_request.id:
            continue
        if ban.slot and one.slot and ban.slot == one.slot.id:
            yield "ban", f"the slot {ban.slot} is banned for it"
        elif ban.team and one.team and ban.team == one.team.id:
            yield "ban", f"the team {ban.team} is banned for it"
        elif ban.offer == one.offer.id:
            yield "ban", f"the offer {ban.offer} is banned for it"


def _free(one: Placed) -> Iterator[tuple[str, str]]:
    asked, way = one.visit_request, one.start - one.leaves
    if one.offer.kind == FIELD_VISIT and way > asked.max_travel_minutes:
        yield "travel", f"the way takes {way} minutes, more than the {asked.max_travel_minutes} it accepts"
    if not _inside(asked.windows, one.leaves, one.returns):
        yield "time", f"it is not free from {text_of(one.leaves)} to {text_of(one.returns)}"


def _team_limits(problem: Problem, team: Team, one: Placed) -> Iterator[tuple[str, str]]:
    if one.offer.kind == CODING_SESSION and one.travel > team.max_travel_minutes:
        yield (
            "team travel",
            f"team {team.id} would travel {one.travel} minutes, its limit is {team.max_travel_minutes}",
        )
    if one.start % DAY % problem.grid_minutes:
        yield (
            "grid",
            f"{clock_text(one.start)} is not on the grid of {problem.grid_minutes} minutes",
        )
    if not _inside(team.windows, one.start, one.end):
        yield "team time", f"team {team.id} is not free from {text_of(one.start)} to {text_of(one.end)}"


def _inside(windows: tuple[Window, ...], start: int, end: int) -> bool:
    return any(window[0] <= start and window[1] >= end for window in windows)
