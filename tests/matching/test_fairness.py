"""The rule of the ledger: worked examples, and what must hold for any history."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.matching.fairness import ROUNDS, Balance, Line, Tally, weight_of

few = st.integers(0, 4)
tallies = st.builds(Tally, asked=few, had=few, returned=few, late=few, called_off=few)
histories = st.lists(tallies, max_size=ROUNDS).map(tuple)


@pytest.mark.parametrize(
    ("rounds", "weight"),
    [
        pytest.param((), 100, id="asks for the first time"),
        pytest.param((Tally(asked=1),), 120, id="turned away once"),
        pytest.param((Tally(asked=3),), 120, id="turned away with three requests: no more than with one"),
        pytest.param((Tally(asked=3, had=1),), 90, id="one of three placed is a place, not a refusal"),
        pytest.param((Tally(asked=2, had=2),), 80, id="two places"),
        pytest.param((Tally(asked=1, returned=1),), 100, id="given back in good time: nothing won or lost"),
        pytest.param((Tally(asked=1, late=1),), 80, id="given back late"),
        pytest.param((Tally(asked=1, called_off=1),), 130, id="the host called off the only place"),
        pytest.param((Tally(asked=1, had=1, called_off=1),), 100, id="called off and made good"),
        pytest.param((Tally(called_off=1),), 110, id="a free place, booked without a request, called off"),
        pytest.param((Tally(asked=1), Tally(asked=1, had=1), Tally(asked=2)), 130, id="three rounds"),
        pytest.param((Tally(asked=1),) * 6, 200, id="six times in vain: the upper bound"),
        pytest.param((Tally(asked=4, late=4),), 50, id="four times late: the lower bound"),
    ],
)
def test_worked_examples(rounds: tuple[Tally, ...], weight: int) -> None:
    assert weight_of(Balance(rounds)) == weight


def test_the_base_is_the_schools_own() -> None:
    once = Balance((Tally(asked=1),))
    assert [weight_of(once, base) for base in (0, 1, 100, 125, 333)] == [0, 1, 120, 150, 399]


def test_the_reckoning_is_written_line_by_line() -> None:
    balance = Balance((Tally(asked=2), Tally(asked=3, had=1, late=1, called_off=1)))
    assert balance.lines == (Line("empty", 1), Line("called_off", 1), Line("had", 1), Line("late", 1))
    assert [line.points for line in balance.lines] == [20, 10, -10, -20]
    assert balance.points == 0


def test_a_balance_adds_up() -> None:
    balance = Balance((Tally(asked=3, had=1, called_off=1), Tally(asked=2, returned=1), Tally(had=1)))
    counts = (balance.rounds, balance.served, balance.asked, balance.had, balance.denied)
    assert counts == (2, 2, 5, 2, 2)
    assert (balance.returned, balance.late, balance.called_off) == (1, 0, 1)


def test_what_is_no_history_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Tally(asked=1, late=-1)
    with pytest.raises(ValueError, match="holds 6 rounds, not 7"):
        Balance((Tally(asked=1),) * 7)


@given(histories, st.integers(0, 1000))
def test_a_weight_is_a_whole_number_within_its_bounds(rounds: tuple[Tally, ...], base: int) -> None:
    weight = weight_of(Balance(rounds), base)
    assert isinstance(weight, int)
    assert base // 2 <= weight <= 2 * base


@given(histories, st.randoms(use_true_random=False))
def test_only_what_happened_counts(rounds: tuple[Tally, ...], rng) -> None:
    """The same history gives the same weight, in whatever order its rounds came, rounds without it left out or not."""
    shuffled = list(rounds)
    rng.shuffle(shuffled)
    kept = tuple(one for one in shuffled if one != Tally())
    assert weight_of(Balance(kept)) == weight_of(Balance(rounds))


@pytest.mark.parametrize(
    ("entry", "direction"), [("asked", 1), ("had", -1), ("returned", -1), ("late", -1), ("called_off", 1)]
)
@given(rounds=histories.filter(bool), which=st.integers(0, ROUNDS - 1))
def test_a_weight_moves_one_way_with_each_entry(
    rounds: tuple[Tally, ...], which: int, entry: str, direction: int
) -> None:
    which %= len(rounds)
    more = replace(rounds[which], **{entry: getattr(rounds[which], entry) + 1})
    changed = (*rounds[:which], more, *rounds[which + 1 :])
    difference = weight_of(Balance(changed)) - weight_of(Balance(rounds))
    assert difference * direction >= 0


@given(histories.filter(lambda rounds: len(rounds) < ROUNDS), st.integers(1, 4))
def test_each_treatment_pulls_the_way_that_it_is_meant_to(rounds: tuple[Tally, ...], asked: int) -> None:
    """One more round after any history: called off above refused above given back above served above given back late."""
    ways = [
        Tally(asked=asked, called_off=asked),
        Tally(asked=asked),
        Tally(asked=asked, returned=asked),
        Tally(asked=asked, had=asked),
        Tally(asked=asked, late=asked),
    ]
    weights = [weight_of(Balance((way, *rounds))) for way in ways]
    assert weights == sorted(weights, reverse=True)
