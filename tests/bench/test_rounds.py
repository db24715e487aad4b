"""Rounds in a row: the same for everybody, the ledger's weights for ours alone, and figures that are what they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach.matching.problem_json import read_problem
from tests.bench import rounds
from tests.bench.drawn import CALLED, Draw, drawn, mishap
from tests.bench.generate import city
from tests.bench.rounds import CONSTANT, LEDGER, Scale, main, matchers, play
from tests.bench.served import curves, figures_of, gini, places_per_request, served_shares, table, worst_tenth

TINY = Draw(city(8, 3, 7), supply=0.3, seed=5)


def played(*rounds_: dict[str, list[int]]) -> list[dict[str, object]]:
    """Rounds as the simulation tells them: school -> [asked, had]."""
    return [
        {
            "schools": one,
            "groups": sum(had for _, had in one.values()),
            "requests": 0,
            "seconds": 0,
            "proven": True,
        }
        for one in rounds_
    ]


def test_the_same_round_is_drawn_for_everybody_another_number_another_round() -> None:
    weights = {school["id"]: 100 for school in TINY.document["schools"]}
    first = drawn(TINY, 1, weights)
    assert first == drawn(TINY, 1, weights)
    other = drawn(TINY, 2, weights)
    assert (first["requests"] != other["requests"], first["slots"] != other["slots"]) == (True, True)
    heavy = drawn(TINY, 1, weights | {"S0": 200})
    assert [key for key in first if first[key] != heavy[key]] == ["schools"]


def test_a_drawn_round_is_a_part_of_the_city() -> None:
    weights = {school["id"]: 100 for school in TINY.document["schools"]}
    for number in range(1, 7):
        problem = read_problem(json.dumps(drawn(TINY, number, weights)).encode())
        assert len(problem.slots) < len(TINY.document["slots"])
        assert 0 < len(problem.requests) <= len(TINY.document["requests"])
        assert all(one.windows for one in problem.requests)


def test_a_slot_is_called_off_as_a_whole() -> None:
    fates = {place: {mishap(TINY, 1, place, f"R{n}") for n in range(40)} for place in map(str, range(200))}
    called = [ends for ends in fates.values() if CALLED in ends]
    assert called == [{CALLED}] * len(called)
    assert 1 <= len(called) <= 20


def test_only_ours_with_the_ledger_is_weighed() -> None:
    history = {"S0": [rounds.Tally(asked=1)], "S1": [rounds.Tally(asked=1, had=1)]}
    weights = {name: rounds._weights(TINY, name, history) for name in (LEDGER, CONSTANT, "deferred", "fcfs")}
    assert (weights[LEDGER]["S0"], weights[LEDGER]["S1"], weights[LEDGER]["S2"]) == (120, 90, 100)
    assert {weight for name in (CONSTANT, "deferred", "fcfs") for weight in weights[name].values()} == {100}


def test_figures_by_hand() -> None:
    two = played({"A": [2, 2], "B": [1, 0], "C": [1, 1]}, {"A": [2, 1], "B": [1, 0]})
    assert served_shares(two) == [0.0, 1.0, 1.0]
    assert places_per_request(two) == [0.75, 0.0, 1.0]
    assert gini([1, 1, 1]) == pytest.approx(0)
    assert gini([0, 0, 0]) == 0
    assert gini([0, 0, 0, 4]) == pytest.approx(0.75)
    assert worst_tenth([0.0] * 2 + [0.5] * 18) == 0.0
    assert worst_tenth([0.25, 1.0]) == 0.25
    better = played({"A": [2, 2], "B": [1, 1], "C": [1, 1]}, {"A": [2, 0], "B": [1, 0]})
    figures = figures_of([{CONSTANT: better, "fcfs": two, LEDGER: better}])
    assert (figures["fcfs"]["never"], figures["fcfs"]["price"], figures[LEDGER]["price"]) == (1, 0.0, 0.0)


def test_the_price_is_against_ours_without_the_ledger() -> None:
    less, more = played({"A": [4, 3]}), played({"A": [4, 4]})
    figures = figures_of([{"fcfs": less, CONSTANT: more, LEDGER: less}])
    assert [figures[name]["price"] for name in ("fcfs", CONSTANT, LEDGER)] == [0.25, 0.0, 0.25]
    assert "| 25.0 % | 1 |" in table(figures)


def test_two_rounds_of_a_tiny_city_from_end_to_end() -> None:
    found = play(TINY, matchers(5.0, 1), rounds=2)
    assert set(found) == {"fcfs", "deferred", CONSTANT, LEDGER}
    # The first round is the same problem with and without the ledger: nobody has a history.
    assert found[LEDGER][0]["schools"] == found[CONSTANT][0]["schools"]
    assert all(one["groups"] <= one["requests"] for each in found.values() for one in each)
    assert curves("tiny", [found]).count("<polyline") == 16


def test_the_command_writes_figures_and_a_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(rounds.SCALES, "demo", Scale(0.3, 5.0))
    monkeypatch.setattr(rounds, "_document", lambda *_: (TINY.document, "generated"))
    monkeypatch.setattr(rounds, "ROUNDS", 1)
    main(["demo", "--workers", "1", "--out", str(tmp_path)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rounds-demo.json", "rounds-demo.svg"]
    kept = json.loads((tmp_path / "rounds-demo.json").read_text())
    assert (kept["about"]["scale"], len(kept["rounds"][0][LEDGER])) == ("demo", 1)
    assert "| Outreach with the ledger |" in capsys.readouterr().out
