"""Which changes of a request are tried: each changes one thing, less effort comes first."""

from __future__ import annotations

from dataclasses import replace

from outreach.matching.explaining.variants import Hours, fewer, hours_of, joined, variants_of
from outreach.matching.problem import VisitRequest
from outreach.matching.times import minutes_of
from tests.matching.simple import problem as simple

MONDAY = minutes_of("2027-03-08T00:00")
HOURS = Hours((MONDAY // 1440, MONDAY // 1440 + 1), 510, 1020)


def asking(**changes: object) -> VisitRequest:
    asked = VisitRequest(
        "R0",
        "S0",
        frozenset({"field_visit"}),
        31,
        "P5",
        frozenset({"yue"}),
        ((MONDAY + 510, MONDAY + 780),),
        max_travel_minutes=45,
    )
    return replace(asked, **changes)


def test_each_variant_changes_one_thing_and_they_come_by_effort() -> None:
    found = variants_of(asking(), HOURS)
    assert [variant.effort for variant in found] == sorted(variant.effort for variant in found)
    for variant in found:
        if variant.field != "split":
            (other,) = variant.asked
            assert replace(other, **{variant.field: getattr(asking(), variant.field)}) == asking()
    assert sorted({variant.field for variant in found}) == [
        "kinds",
        "languages",
        "max_travel_minutes",
        "open",
        "pupils",
        "split",
        "windows",
    ]
    assert [v.asked[0].max_travel_minutes for v in found if v.field == "max_travel_minutes"] == [
        60,
        75,
        90,
        105,
    ]


def test_a_split_has_two_halves_of_the_group() -> None:
    (split,) = [variant for variant in variants_of(asking(), HOURS) if variant.field == "split"]
    assert [(part.id, part.pupils) for part in split.asked] == [("R0#1", 16), ("R0#2", 15)]


def test_one_pupil_can_neither_stay_behind_nor_be_split() -> None:
    fields = {variant.field for variant in variants_of(asking(pupils=1), HOURS)}
    assert not fields & {"pupils", "split"}


def test_who_leaves_more_pupils_behind_has_more_effort() -> None:
    assert fewer(asking(), 30).effort < fewer(asking(), 20).effort


def test_more_free_time_is_on_days_of_that_weekday_with_something_offered() -> None:
    windows = [v.asked[0].windows for v in variants_of(asking(), HOURS) if v.field == "windows"]
    # The morning of Monday is free already; Tuesday has a morning, an afternoon and both.
    tuesday = MONDAY + 1440
    assert sorted(windows) == sorted(
        [
            ((MONDAY + 510, MONDAY + 1020),),
            ((MONDAY + 510, MONDAY + 1020),),
            ((MONDAY + 510, MONDAY + 780), (tuesday + 510, tuesday + 780)),
            ((MONDAY + 510, MONDAY + 780), (tuesday + 510, tuesday + 1020)),
            ((MONDAY + 510, MONDAY + 780), (tuesday + 780, tuesday + 1020)),
        ]
    )


def test_windows_that_meet_are_one() -> None:
    assert joined([(10, 20), (40, 50)], [(20, 30), (45, 60)]) == ((10, 30), (40, 60))


def test_hours_are_those_most_requests_name() -> None:
    problem = simple()
    hours = hours_of(problem)
    assert hours is not None
    offered = {slot.start // 1440 for slot in problem.slots}
    assert offered <= set(hours.days)
    assert hours_of(replace(problem, requests=())) is None
