"""Which changes of a request to try, and how much each asks of a teacher.

Effort is counted in steps, so that changes of different kinds can be ranked; the numbers are a judgement, not a measurement: to
say "any firm will do" is one step, a quarter of an hour more of travel one, each tenth of the pupils left behind one, another
half-day three, a whole day, another language or another kind of visit four, leading two groups instead of one six.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from outreach.matching.explanation import SPLIT
from outreach.matching.problem import KINDS, LANGUAGES, Problem, VisitRequest, Window
from outreach.matching.times import DAY, day_of

OPEN_EFFORT = 1.0
QUARTER_EFFORT = 1.0
TENTH_EFFORT = 1.0
HALF_DAY_EFFORT = 3.0
DAY_EFFORT = 4.0
LANGUAGE_EFFORT = 4.0
KIND_EFFORT = 4.0
SPLIT_EFFORT = 6.0

QUARTERS = (1, 2, 3, 4)
NOON = 13 * 60
WEEK, SCHOOL_DAYS = 7, 5
# Fewer than this share of the pupils is another group.
FEWEST = 0.5


@dataclass(frozen=True, slots=True)
class Variant:
    """A request as it could be: `asked` has one request, or two halves for a split. Ids are those of the answer."""

    field: str
    effort: float
    asked: tuple[VisitRequest, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """The days on which anything is offered, ascending, and the usual hours of a school day."""

    days: tuple[int, ...]
    opens: int
    closes: int


def hours_of(problem: Problem) -> Hours | None:
    """From what is offered and what the requests say of their time; None where none says anything."""
    windows = [window for asked in problem.requests for window in asked.windows]
    if not windows:
        return None
    opens = Counter(start % DAY for start, _ in windows).most_common(1)[0][0]
    ends = [end % DAY for _, end in windows]
    closes = Counter([end for end in ends if end > NOON] or ends).most_common(1)[0][0]
    offered = {day_of(slot.start) for slot in problem.slots}
    for team in problem.teams:
        for start, end in team.windows:
            # A window of many months says nothing about a school's week.
            offered.update(range(day_of(start), min(day_of(end), day_of(start) + WEEK) + 1))
    return Hours(tuple(sorted(offered)), min(opens, NOON), max(closes, NOON))


def variants_of(asked: VisitRequest, hours: Hours | None) -> list[Variant]:
    """The changes of one request, those of least effort first."""
    found = [*_ways(asked), *_words(asked), *_size(asked)]
    if hours is not None:
        found += _times(asked, hours)
    return sorted(found, key=lambda variant: variant.effort)


def _ways(asked: VisitRequest) -> Iterator[Variant]:
    for quarters in QUARTERS:
        longer = replace(asked, max_travel_minutes=asked.max_travel_minutes + 15 * quarters)
        yield Variant("max_travel_minutes", QUARTER_EFFORT * quarters, (longer,))


def _words(asked: VisitRequest) -> Iterator[Variant]:
    if not asked.open and asked.scores is None:
        yield Variant("open", OPEN_EFFORT, (replace(asked, open=True),))
    for language in LANGUAGES:
        if language not in asked.languages:
            more = replace(asked, languages=asked.languages | {language})
            yield Variant("languages", LANGUAGE_EFFORT, (more,))
    for kind in KINDS:
        if kind not in asked.kinds:
            yield Variant("kinds", KIND_EFFORT, (replace(asked, kinds=asked.kinds | {kind}),))


def fewer(asked: VisitRequest, pupils: int) -> Variant:
    """The same group with fewer pupils."""
    left_behind = (asked.pupils - pupils) / asked.pupils
    return Variant("pupils", 10 * TENTH_EFFORT * left_behind, (replace(asked, pupils=pupils),))


def _size(asked: VisitRequest) -> Iterator[Variant]:
    least = max(1, -int(-asked.pupils * FEWEST // 1))
    if least < asked.pupils:
        # Tried with the fewest; how many find room is seen where it finds a place.
        yield fewer(asked, least)
    if asked.pupils > 1:
        half = asked.pupils // 2
        parts = (asked.pupils - half, half)
        halves = tuple(
            replace(asked, id=f"{asked.id}#{number}", pupils=pupils) for number, pupils in enumerate(parts, 1)
        )
        yield Variant(SPLIT, SPLIT_EFFORT, halves)


def _times(asked: VisitRequest, hours: Hours) -> Iterator[Variant]:
    spans = (
        (HALF_DAY_EFFORT, hours.opens, NOON),
        (HALF_DAY_EFFORT, NOON, hours.closes),
        (DAY_EFFORT, hours.opens, hours.closes),
    )
    before = joined(asked.windows, ())
    for weekday in range(SCHOOL_DAYS):
        days = [day for day in hours.days if (day - 1) % WEEK == weekday]
        for effort, opens, closes in spans:
            windows = joined(before, [(day * DAY + opens, day * DAY + closes) for day in days])
            if opens < closes and windows != before:
                yield Variant("windows", effort, (replace(asked, windows=windows),))


def joined(windows: Iterable[Window], more: Sequence[Window]) -> tuple[Window, ...]:
    """These windows and more of them, ascending; those that meet are one."""
    found: list[Window] = []
    for start, end in sorted([*windows, *more]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
