"""The LP of `most-served` in a process of its own: the same answers as without one, whatever becomes of it."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from outreach.matching import repair as repairs
from outreach.matching.plan import Plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.repairing import ahead as ahead_module
from outreach.matching.repairing.ahead import Ahead, Early
from outreach.matching.repairing.answer import Answer
from outreach.matching.repairing.early import solve_early
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.events_json import events_of
from outreach.matching.repairing.most import Most
from outreach.matching.repairing.policies import MOST_SERVED, POLICIES
from outreach.matching.solve import solve
from outreach.matching.solving.branching import Branching
from outreach.matching.solving.engine import Effort, OutOfTime
from outreach.matching.solving.relaxation import Relaxation
from tests.bench.generate import city
from tests.matching.grounds import endless

EFFORT = Effort(2, 0, 1e6)


@pytest.fixture(scope="module")
def town() -> tuple[Problem, Plan, Events]:
    """A town of few firms that loses three slots in use at once."""
    problem = read_problem(json.dumps(city(60, 6, 1)).encode())
    plan = solve(problem, seconds=20, workers=1)
    used = sorted({one.slot for one in plan.assignments if one.slot})
    lost = [{"kind": "slot-cancelled", "slot": slot} for slot in random.Random(4).sample(used, 3)]
    return problem, plan, events_of({"format": "outreach-events/1", "events": lost})


def answered(town: tuple[Problem, Plan, Events], workers: int) -> Answer:
    """The way of large problems: with two workers there is a second process."""
    problem, plan, events = town
    found = repairs.repair(problem, plan, events, seconds=60, workers=workers, whole=0)
    assert [answer.policy for answer in found.answers] == list(POLICIES)
    assert multiprocessing.active_children() == []
    return found.answers[-1]


def worth(answer: Answer) -> dict[str, object]:
    """What the policy weighs up to the changes: all of it proven."""
    measures = [proof.measure for proof in answer.proofs]
    counted = answer.proofs[: measures.index("changes") + 1]
    assert all(proof.proven for proof in counted), answer.proofs
    return {proof.measure: proof.value for proof in counted}


def test_two_processes_say_what_one_says(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = worth(answered(town, 1))
    heard: list[object] = []
    hear = Most.hear
    monkeypatch.setattr(Most, "hear", lambda self, *said: (heard.append(said), hear(self, *said)))
    monkeypatch.setattr(repairs, "LARGE", 0)
    assert worth(answered(town, 2)) == alone
    assert len(heard) == 1


def test_a_process_that_says_nothing_is_done_without(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = worth(answered(town, 1))
    monkeypatch.setattr(repairs, "LARGE", 0)
    monkeypatch.setattr(Ahead, "finished", lambda self, patience=0.0: True)
    assert worth(answered(town, 2)) == alone


def test_where_no_process_can_be_started_one_does_it_all(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: object) -> None:
        raise OSError("no more processes")

    alone = worth(answered(town, 1))
    monkeypatch.setattr(repairs, "LARGE", 0)
    monkeypatch.setattr(ahead_module, "Other", refused)
    assert worth(answered(town, 2)) == alone


@pytest.mark.parametrize("heard", [b"", b"\x00\x00\x10\x00half a word", b"\x00\x00\x00\x04junk"])
def test_a_process_that_breaks_off_is_at_its_end(heard: bytes) -> None:
    here, there = multiprocessing.Pipe()
    ahead = object.__new__(Ahead)
    ahead._other, ahead._open, ahead.found = SimpleNamespace(connection=here), True, None  # type: ignore[assignment]
    os.write(there.fileno(), heard)
    there.close()
    assert ahead.finished(1.0)
    assert ahead.found is None


def test_it_is_ended_when_somebody_wishes_to_stop(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, plan, events = town
    monkeypatch.setattr(repairs, "LARGE", 0)
    found = repairs.repair(problem, plan, events, workers=2, whole=0, stop=lambda: True)
    assert len(found.answers) == len(POLICIES)
    assert multiprocessing.active_children() == []


def test_refused_events_leave_no_process(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, plan, _ = town
    monkeypatch.setattr(repairs, "LARGE", 0)
    events = events_of(
        {"format": "outreach-events/1", "events": [{"kind": "slot-cancelled", "slot": "nowhere"}]}
    )
    with pytest.raises(ValueError, match="nowhere"):
        repairs.repair(problem, plan, events, workers=2, whole=0)
    assert multiprocessing.active_children() == []


def test_what_is_known_is_told_as_it_comes_and_the_last_word_is_marked(
    town: tuple[Problem, Plan, Events],
) -> None:
    problem, plan, events = town
    heard: list[Early] = []
    solve_early(problem, plan, events, endless(), EFFORT, heard.append)
    assert [one.last for one in heard] == [False] * (len(heard) - 1) + [True]
    assert len(heard) > 1
    assert heard[0].bound is not None
    # The other process says the same.
    ahead = Ahead()
    try:
        ahead.begin(problem, plan, events, endless(), EFFORT)
        until = time.monotonic() + 60
        while not ahead.finished(0.1):
            assert time.monotonic() < until
        assert ahead.found == heard[-1]
    finally:
        ahead.end()


def test_a_process_that_was_started_for_nothing_is_ended(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, plan, events = town
    repairs.repair(problem, plan, events, seconds=60, workers=2, ahead=Ahead())
    assert multiprocessing.active_children() == []
    # And one that was started beforehand is the one that is asked.
    monkeypatch.setattr(repairs, "LARGE", 0)
    monkeypatch.setattr(repairs, "started", lambda: pytest.fail("there is one already"))
    before = Ahead()
    repairs.repair(problem, plan, events, seconds=60, workers=2, whole=0, ahead=before)
    assert before.found is None or before.found.bound is not None
    assert multiprocessing.active_children() == []


def test_only_large_problems_and_that_policy_have_a_process(
    town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, plan, events = town
    monkeypatch.setattr(repairs, "started", lambda: pytest.fail("nobody asked for it"))
    repairs.repair(problem, plan, events, seconds=60, workers=2)
    monkeypatch.setattr(repairs, "LARGE", 0)
    others = [policy for policy in POLICIES if policy != MOST_SERVED]
    repairs.repair(problem, plan, events, seconds=60, workers=2, policies=others)
    repairs.repair(problem, plan, events, seconds=60, workers=1)


@pytest.mark.parametrize("way", ["converge", "bound"])
def test_an_lp_that_runs_out_of_time_leaves_some_to_other_ways(
    way: str, town: tuple[Problem, Plan, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its rounds, or its branches, take all the time of the LP: a dive and an integer program have their own."""
    problem, plan, events = town
    tried: list[str] = []

    def out_of_time(*_: object, **__: object) -> None:
        raise OutOfTime

    def trying(name: str) -> Callable[..., None]:
        return lambda *_: tried.append(name)

    converge = Relaxation.converge

    def one_round(self: Relaxation, *asked: Any, **how: Any) -> None:
        asked[1](self._round(far=False))
        raise OutOfTime

    monkeypatch.setattr(Branching, "bound", out_of_time)
    monkeypatch.setattr(Relaxation, "converge", one_round if way == "converge" else converge)
    monkeypatch.setattr(Most, "_as_it_is", trying("whole"))
    monkeypatch.setattr(Most, "_dived", trying("dived"))
    monkeypatch.setattr(Most, "_mended", trying("mended"))
    solve_early(problem, plan, events, endless(), EFFORT, lambda _: None)
    assert tried == ["whole", "dived", "mended"]
