"""Resources that share a limit of sessions: what a wide look costs at most."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from outreach.matching.problem_json import read_problem
from outreach.matching.solving import together
from outreach.matching.solving.combining import Shelf, TooMany, combined
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.pricing import Pricing
from tests.bench.generate import city
from tests.matching.grounds import endless, ground_of


def shelves(wide: int) -> tuple[list[Shelf], np.ndarray]:
    """Three resources whose best patterns all want the same dear request, and many that are worth nearly as much."""
    request = np.array([0, *range(1, 3 * wide + 1)] * 3, dtype=np.int64)
    each = len(request) // 3
    found = []
    for at in range(3):
        patterns = [(1000 - number // 2, (at * each, at * each + 1 + number)) for number in range(wide)]
        found.append(Shelf({2: patterns}, {2: None}))
    return found, request


def test_a_wide_look_gives_up_after_so_many_steps() -> None:
    wide, request = shelves(60)
    with pytest.raises(TooMany):
        combined(wide, 6, request, 3, steps=50)
    bound, best = combined(wide, 6, request, 3)
    assert combined(wide, 6, request, 3, steps=10**6) == (bound, best)
    assert bound == best[0][0] == 1000


def crowded() -> Ground:
    """Four teams of a company that may give eight sessions a week; three of the groups are worth as much as all the others."""
    document: dict[str, Any] = city(60, 6, 1)
    place = document["schools"][0]["place"]
    document["schools"] = [document["schools"][0] | {"id": f"S{at}", "max_bookings": 2} for at in range(30)]
    document["companies"] = [{"id": "C0", "max_sessions_per_week": 8}]
    offer = next(one for one in document["offers"] if one["kind"] == "coding_session")
    document["offers"] = [
        offer | {"id": "K0", "company": "C0", "grades": ["S1"], "languages": ["yue"], "max_pupils": 200}
    ]
    document["slots"] = []
    window = ["2027-02-24T08:00", "2027-02-24T18:00"]
    team = {"company": "C0", "offers": ["K0"], "home": place, "max_sessions_per_day": 3, "windows": [window]}
    document["teams"] = [team | {"id": f"T{at}", "max_travel_minutes": 200} for at in range(4)]
    rng = random.Random(1)
    document["requests"] = [
        {
            "id": f"R{at}",
            "school": f"S{at % 30}",
            "kinds": ["coding_session"],
            "pupils": 190 if at < 3 else rng.choice([20, 22, 25, 30]),
            "grade": "S1",
            "languages": ["yue"],
            "open": True,
            "windows": [window],
        }
        for at in range(45)
    ]
    return ground_of(read_problem(json.dumps(document | {"objectives": ["pupils"]}).encode()))


def test_a_vague_bound_is_looked_into_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And where that takes too many steps the bound stands that was sharper without it."""
    ground = crowded()
    values, uses = 1000 * ground.gain["pupils"], np.zeros(ground.resources, dtype=np.int64)
    (site,) = (at for at, one in enumerate(ground.sites) if one.limit is not None)
    looks: list[int] = []
    look = together.Together._look

    def spied(self: together.Together, *given: Any) -> Any:
        looks.append(given[2])
        return look(self, *given)

    monkeypatch.setattr(together.Together, "_look", spied)
    monkeypatch.setattr(together, "STEPS", 100)
    asked = Pricing(ground, endless())
    narrow = asked.price(values, uses, np.zeros(len(ground.sites), dtype=np.int64)).best[site]
    best = asked._priced[site][1][0][0]
    assert best < narrow
    assert looks == [together.WIDE]
    # The site costs what its best pattern is worth: only the bound says that there may be more.
    prices = np.full(len(ground.sites), best, dtype=np.int64)
    sharp = asked.price(values, uses, prices).best[site]
    assert best < sharp < narrow
    assert looks == [together.WIDE, together.WIDE, together.WIDER[0]]
    assert asked.price(values, uses, prices).best[site] == sharp
    assert len(looks) == 3
    # Other values are another question.
    asked.price(values + 1, uses, prices)
    assert looks[3:] in ([together.WIDE], [together.WIDE, together.WIDER[0]])


def test_a_lower_price_is_another_question() -> None:
    """What was looked at widely at a price that no pattern reaches has patterns at a lower one."""
    ground = crowded()
    values, uses = 1000 * ground.gain["pupils"], np.zeros(ground.resources, dtype=np.int64)
    (site,) = (at for at, one in enumerate(ground.sites) if one.limit is not None)
    free = Pricing(ground, endless())
    narrow = free.price(values, uses, np.zeros(len(ground.sites), dtype=np.int64)).best[site]
    best = free._priced[site][1][0][0]
    asked_for = np.zeros(len(ground.sites), dtype=np.int64)
    for dear in range(best, narrow, (narrow - best) // 20):
        asked = Pricing(ground, endless())
        asked_for[site] = dear
        columns = asked.price(values, uses, asked_for, floors=True).columns
        if site in asked._widened and not columns:
            break
    assert site in asked._widened
    asked_for[site] = best - 1
    assert asked.price(values, uses, asked_for, floors=True).columns
