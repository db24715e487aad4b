"""An LP that grows and changes is at every step the one that is written anew from nothing."""

from __future__ import annotations

import math
import random

import pytest
from ortools.math_opt.python import mathopt

from outreach.matching.solving.glop import Glop
from outreach.matching.solving.lp import Lp


def anew(lp: Lp) -> float:
    """The optimum of the whole LP, by another way and another solver."""
    model = mathopt.Model.from_model_proto(lp.message())
    return mathopt.solve(model, mathopt.SolverType.HIGHS).objective_value()


def grown(lp: Lp, rng: random.Random) -> None:
    """A few more rows over the variables so far, a few more variables in all rows."""
    for _ in range(rng.randint(0, 2)):
        row = lp.row(most=rng.randint(2, 9))
        for variable in range(lp.variables):
            lp.put(row, variable, rng.choice([0, 1, 1, 2]))
    for _ in range(rng.randint(1, 3)):
        variable = lp.variable(upper=rng.randint(1, 4), worth=rng.randint(-2, 9))
        for row in range(lp.rows):
            lp.put(row, variable, rng.randint(0, 3))


def shaken(lp: Lp, rng: random.Random) -> None:
    """Something about what is there is different, and it still has a solution."""
    variable = rng.randrange(lp.variables)
    match rng.randrange(4):
        case 0:
            lp.pay(variable, rng.randint(-2, 9))
        case 1:
            lp.limit(variable, upper=rng.choice([0, 1, 5]))
        case 2:
            lp.limit(variable, lower=0.0, upper=math.inf if lp.rows else 7.0)
        case _:
            lp.reach(rng.randrange(lp.rows), rng.choice([-math.inf, 0.0]))


@pytest.mark.parametrize("seed", range(20))
def test_what_is_new_since_the_last_time_makes_it_the_same(seed: int) -> None:
    rng = random.Random(seed)
    lp = Lp()
    first = lp.row(most=20)
    for _ in range(4):
        lp.put(first, lp.variable(upper=3, worth=rng.randint(1, 5)), rng.randint(1, 3))
    glop, basis = Glop(lp), None
    for _ in range(8):
        found = glop.solve(60, basis, dual=rng.random() < 0.5)
        assert found is not None
        assert found.value == pytest.approx(anew(lp))
        assert len(found.values) == lp.variables
        assert len(found.duals) == lp.rows
        basis = found.basis
        grown(lp, rng)
        shaken(lp, rng)


def test_a_row_that_has_to_be_reached_is_and_need_not_be_again() -> None:
    lp = Lp()
    row, variable = lp.row(most=5), lp.variable(worth=-1.0)
    lp.put(row, variable, 1.0)
    glop = Glop(lp)
    for least, value in ((2.0, -2.0), (-math.inf, 0.0), (3.0, -3.0)):
        lp.reach(row, least)
        assert lp.least(row) == least
        found = glop.solve(60, None)
        assert found is not None
        assert found.value == pytest.approx(value)


def test_nothing_new_is_no_message() -> None:
    lp = Lp()
    variable = lp.variable(upper=1, worth=1.0)
    assert lp.update() is not None
    assert lp.update() is None
    lp.pay(variable, 1.0)
    assert lp.update() is None
    lp.pay(variable, 2.0)
    assert lp.update() is not None
    assert lp.update() is None
