"""First come first served, and a start that is a little cleverer: whoever is next takes the best place that is still free.

The slot that lacks most of its minimum attendance is called off, its groups look again; so it goes on until no slot lacks any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from outreach.matching.candidates import Candidate, SlotCandidate
from outreach.matching.problem import Assignment, Problem
from tests.bench.peers.diary import Diary

Emit = Callable[[list[Assignment]], None]


def first_come_first_served(problem: Problem, emit: Emit) -> None:
    """The requests in the order of the problem: as they came in."""
    emit(_served(Diary(problem), list(problem.visit_request)))


def scarcest_first(problem: Problem) -> list[Assignment]:
    """Whoever has the fewest places to go to comes first, one request of each school before the others."""
    diary = Diary(problem)
    wishes = {name: len(diary.wishes(name)) for name in problem.visit_request}
    order = sorted(wishes, key=lambda name: wishes[name])
    first = {problem.visit_request[name].school: name for name in reversed(order) if wishes[name]}
    ahead = set(first.values())
    return _served(
        diary, [*(name for name in order if name in ahead), *(name for name in order if name not in ahead)]
    )


def _served(diary: Diary, order: list[str]) -> list[Assignment]:
    wishes = {name: diary.wishes(name) for name in order}
    closed: set[str] = set()
    waiting = order
    while True:
        for name in waiting:
            if name not in diary.of_request:
                _take(diary, wishes[name], closed)
        short = diary.shortest()
        if short is None:
            return diary.assignments()
        closed.add(short)
        called_off = list(diary.in_slot[short])
        for one in called_off:
            diary.remove(one)
        waiting = [one.visit_request.id for one in called_off]


def _take(diary: Diary, wishes: Iterable[Candidate], closed: set[str]) -> None:
    for wish in wishes:
        if (isinstance(wish, SlotCandidate) and wish.slot in closed) or not diary.host_day_open(wish):
            continue
        for one in diary.ways_to_take(wish):
            if diary.fits(one):
                diary.add(one)
                return
