"""Changes of a request as the core found them, turned back into what a teacher decides and where the group would go.

The core answers in its own form (`{"field", "from", "to", "effort", "witness"}`; see `outreach-why/1`). Here its names become
rows again, and its free windows a weekday with hours. `Change` is what pages put into words and `adopting.py` carries out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from outreach.clock import from_wall
from outreach.models import Offer, OfferKind, OfferState, Reason, School, Slot, Team, VisitRequest, db
from outreach.models.district import zone_of
from outreach.models.words import KINDS, LANGUAGES
from outreach.services.bridge import WAYS, number_of, visit_minutes
from outreach.services.request_facts import FreeTime, RequestFacts, facts_of
from outreach.services.seats import When
from outreach.services.suitability import refuse_busy_school
from outreach.services.transaction import Refusal

SPLIT = "split"
PART = "#"
# What a teacher can adopt. Whatever else the core may learn to try is left out until it has words and a way.
FIELDS = frozenset({"pupils", "max_travel_minutes", "open", "languages", "kinds", "windows", SPLIT})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group would go: a slot as it is now, or a session of a team."""

    offer: Offer
    when: When
    slot: Slot | None = None
    team: Team | None = None

    def way_for(self, school: School) -> int:
        """How long the group itself is on its way: not at all where a session comes to the school."""
        return visit_minutes(school, self.offer) if self.offer.kind is OfferKind.FIELD_VISIT else 0

    def travel_for(self, school: School) -> int:
        """The minutes that a booking keeps: the group's way to a visit, a team's way to the school."""
        if self.offer.kind is OfferKind.FIELD_VISIT or self.team is None:
            return visit_minutes(school, self.offer)
        home = (self.team.longitude, self.team.latitude)
        there = (school.longitude, school.latitude)
        zones = zone_of(self.team.district, *home), zone_of(school.district, *there)
        return WAYS.minutes(home, zones[0], there, zones[1])


@dataclass(frozen=True, slots=True)
class Change:
    """One change that would give a request a place. `number` is its position in the reason's list.

    `moves`: other groups would move for it. `own` are the assignments of the request itself, of its parts in their order."""

    number: int
    field: str
    before: Any
    after: Any
    effort: float
    own: tuple[dict[str, str], ...]
    moves: bool

    @property
    def parts(self) -> tuple[int, ...]:
        """The sizes of the two groups of a split."""
        return tuple(self.after) if self.field == SPLIT else ()

    @property
    def added(self) -> FreeTime | None:
        """The weekday and hours that new free windows add to the old ones; None where nothing is added."""
        return free_time_between(self.before, self.after) if self.field == "windows" else None


def changes_of(reason: Reason) -> list[Change]:
    """The changes of a reason, those of least effort first, as the core has ranked them."""
    return [_read(number, one, reason.visit_request_id) for number, one in enumerate(reason.changes)]


def _read(number: int, raw: dict[str, Any], visit_request_id: int) -> Change:
    own = [one for one in raw["witness"] if request_in(one["request"]) == visit_request_id]
    return Change(
        number=number,
        field=raw["field"],
        before=raw["from"],
        after=raw["to"],
        effort=raw["effort"],
        own=tuple(sorted(own, key=lambda one: one["request"])),
        moves=len(own) < len(raw["witness"]),
    )


def request_in(name: str) -> int:
    """The row's number in `request-7`, and in `request-7#2`, a part of it."""
    return number_of(name.partition(PART)[0])


def free_time_between(before: list[list[str]], after: list[list[str]]) -> FreeTime | None:
    """What `after` adds to `before` as one weekday with hours: the core adds the same hours to every week."""
    old = [_span(window) for window in before]
    added = [piece for window in after for piece in _without(_span(window), old)]
    if not added:
        return None
    starts, ends = (start.time() for start, _end in added), (end.time() for _start, end in added)
    return FreeTime(added[0][0].weekday(), min(starts), max(ends))


def _span(window: list[str]) -> tuple[datetime, datetime]:
    start, end = (datetime.combine(*from_wall(text)) for text in window)
    return start, end


