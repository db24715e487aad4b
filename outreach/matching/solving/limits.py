"""What each thing can take, as arrays by its position in the problem, and the options' days and weeks as small numbers.

Every array has one entry more than there are things: the one that position -1 (no slot, no team, no group) points to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from outreach.matching.problem import CODING_SESSION, LANGUAGES
from outreach.matching.solving.columns import Flags, Long, Small
from outreach.matching.solving.model import STAGES
from outreach.matching.times import week_of

if TYPE_CHECKING:
    from outreach.matching.solving.options import Options

UNLIMITED = 2**62
BITS = {language: 1 << at for at, language in enumerate(LANGUAGES)}


class Limits:
    """The limits of schools, companies, teams and slots; what must be alike in a shared slot; `day` and `week` of each option."""

    def __init__(self, options: Options) -> None:
        problem = options.problem
        self.school_total = _longs(_limit(one.max_bookings) for one in problem.schools)
        self.school_day = _longs(one.max_per_day for one in problem.schools)
        self.company_total = _longs(_limit(one.max_sessions) for one in problem.companies)
        self.company_week = _longs(_limit(one.max_sessions_per_week) for one in problem.companies)
        self.team_day = _longs(one.max_sessions_per_day for one in problem.teams)
        self._take_slots(options)
        self._take_requests(options)
        self._take_days(options)

    def _take_slots(self, options: Options) -> None:
        problem = options.problem
        limits = [problem.limits(slot) for slot in problem.slots]
        languages = {one.id: sum(BITS[language] for language in one.languages) for one in problem.offers}
        coding = {one.id for one in problem.offers if one.kind == CODING_SESSION}
        self.slot_least = _longs(one.min_pupils for one in limits)
        self.slot_most = _longs(one.max_pupils for one in limits)
        self.slot_groups = _longs(one.max_groups for one in limits)
        self.slot_languages = _longs(languages[one.offer] for one in problem.slots)
        self.one_school: Flags = _longs(one.offer in coding for one in problem.slots).astype(np.bool_)
        """Whether the groups that share a slot belong to one school."""

    def _take_requests(self, options: Options) -> None:
        requests = options.problem.requests
        numbers: dict[str, int] = {}
        for one in requests:
            if one.group is not None:
                numbers.setdefault(one.group, len(numbers))
        self.groups = len(numbers)
        self.group = _longs(-1 if one.group is None else numbers[one.group] for one in requests)
        self.stage = _longs(STAGES[one.grade] for one in requests)
        self.languages = _longs(sum(BITS[language] for language in one.languages) for one in requests)

    def _take_days(self, options: Options) -> None:
        earliest = int(options.day.min(initial=0)) if len(options) else 0
        there = np.bincount(options.day - earliest) > 0 if len(options) else np.zeros(0, dtype=np.bool_)
        self.days = int(there.sum())
        number = np.cumsum(there) - 1
        self.day: Small = number[options.day - earliest].astype(np.int32)
        weeks = np.array(
            [week_of(day) for day in (np.flatnonzero(there) + earliest).tolist()], dtype=np.int64
        )
        distinct, week = np.unique(weeks, return_inverse=True)
        self.weeks = len(distinct)
        self.week: Small = week[self.day].astype(np.int32)


def _limit(limit: int | None) -> int:
    return UNLIMITED if limit is None else limit


def _longs(numbers: Iterable[int]) -> Long:
    return np.array([*numbers, 0], dtype=np.int64)
