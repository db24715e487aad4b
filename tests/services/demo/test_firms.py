"""120 firms: four real large ones, the rest invented, at places all over the territory."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from outreach.models.words import TOPICS
from outreach.services.demo.firms import AREAS, HUBS, LARGE, company_plans

FIRMS = company_plans(120, Random(1))


def test_the_four_large_come_first() -> None:
    assert tuple(firm.name.en for firm in FIRMS if firm.large) == LARGE
    assert tuple(firm.name.en for firm in FIRMS[:4]) == LARGE


def test_names_differ_in_both_languages() -> None:
    assert len({firm.name.en for firm in FIRMS}) == len({firm.name.zh for firm in FIRMS}) == 120
    assert len({firm.product.en for firm in FIRMS}) == len({firm.product.zh for firm in FIRMS}) == 120


def test_profiles_are_one_sentence_in_each_language() -> None:
    for firm in FIRMS:
        assert (firm.profile.en[-1], firm.profile.en.count(". ")) == (".", 0), firm.profile
        assert (firm.profile.zh[-1], firm.profile.zh.count("。")) == ("。", 1), firm.profile


def test_the_start_ups_sit_where_start_ups_do() -> None:
    areas = Counter(firm.area.key for firm in FIRMS)
    assert set(areas) == set(AREAS)
    assert [area for area, _ in areas.most_common(3)] == ["science-park", "cyberport", "kwun-tong"]


def test_every_hub_acts_for_some_and_some_have_none() -> None:
    assert {firm.hub for firm in FIRMS} == {hub.key for hub in HUBS} | {None}


def test_every_topic_has_firms() -> None:
    assert {firm.sector for firm in FIRMS} == set(TOPICS)
    assert min(Counter(firm.sector for firm in FIRMS).values()) >= 8


def test_twenty_firms_already_show_every_hub_and_ten_areas() -> None:
    first = company_plans(20, Random(1))
    assert {firm.hub for firm in first} == {hub.key for hub in HUBS} | {None}
    assert len({firm.area.key for firm in first}) >= 10
    assert {firm.sector for firm in first} == set(TOPICS)


@pytest.mark.parametrize("firms", [0, 4, 121])
def test_a_number_that_the_list_cannot_give_is_refused(firms: int) -> None:
    with pytest.raises(ValueError, match="5 to 120 firms"):
        company_plans(firms, Random(1))
