"""Preference points: rank, topics, scores."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.matching.points import points_of, rank_of
from tests.matching.simple import problem


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"topics": []}, 0),
        ({"topics": ["ai"]}, 10),
        ({"topics": ["ai", "iot", "games"]}, 20),
        ({"topics": [], "choices": ["O0"]}, 100),
        ({"topics": [], "choices": ["C0"]}, 100),
        ({"topics": [], "choices": ["C1", "C0", "O0"]}, 85),
        ({"topics": [], "choices": ["O1"] * 6 + ["O0"]}, 10),
        ({"topics": [], "choices": ["O1"] * 20 + ["O0"]}, 10),
        ({"topics": ["ai", "iot"], "choices": ["O1", "O0"]}, 105),
        ({"topics": ["ai"], "choices": ["O0"], "scores": {"L0": 3}}, 3),
        ({"topics": ["ai"], "choices": ["O0"], "scores": {"T0": 3}}, 0),
    ],
)
def test_points(changes: dict[str, Any], points: int) -> None:
    whole = problem(R0=changes, O0={"topics": ["ai", "iot"]})
    assert points_of(whole.visit_request["R0"], whole.offer["O0"], "L0") == points


def test_the_best_rank_of_offer_and_company_counts() -> None:
    whole = problem(R0={"choices": ["O1", "C0", "O0"]})
    assert rank_of(whole.visit_request["R0"], whole.offer["O0"]) == 1
    assert rank_of(whole.visit_request["R1"], whole.offer["O0"]) is None
