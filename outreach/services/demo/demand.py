"""What the schools ask for: class groups with grades, wishes, free weekdays and how far they would travel.

The four large firms are besieged: every second wish list names one of them, though they are four of twenty or of 120.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from random import Random

from outreach.services.demo.firms import CompanyPlan
from outreach.services.demo.offers import Kind, OfferPlan
from outreach.services.demo.people import class_label
from outreach.services.demo.schools import SchoolPlan

LARGE_PULL = 6
SAME_TOPIC_PULL = 3
FAR_DISTRICTS = frozenset("LMNT")
INTERNATIONAL = ("international", "esf")
KINDS: tuple[tuple[tuple[Kind, ...], int], ...] = (
    (("field_visit", "coding_session"), 40),
    (("field_visit",), 35),
    (("coding_session",), 25),
)
NOTES = (
    "",
    "",
    "",
    "Two pupils use hearing aids; a place near the speaker would help.",
    "本校逢星期五下午設課外活動，請盡量避開。",
    "We would gladly share a coach with a school nearby.",
    "同學已修畢一年積木編程，程度可稍深。",
)


@dataclass(frozen=True, slots=True)
class WeekWindow:
    """On this weekday (0 is Monday) the group is free between these wall times, travel included."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """One class group's request; `choices` are keys of companies or offers, best first."""

    key: str
    school: str
    group: str
    crew: str
    pupils: int
    staff: int
    grade: str
    kinds: tuple[Kind, ...]
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    choices: tuple[str, ...]
    open: bool
    wheelchair: bool
    max_travel_minutes: int
    windows: tuple[WeekWindow, ...]
    exceptions: tuple[date, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Market:
    """What a teacher sees when filling in the form: the firms, their offers, the school days of the term."""

    companies: Mapping[str, CompanyPlan]
    offers: tuple[OfferPlan, ...]
    school_days: tuple[date, ...]


def requests_of(
    schools: Sequence[SchoolPlan], total: int, market: Market, term: str, rng: Random
) -> tuple[RequestPlan, ...]:
    """`total` requests: one of nearly every school, the rest from the schools that always ask for more."""
    asking = [school for school in schools if school.is_cast or rng.random() < 0.96]
    keen = [school for school in asking if school.is_cast or rng.random() < 0.45]
    turns = asking + [school for school in keen if school.is_cast]
    turns += rng.choices(keen, k=max(0, total - len(turns)))
    grouped: dict[str, list[RequestPlan]] = {}
    for school in turns[:total]:
        mine = grouped.setdefault(school.key, [])
        mine.append(_request(school, f"{term}-{school.key}-{len(mine) + 1}", mine, market, rng))
    return tuple(asked for mine in grouped.values() for asked in mine)


def _request(
    school: SchoolPlan, key: str, before: Sequence[RequestPlan], market: Market, rng: Random
) -> RequestPlan:
    grade, group = _new_group(school, [asked.group for asked in before], rng)
    pupils = (
        rng.randint(7, 12) if school.section == "special" else rng.choice((18, 22, 25, 28, 30, 32, 34, 36))
    )
    languages, kinds = _languages(school, rng), _kinds(rng)
    topics = tuple(rng.sample(sorted({topic for offer in market.offers for topic in offer.topics}), 2))
    fitting = [offer for offer in market.offers if _fits(offer, grade, pupils, languages, kinds)]
    per_adult = 5 if school.section == "special" else 15
    return RequestPlan(
        key=key,
        school=school.key,
        group=group,
        # In one request in four the school's own teacher goes along, and so with one group at a time.
        crew=school.teacher.name if before and rng.random() < 0.25 else "",
        pupils=pupils,
        staff=max(2, -(-pupils // per_adult)),
        grade=grade,
        kinds=kinds,
        languages=languages,
        topics=topics,
        choices=_choices(fitting, topics, market, rng),
        open=rng.random() < 0.35,
        wheelchair=rng.random() < (0.4 if school.section == "special" else 0.03),
        max_travel_minutes=rng.choice((75, 90) if school.district in FAR_DISTRICTS else (45, 60, 60, 75)),
        windows=_windows(school, rng),
        exceptions=tuple(sorted(rng.sample(market.school_days, 2))) if rng.random() < 0.3 else (),
        note=rng.choice(NOTES),
    )


def _new_group(school: SchoolPlan, taken: Sequence[str], rng: Random) -> tuple[str, str]:
    while True:
        grade = rng.choice(school.grades)
        label = class_label(grade, rng)
        if label not in taken:
            return grade, label


def _languages(school: SchoolPlan, rng: Random) -> tuple[str, ...]:
    if school.finance in INTERNATIONAL:
        return ("en", "cmn") if rng.random() < 0.2 else ("en",)
    if rng.random() < 0.35:
        return ("yue", "en")
    return ("yue", "cmn") if rng.random() < 0.1 else ("yue",)


def _kinds(rng: Random) -> tuple[Kind, ...]:
    return rng.choices([kinds for kinds, _ in KINDS], weights=[share for _, share in KINDS])[0]


def _fits(offer: OfferPlan, grade: str, pupils: int, languages: Sequence[str], kinds: Sequence[Kind]) -> bool:
    return (
        offer.kind in kinds
        and grade in offer.grades
        and pupils <= offer.max_pupils
        and not set(languages).isdisjoint(offer.languages)
    )


def _choices(
    fitting: Sequence[OfferPlan], topics: Sequence[str], market: Market, rng: Random
) -> tuple[str, ...]:
    """Up to four wishes, famous firms first in most minds; a firm as a whole, or one of its offers."""
    wanted: dict[str, str] = {}
    for _ in range(rng.choice((2, 3, 3, 4))):
        left = [offer for offer in fitting if offer.company not in wanted]
        if not left:
            break
        pulls = [_pull(offer, topics, market) for offer in left]
        offer = rng.choices(left, weights=pulls)[0]
        wanted[offer.company] = offer.key if rng.random() < 0.4 else offer.company
    return tuple(wanted.values())


def _pull(offer: OfferPlan, topics: Sequence[str], market: Market) -> float:
    # The four together draw as many wishes in a city of 120 firms as in one of twenty.
    crowd = len(market.companies) / 20
    large = LARGE_PULL * crowd if market.companies[offer.company].large else 1
    return large * (1 if set(topics).isdisjoint(offer.topics) else SAME_TOPIC_PULL)


def _windows(school: SchoolPlan, rng: Random) -> tuple[WeekWindow, ...]:
    form = rng.random()
    start, end = school.day_start, school.day_end
    if form < 0.25:
        end = time(13, 15)
    elif form < 0.4:
        start = time(12, 30)
    weekdays = sorted(rng.sample(range(5), rng.choice((2, 3, 3, 4, 5))))
    return tuple(WeekWindow(weekday, max(start, time(8, 30)), end) for weekday in weekdays)