def _without(
    span: tuple[datetime, datetime], taken: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    start, end = span
    for first, last in sorted(taken):
        if first < end and last > start:
            if start < first:
                yield start, first
            start = max(start, last)
    if start < end:
        yield start, end


def place_of(assignment: dict[str, str]) -> Place | None:
    """Where an assignment of the core's leads, as the rows are now; None where nothing of the kind is offered any more."""
    if "slot" in assignment:
        slot = db.session.get(Slot, number_of(assignment["slot"]))
        if slot is None or slot.offer.state is not OfferState.POSTED:
            return None
        return Place(slot.offer, When(slot.day, slot.start_time, slot.end_time), slot=slot)
    team = db.session.get(Team, number_of(assignment["team"]))
    offer = db.session.get(Offer, number_of(assignment["offer"]))
    if team is None or offer is None or offer.state is not OfferState.POSTED or offer.minutes is None:
        return None
    day, start = from_wall(assignment["start"])
    end = (datetime.combine(day, start) + timedelta(minutes=offer.minutes)).time()
    return Place(offer, When(day, start, end), team=team)


@contextmanager
def places_at_hand(reasons: Iterable[Reason]) -> Iterator[None]:
    """Inside, `place_of` costs no statement for the changes of these reasons: their rows are read at once, and held."""
    own = [one for reason in reasons for change in changes_of(reason) for one in change.own]
    tables: tuple[tuple[str, type[Slot | Team | Offer]], ...] = (
        ("slot", Slot),
        ("team", Team),
        ("offer", Offer),
    )
    held: list[object] = []
    for key, table in tables:
        numbers = {number_of(one[key]) for one in own if key in one}
        if numbers:
            held += db.session.scalars(select(table).where(table.id.in_(numbers))).unique()
    yield
    # The session forgets rows that nobody holds.
    held.clear()


def days_of(change: Change) -> list[date]:
    """The days on which the changed request would be away."""
    return [place.when.day for place in map(place_of, change.own) if place is not None]


def facts_with(facts: RequestFacts, change: Change, school: School) -> RequestFacts:
    """The answers with the change made. For a split, those of its first part. A day that was excepted and is needed is not
    excepted any more; nobody is away outside the hours of the school's day."""
    if change.field == SPLIT:
        return replace(facts, pupils=change.parts[0])
    if change.field == "windows":
        added = change.added
        if added is None:
            return facts
        hours = within_school_day(added, school)
        needed = set(days_of(change))
        return replace(
            facts,
            free_times=joined((*facts.free_times, hours)) if hours[1] < hours[2] else facts.free_times,
            exceptions=tuple(day for day in facts.exceptions if day not in needed),
        )
    value = change.after
    if change.field in ("languages", "kinds"):
        known = LANGUAGES if change.field == "languages" else KINDS
        value = tuple(code for code in known if code in change.after)
    changed: RequestFacts = replace(facts, **{change.field: value})
    return changed


def within_school_day(hours: FreeTime, school: School) -> FreeTime:
    """The part of these hours in which the school has lessons."""
    start, end = max(hours.start_time, school.day_start), min(hours.end_time, school.day_end)
    return hours._replace(start_time=start, end_time=end)


def joined(free_times: tuple[FreeTime, ...]) -> tuple[FreeTime, ...]:
    """The same hours, where they meet on a day as one."""
    found: list[FreeTime] = []
    for one in sorted(free_times):
        last = found[-1] if found else None
        if last is not None and last.weekday == one.weekday and one.start_time <= last.end_time:
            found[-1] = last._replace(end_time=max(last.end_time, one.end_time))
        else:
            found.append(one)
    return tuple(found)


def helps(change: Change, visit_request: VisitRequest) -> bool:
    """Whether a change still leads somewhere: what it needs is offered, the school's own calendar has nothing against it, and
    with the changed answers the group is free. The core knows no calendar beyond the windows that it was given."""
    if change.field not in FIELDS:
        return False
    facts = facts_with(facts_of(visit_request), change, visit_request.school)
    places = [place_of(one) for one in change.own]
    return all(place is not None and fits_calendar(facts, place, visit_request.school) for place in places)


def fits_calendar(facts: RequestFacts, place: Place, school: School) -> bool:
    """Whether neither the school's calendar nor the group's own answers stand against a place."""
    way = place.way_for(school)
    try:
        refuse_busy_school(school, place.when, way)
    except Refusal:
        return False
    return is_free_for(facts, place, way)


def is_free_for(facts: RequestFacts, place: Place, way: int) -> bool:
    """Whether the group is free for a place, from leaving to return (`way` minutes each), by its own answers."""
    day, start, end = place.when
    if day in facts.exceptions:
        return False
    leaves = datetime.combine(day, start) - timedelta(minutes=way)
    returns = datetime.combine(day, end) + timedelta(minutes=way)
    if leaves.date() != day or returns.date() != day:
        return False
    return any(
        one.weekday == day.weekday() and one.start_time <= leaves.time() and returns.time() <= one.end_time
        for one in facts.free_times
    )


def excepted_days(visit_request: VisitRequest, change: Change) -> list[date]:
    """The days of a change that the group's weekly times hold, but that it has taken out."""
    taken_out = {exception.day for exception in visit_request.exceptions}
    return [day for day in days_of(change) if day in taken_out]


NOON = time(13)


def half_of_day(hours: FreeTime) -> str:
    """`morning`, `afternoon` or `day`: what a teacher calls these hours."""
    if hours.end_time <= NOON:
        return "morning"
    return "afternoon" if hours.start_time >= time(12) else "day"
