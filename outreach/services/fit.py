"""How much of what is offered fits a request, and which answer limits it most: by the very rules of the scheduler.

Nothing is written: a request that is still being typed is judged as an object that never enters a session.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.models import RequestChoice, RequestException, RequestWindow, Round, School, VisitRequest
from outreach.models.words import KINDS, LANGUAGES
from outreach.queries.matching import matching_rows
from outreach.services.bridge import suiting
from outreach.services.request_facts import FreeTime, RequestFacts, plain_answers

FARTHEST = 240
FEW_PUPILS = 20


@dataclass(frozen=True, slots=True)
class Fit:
    """`places` slots or team days of `companies` fit. Changing the answer named by `limit` would give `instead` places."""

    places: int
    companies: int
    limit: str | None
    instead: int


def fit_of(facts: RequestFacts, *, round_: Round, school: School, now: datetime) -> Fit:
    """Judge the answers as they are, and once more for each answer that could be softer."""
    softer = list(_softer(facts, school))
    asked = [
        _row(number, given, round_, school) for number, given in enumerate([facts, *dict(softer).values()])
    ]
    now_and_then = suiting(matching_rows(round_, now=now, asked=asked))
    here, others = now_and_then[0], now_and_then[1:]
    best = max(range(len(others)), key=lambda index: others[index].places, default=None)
    if best is None or others[best].places <= here.places:
        return Fit(here.places, here.companies, None, here.places)
    return Fit(here.places, here.companies, softer[best][0], others[best].places)


def _softer(facts: RequestFacts, school: School) -> Iterator[tuple[str, RequestFacts]]:
    """The same request with one answer that asks for less, under the name of that answer."""
    every_day = tuple(FreeTime(day, school.day_start, school.day_end) for day in range(5))
    yield "time", replace(facts, free_times=every_day, exceptions=())
    yield "travel", replace(facts, max_travel_minutes=FARTHEST)
    yield "languages", replace(facts, languages=tuple(LANGUAGES))
    yield "kinds", replace(facts, kinds=tuple(KINDS))
    yield "interest", replace(facts, open=True)
    yield "pupils", replace(facts, pupils=min(facts.pupils, FEW_PUPILS))


def _row(number: int, facts: RequestFacts, round_: Round, school: School) -> VisitRequest:
    """The answers as a row that no session knows; `number` only tells it from the others."""
    row = VisitRequest(id=number, round_id=round_.id, school_id=school.id, **plain_answers(facts))
    row.school = school
    row.choices = [
        RequestChoice(
            rank=rank,
            offer_id=wish.number if wish.kind == "offer" else None,
            company_id=wish.number if wish.kind == "company" else None,
        )
        for rank, wish in enumerate(facts.wishes)
    ]
    row.windows = [RequestWindow(**free_time._asdict()) for free_time in facts.free_times]
    row.exceptions = [RequestException(day=day) for day in facts.exceptions]
    return row
