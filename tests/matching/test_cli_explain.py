"""`outreach explain` as somebody at a shell uses it: a town, one request in words, refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from outreach.matching.problem_json import read_problem
from tests.bench.generate import city
from tests.matching.brute_reasons import changed
from tests.matching.simple import document
from tests.matching.test_cli import COMMAND, ROOT, outreach, write

SCHOOLS, FIRMS = 40, 12


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A town in which no school has all the visits it may have, and its plan."""
    folder = tmp_path_factory.mktemp("town")
    town = city(SCHOOLS, FIRMS, 6)
    for school in town["schools"]:
        school.pop("max_bookings", None)
    problem = write(folder / "town.json", town)
    plan = folder / "plan.json"
    assert outreach("match", problem, "--out", plan, "--seconds", "15", "--quiet").returncode == 0
    return problem, plan


def explained(problem: Path, plan: Path, *more: str) -> list[dict[str, Any]]:
    out = plan.with_name("why.json")
    done = outreach("explain", problem, plan, "--out", out, *more)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(out.read_text())["explanations"]
    return found


@pytest.mark.slow
def test_a_town_is_explained_and_each_change_works_when_it_is_made(
    solved: tuple[Path, Path], tmp_path: Path
) -> None:
    problem, plan = solved
    told = explained(problem, plan, "--quiet", "--seconds", "120")
    text, placed = json.loads(problem.read_text()), json.loads(plan.read_text())["assignments"]
    missing = {one["id"] for one in text["requests"]} - {one["request"] for one in placed}
    assert [one["request"] for one in told] == [one["id"] for one in text["requests"] if one["id"] in missing]
    assert not [one["request"] for one in told if one["reason"] == "not-established"]
    changes = [(one, change) for one in told for change in one["changes"]]
    assert changes
    for one, change in changes:
        other = changed(text, one["request"], change["field"], change["to"])
        new = {each["request"]: each for each in change["witness"]}
        after = [new.pop(each["request"], each) for each in placed] + list(new.values())
        file = write(tmp_path / "plan.json", plan_document(after))
        judged = outreach("check", write(tmp_path / "problem.json", other), file)
        # Nothing is claimed but the assignments: the judge may find fault with no more than that.
        faults = [line for line in judged.stdout.splitlines() if line[:1] in "Hcu" and line.startswith(RULES)]
        assert faults == [], (one["request"], change["field"])


RULES = ("H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "candidate", "unknown")


def plan_document(assignments: list[dict[str, str]]) -> dict[str, Any]:
    """A plan that claims nothing but its assignments."""
    return {
        "format": "outreach-plan/1",
        "problem": {"name": "", "sha256": ""},
        "status": "feasible",
        "assignments": assignments,
    }


def test_one_request_is_told_in_words(tmp_path: Path) -> None:
    text = document()
    # One slot for one group, and two who want it.
    text["teams"] = []
    text["offers"][0]["max_groups"] = 1
    problem = write(tmp_path / "problem.json", text)
    plan = tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--quiet").returncode == 0
    (placed,) = json.loads(plan.read_text())["assignments"]
    (other,) = {one["id"] for one in text["requests"]} - {placed["request"]}
    done = outreach("explain", problem, plan, "--out", tmp_path / "why.json", "--request", other)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] in (f"{other}: not-worth-it", f"{other}: no-candidate", f"{other}: outcompeted")
    assert lines[1] == "  all: 1 slots, 0 team windows"
    assert f"explains 1 requests: 1 {lines[0].partition(': ')[2]}" in done.stderr


def test_a_plan_of_another_problem_or_an_unknown_request_is_refused(tmp_path: Path) -> None:
    problem, plan = write(tmp_path / "problem.json", document()), tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--quiet").returncode == 0
    out = tmp_path / "why.json"
    done = outreach("explain", problem, plan, "--out", out, "--request", "R9")
    assert (done.returncode, done.stderr) == (2, f"outreach: {plan}: There is no request 'R9'.\n")
    other = write(tmp_path / "other.json", document() | {"grid_minutes": 30})
    done = outreach("explain", other, plan, "--out", out)
    assert done.returncode == 2
    assert "was made for other contents of the problem 'simple' (the sha256 differs)" in done.stderr
    assert not out.exists()
    assert read_problem(problem.read_bytes()).name == "simple"


def test_the_explanations_never_replace_what_they_are_read_from(tmp_path: Path) -> None:
    problem, plan = write(tmp_path / "problem.json", document()), tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--quiet").returncode == 0
    before = plan.read_bytes()
    for out, noun in ((plan, "plan"), (problem, "problem")):
        done = outreach("explain", problem, plan, "--out", out)
        assert (done.returncode, done.stderr) == (2, f"outreach: {out}: is the {noun} itself\n")
    assert plan.read_bytes() == before


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_known_and_leaves_no_process(tmp_path: Path) -> None:
    problem, plan = write(tmp_path / "town.json", city(150, 12, 4)), tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--seconds", "3", "--quiet").returncode == 0
    out = tmp_path / "why.json"
    command = [*COMMAND, "explain", str(problem), str(plan), "--out", str(out), "--seconds", "120"]
    # In a group of its own, as a shell starts it: the terminal's Ctrl-C goes to the other process, too.
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert running.stderr is not None
    said = ""
    while "changes" not in said:
        said = running.stderr.readline()
    os.killpg(running.pid, signal.SIGINT)
    rest = running.communicate(timeout=60)[1]
    assert running.returncode == 0, rest
    assert "Traceback" not in rest
    missing = len(json.loads(problem.read_text())["requests"]) - len(
        json.loads(plan.read_text())["assignments"]
    )
    assert len(json.loads(out.read_text())["explanations"]) == missing
    assert gone(running.pid)


def gone(group: int) -> bool:
    """Whether the last process of a group ends within a few seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
