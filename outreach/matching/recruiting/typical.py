"""How a slot of a kind usually is in a problem: medians of what its firms offer, so that an idea asks for nothing unusual.

Medians are values that occur (the lower of two). Where a problem has nothing of a kind, plain defaults stand in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import median_low

from outreach.matching.problem import CODING_SESSION, FIELD_VISIT, Offer, Problem, Window
from outreach.matching.times import DAY

NOON = 13 * 60
"""Where the morning ends: of a slot by its start, of a team's window by the clock."""


@dataclass(frozen=True, slots=True)
class Typical:
    """`hours` of the morning and of the afternoon in minutes after midnight: a visit's own, of a session the team's free window."""

    minutes: int
    min_pupils: int
    max_pupils: int
    max_groups: int
    languages: frozenset[str]
    wheelchair: bool
    hours: tuple[Window, Window]
    max_travel_minutes: int = 90


def typical_visit(problem: Problem) -> Typical:
    """A field visit as a slot."""
    offers = [one for one in problem.offers if one.kind == FIELD_VISIT]
    slots = [one for one in problem.slots if problem.offer[one.offer].kind == FIELD_VISIT]
    limits = [problem.limits(one) for one in slots]
    minutes = _median([one.end - one.start for one in slots] or [one.minutes for one in offers], 90)
    most = _median([one.max_pupils for one in limits or offers], 40)
    starts = [one.start % DAY for one in slots]
    morning = _median([one for one in starts if one < NOON], 10 * 60)
    afternoon = _median([one for one in starts if one >= NOON], 14 * 60)
    return Typical(
        minutes,
        min(most, _median([one.min_pupils for one in limits or offers], 0)),
        most,
        _median([one.max_groups for one in limits or offers], 1),
        _languages(offers),
        _wheelchair(offers),
        ((morning, morning + minutes), (afternoon, afternoon + minutes)),
    )


def typical_session(problem: Problem) -> Typical:
    """A coding session as a team's only session of a half-day: it holds one group, and the team comes from somewhere."""
    offers = [one for one in problem.offers if one.kind == CODING_SESSION]
    ids = {one.id for one in offers}
    teams = [one for one in problem.teams if not ids.isdisjoint(one.offers)]
    by_slot = [one.end - one.start for one in problem.slots if one.offer in ids]
    minutes = _median([one.minutes for one in offers if one.minutes] or by_slot, 60)
    windows = [window for team in teams for window in team.windows]
    opens = min(NOON - minutes, _median([opens % DAY for opens, _ in windows], 9 * 60))
    closes = max(NOON + minutes, _median([closes % DAY for _, closes in windows], 16 * 60 + 30))
    return Typical(
        minutes,
        0,
        _median([one.max_pupils for one in offers], 40),
        1,
        _languages(offers),
        _wheelchair(offers),
        ((opens, NOON), (NOON, closes)),
        _median([one.max_travel_minutes for one in teams], 90),
    )


def _median(numbers: Iterable[int | None], default: int) -> int:
    known = [number for number in numbers if number is not None]
    return median_low(known) if known else default


def _languages(offers: Collection[Offer]) -> frozenset[str]:
    """Those that half of the offers have, at least the commonest one."""
    counts = Counter(language for one in offers for language in one.languages)
    common = frozenset(language for language, count in counts.items() if 2 * count >= len(offers))
    return common or frozenset(language for language, _ in counts.most_common(1)) or frozenset({"yue"})


def _wheelchair(offers: Collection[Offer]) -> bool:
    return 2 * sum(one.wheelchair for one in offers) >= len(offers)
