"""Every verification of a repair can fail: broken on purpose, it is noticed on some of the tiny problems of `mishaps.py`."""

from __future__ import annotations

import pytest

from outreach.matching.repairing.found import PinsContradict, UnsoundBound
from outreach.matching.repairing.search import WHOLE, UnsoundRepair
from tests.matching.chains import chains
from tests.matching.mishaps import mishaps
from tests.matching.repair_mutants import MUTANTS
from tests.matching.repaired import assert_repaired


@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_broken_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.owner, mutant.name, mutant.broken)
    assert noticed(mutant.kinds), f"nobody misses {name}"


def noticed(kinds: tuple[str, ...]) -> str | None:
    """The first problem on which the tests of `test_repair.py` fail."""
    for kind in kinds:
        for one in chains() if kind == "chain" else mishaps(kind):
            for whole in (0, WHOLE):
                try:
                    assert_repaired(one, whole)
                except (AssertionError, UnsoundBound, UnsoundRepair, PinsContradict):
                    return one.name
                except pytest.fail.Exception:
                    # A repair was found where none should be.
                    return one.name
    return None
