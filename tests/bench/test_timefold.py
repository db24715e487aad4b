"""Timefold's table, and Timefold itself where `make bench` has put it."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from outreach.matching.candidates import Finder, SlotCandidate
from outreach.matching.problem_json import read_problem
from tests.bench.generate import city
from tests.bench.judging import Judge
from tests.bench.running import measured
from tests.bench.timefold.export import export

PREPARED = Path(__file__).parents[2] / "bench-results" / "timefold"
PROBLEM = read_problem(json.dumps(city(12, 4, 7)).encode())


def test_the_table_has_every_request_with_every_place_it_may_have(tmp_path: Path) -> None:
    export(PROBLEM, tmp_path / "table")
    lines = [line.split("\t") for line in (tmp_path / "table").read_text().splitlines()]
    counts = Counter(line[0] for line in lines)
    starts = sum(
        1 if isinstance(one, SlotCandidate) else sum(map(len, one.starts)) for one in Finder(PROBLEM).all()
    )
    assert (counts["visit"], counts["option"]) == (len(PROBLEM.requests), starts)
    assert (counts["slot"], counts["team"], counts["goal"]) == (len(PROBLEM.slots), len(PROBLEM.teams), 4)
    assert counts["way"] == int(next(line[1] for line in lines if line[0] == "spots"))
    widths = {kind: {len(line) for line in lines if line[0] == kind} for kind in ("visit", "option")}
    assert widths == {"visit": {9}, "option": {17}}


def test_timefold_finds_plans_without_a_fault(tmp_path: Path) -> None:
    if not (PREPARED / "classes" / "Matching.class").exists():
        pytest.skip("Timefold is not installed in bench-results (make bench does it where Java is present)")
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(city(12, 4, 7)))
    deadline = str(time.monotonic() + 15)
    command = [sys.executable, "-m", "tests.bench.peers", "timefold-java", str(path), "--deadline", deadline]
    outcome = measured([*command, "--timefold", str(PREPARED)], 20, one_core=False)
    judge = Judge(PROBLEM, moment=0.1)
    for seconds, used, text in outcome.lines:
        judge.hear(seconds, used, json.loads(text))
    assert (outcome.last_words, judge.verdict["faults"]) == ("", [])
    assert judge.verdict["points"]
