"""The options as arrays: equal to the light half's candidates, one by one, whatever binds; and who shares what."""

from __future__ import annotations

import pytest

from outreach.matching.problem_json import read_problem
from tests.matching.brute import RULES
from tests.matching.plain_options import plain_options
from tests.matching.shared import shared_file
from tests.matching.test_agreement import problem_of
from tests.matching.test_solving import optioned
from tests.matching.tiny_problems import document


@pytest.mark.parametrize("rule", RULES)
def test_they_are_the_light_half_s(rule: str) -> None:
    for seed in range(12):
        whole = problem_of(document(rule, seed))
        assert list(optioned(whole)[0].all) == plain_options(whole), (rule, seed)


@pytest.mark.parametrize("name", ["tiny", "small", "city"])
def test_they_are_the_light_half_s_on_the_shared_instances(name: str) -> None:
    whole = read_problem(shared_file(f"{name}.json").read_bytes())
    assert list(optioned(whole)[0].all) == plain_options(whole)
