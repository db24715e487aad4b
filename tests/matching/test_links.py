"""Rows between resources are found exactly where the judge finds a school's day, a group's day or a crew's time broken."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from outreach.matching.check import faults_of
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.links import Links
from tests.matching.grounds import ground_of
from tests.matching.tiny_problems import document
from tests.matching.wild import wild


def broken_by(ground: Ground, pair: tuple[int, int]) -> bool:
    """Whether the judge sees one of these rules broken; a team that cannot give both sessions is no matter of links."""
    try:
        plan = ground.days.timed(pair)
    except ValueError:
        return False
    # H5 is also the total of a school: a row of its own, always in the LP.
    return any(
        fault.rule == "H6" or (fault.rule == "H5" and " on " in fault.sentence)
        for fault in faults_of(ground.problem, plan)
    )


def problems() -> list[Problem]:
    crews = [read_problem(json.dumps(document("H6 crew", seed)).encode()) for seed in range(20)]
    return [*(wild(seed) for seed in range(20)), *crews]


@pytest.mark.parametrize("number", range(40))
def test_a_link_is_broken_exactly_where_the_judge_says_so(number: int) -> None:
    ground = ground_of(problems()[number])
    links = Links(ground)
    fixed = np.flatnonzero(links.fixed).tolist()
    pairs = [
        (one, other)
        for one, other in itertools.combinations(fixed, 2)
        if ground.request[one] != ground.request[other] and ground.resource[one] != ground.resource[other]
    ]
    for pair in pairs[:: max(1, len(pairs) // 150)]:
        use = np.zeros(ground.n)
        use[list(pair)] = 1.0
        broken = links.broken(use)
        assert bool(broken) == broken_by(ground, pair)
        for row in broken:
            assert use[row.options].sum() > row.limit
