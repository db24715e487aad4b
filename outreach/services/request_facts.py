"""What a teacher asks for: the answers of a request, how they are kept, and what is wrong with them.

`RequestFacts` is what the deeds of `requests.py` take; `facts_of` reads it back from the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Literal, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from outreach.models import Company, Offer, OfferState, School, VisitRequest, db
from outreach.models.words import KINDS, TOPICS
from outreach.services.places import Group
from outreach.services.suitability import one_line, refuse_incomplete
from outreach.services.transaction import Refusal

MOST_WISHES = 5
MOST_EXCEPTIONS = 120
NOTE_LENGTH = 2000


class RequestIncomplete(Refusal):
    """An answer is missing or contradicts another; `field` names it."""


class Wish(NamedTuple):
    """One wish: any offer of a company, or one offer."""

    kind: Literal["company", "offer"]
    number: int


class FreeTime(NamedTuple):
    """Free on this weekday (0 is Monday) between two times, the way there and back included."""

    weekday: int
    start_time: time
    end_time: time


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What a teacher asks for. Wishes stand in order, the best first; `open` takes any other offer too."""

    group_label: str
    pupils: int
    staff: int
    grade: str
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    topics: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()
    open: bool = False
    free_times: tuple[FreeTime, ...] = ()
    exceptions: tuple[date, ...] = ()
    max_travel_minutes: int = 60
    wheelchair: bool = False
    crew: str = ""
    note: str = ""


PLAIN = (
    "group_label",
    "pupils",
    "staff",
    "grade",
    "kinds",
    "languages",
    "topics",
    "open",
    "max_travel_minutes",
    "wheelchair",
    "crew",
    "note",
)


def facts_of(visit_request: VisitRequest) -> RequestFacts:
    """A request's answers as they are kept."""
    return RequestFacts(
        **{name: getattr(visit_request, name) for name in PLAIN},
        wishes=tuple(
            Wish("offer", choice.offer_id)
            if choice.offer_id is not None
            else Wish("company", choice.company_id or 0)
            for choice in visit_request.choices
        ),
        free_times=tuple(FreeTime(w.weekday, w.start_time, w.end_time) for w in visit_request.windows),
        exceptions=tuple(exception.day for exception in visit_request.exceptions),
    )


def tidy(facts: RequestFacts) -> RequestFacts:
    """Names without needless spaces, lists in the order in which they are kept."""
    return replace(
        facts,
        group_label=one_line(facts.group_label),
        crew=one_line(facts.crew),
        note=facts.note.replace("\r\n", "\n").strip(),
        free_times=tuple(sorted(facts.free_times)),
        exceptions=tuple(sorted(set(facts.exceptions))),
    )


def plain_answers(facts: RequestFacts) -> dict[str, Any]:
    """The answers that are columns of the request itself."""
    return {name: getattr(facts, name) for name in PLAIN}


def refuse_wrong(school: School, facts: RequestFacts, *, complete: bool) -> None:
    """Refuse what contradicts itself; with `complete` also what could never be matched: no wish, or no free time."""
    group = Group(
        school,
        facts.group_label,
        facts.crew,
        facts.pupils,
        facts.staff,
        facts.grade,
        facts.languages,
        facts.wheelchair,
    )
    refuse_incomplete(group)
    for field, words in _faults(facts):
        raise RequestIncomplete(words, field=field)
    if complete and not (facts.wishes or facts.topics or facts.open):
        words = _l("Make a wish, choose a topic, or take any offer: otherwise nothing can be found.")
        raise RequestIncomplete(words, field="wishes")
    if complete and not facts.free_times:
        raise RequestIncomplete(_l("Choose at least one day on which the group is free."), field="free_0")


def _faults(facts: RequestFacts) -> Iterator[tuple[str, Any]]:
    if not facts.kinds or not set(facts.kinds) <= set(KINDS):
        yield "kinds", _l("Choose a field visit, a coding session, or both.")
    if not set(facts.topics) <= set(TOPICS):
        yield "topics", _l("Choose topics from the list.")
    if not 0 <= facts.max_travel_minutes <= 240:
        yield "max_travel_minutes", _l("Choose how long the way may be.")
    if len(facts.note) > NOTE_LENGTH:
        yield "note", _l("At most %(most)d characters.", most=NOTE_LENGTH)
    if len(facts.exceptions) > MOST_EXCEPTIONS:
        yield "exceptions", _l("At most %(most)d days.", most=MOST_EXCEPTIONS)
    if len(facts.wishes) > MOST_WISHES:
        yield "wishes", _l("At most %(most)d wishes.", most=MOST_WISHES)
    for free_time in facts.free_times:
        if not 0 <= free_time.weekday <= 6 or free_time.start_time >= free_time.end_time:
            yield f"free_{free_time.weekday}", _l("The end must be later than the beginning.")
    for rank, wish in enumerate(facts.wishes, start=1):
        if wish in facts.wishes[: rank - 1]:
            yield "wishes", _l("Remove wish %(rank)d: you have made it already.", rank=rank)
        elif not _can_be_wished(wish):
            yield "wishes", _l("Remove wish %(rank)d: it is no longer offered.", rank=rank)


def _can_be_wished(wish: Wish) -> bool:
    posted = select(Offer.id).where(Offer.state == OfferState.POSTED)
    if wish.kind == "offer":
        return db.session.scalar(posted.where(Offer.id == wish.number)) is not None
    return db.session.get(Company, wish.number) is not None
