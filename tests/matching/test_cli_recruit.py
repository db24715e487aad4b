"""`outreach recruit` as somebody at a shell uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.generate import city
from tests.matching.simple import MONDAY, document
from tests.matching.test_cli import interrupted, outreach, write


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """One slot for one group and two who want it; the plan; and where the answer goes."""
    text = document()
    text["teams"] = []
    text["offers"][0]["max_groups"] = 1
    problem = write(tmp_path / "problem.json", text)
    plan = tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--workers", "1", "--quiet").returncode == 0
    return problem, plan, tmp_path / "slots.json"


def test_recruit_tells_and_writes_a_slot_for_who_waits(files: tuple[Path, Path, Path]) -> None:
    problem, plan, out = files
    done = outreach("recruit", problem, plan, "--out", out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    told = json.loads(out.read_text())
    assert (told["format"], told["placed"], told["waiting"]) == ("outreach-recruit/1", 1, 1)
    best = told["slots"][0]
    assert best["groups"] == {"value": 1, "bound": 1, "proven": True}
    (gain,) = best["gains"]
    (waiting,) = {"R0", "R1"} - {json.loads(plan.read_text())["assignments"][0]["request"]}
    assert (gain["request"], best["date"], best["topic"]) == (waiting, MONDAY, "ai")
    lines = done.stdout.splitlines()
    assert lines[0] == "1 groups have a place, 1 wait."
    assert (
        lines[1]
        == "Each of these slots alone would give that many of them a place, and nobody would lose one:"
    )
    assert lines[3].split() == [
        "groups",
        "kind",
        "topic",
        "grades",
        "district",
        "when",
        "could",
        "take",
        "it",
        "moves",
    ]
    assert f"{out} has {len(told['slots'])} slot" in done.stderr.splitlines()[-1]


def test_the_slot_added_gives_the_place_that_was_told(files: tuple[Path, Path, Path]) -> None:
    problem, plan, out = files
    outreach("recruit", problem, plan, "--out", out, "--workers", "1", "--quiet")
    add = json.loads(out.read_text())["slots"][0]["add"]
    text = json.loads(problem.read_text())
    for key in ("companies", "offers", "slots", "teams"):
        text[key] += add[key]
    wider, better = write(problem.with_name("wider.json"), text), plan.with_name("better.json")
    assert outreach("match", wider, "--out", better, "--workers", "1", "--quiet").returncode == 0
    assert len(json.loads(better.read_text())["assignments"]) == 2


def test_json_lines_are_the_slots_as_they_are_confirmed(files: tuple[Path, Path, Path]) -> None:
    problem, plan, out = files
    done = outreach("recruit", problem, plan, "--out", out, "--json-lines", "--quiet", "--most", "1")
    assert (done.returncode, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["event"] for one in events} == {"phase", "slot"}
    assert [one["slot"] for one in events if one["event"] == "slot"] == json.loads(out.read_text())["slots"]
    assert outreach("recruit", problem, plan, "--out", out, "--quiet").stdout == ""


def test_input_that_is_refused_gives_one_clear_line(files: tuple[Path, Path, Path]) -> None:
    problem, plan, out = files
    text = json.loads(plan.read_text())
    text["assignments"] *= 2
    bad = write(plan.with_name("bad.json"), text)
    name = text["assignments"][0]["request"]
    done = outreach("recruit", problem, bad, "--out", out)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f"outreach: {bad}: Request {name} is placed 2 times.",
    )
    for same, noun in ((problem, "problem"), (plan, "plan")):
        done = outreach("recruit", problem, plan, "--out", same)
        assert (done.returncode, done.stderr) == (2, f"outreach: {same}: is the {noun} itself\n")
    other = write(problem.with_name("other.json"), document() | {"grid_minutes": 30})
    done = outreach("recruit", other, plan, "--out", out)
    assert done.returncode == 2
    assert "was made for other contents of the problem 'simple' (the sha256 differs)" in done.stderr
    assert not out.exists()


def test_help_has_an_example_and_loads_no_solver() -> None:
    done = outreach("recruit", "--help")
    assert done.returncode == 0
    assert "Example: outreach recruit spring.json plan.json --out slots.json" in done.stdout


@pytest.mark.slow
def test_ctrl_c_keeps_the_slots_that_are_confirmed(tmp_path: Path) -> None:
    problem, plan = write(tmp_path / "town.json", city(150, 12, 4)), tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--seconds", "5", "--quiet").returncode == 0
    out = tmp_path / "slots.json"
    more = ["--seconds", "300", "--most", "200", "--json-lines", "--quiet"]
    assert interrupted('"slot"', "recruit", problem, plan, "--out", out, *more) == (0, "")
    assert 1 <= len(json.loads(out.read_text())["slots"]) < 200
