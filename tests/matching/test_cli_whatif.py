"""`outreach whatif` as somebody at a shell uses it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bench.generate import city
from tests.matching.simple import document
from tests.matching.test_cli import interrupted, outreach, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A problem, its plan, and a scenario without any slot or team."""
    write(tmp_path / "problem.json", document())
    write(
        tmp_path / "nothing.json",
        {
            "format": "outreach-scenario/1",
            "name": "Nothing on Mondays",
            "changes": [{"change": "closed", "weekdays": ["monday"]}],
        },
    )
    done = outreach(
        "match", tmp_path / "problem.json", "--out", tmp_path / "plan.json", "--workers", "1", "--quiet"
    )
    assert done.returncode == 0
    return tmp_path


def whatif(folder: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    out = folder / "whatif.json"
    return outreach("whatif", folder / "problem.json", *more, "--out", out, "--workers", "1")


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "whatif.json").read_text())
    return found


def test_a_file_and_a_short_form_are_compared(folder: Path) -> None:
    done = whatif(folder, folder / "nothing.json", "firms=2", "--plan", folder / "plan.json")
    assert done.returncode == 0, done.stderr
    found = told(folder)
    assert (found["format"], found["base"]["status"]) == ("outreach-whatif/1", "optimal")
    assert [one["name"] for one in found["scenarios"]] == ["Nothing on Mondays", "firms=2"]
    closed, more = found["scenarios"]
    assert closed["placed"] == {"before": 2, "after": 0}
    assert closed["goals"][1]["difference"] == {"value": -2, "least": -2, "most": -2}
    assert (len(closed["losses"]), closed["schools"]["lose"]) == (2, ["S0", "S1"])
    assert (more["placed"], more["losses"]) == ({"before": 2, "after": 2}, [])
    lines = done.stdout.splitlines()
    assert lines[0] == "Nothing on Mondays: optimal"
    assert "groups      2       proven  0      proven  -2          yes" in lines
    assert "0 groups gain a place, 2 lose theirs, 0 have another one." in lines
    assert done.stderr.splitlines()[-1].endswith("whatif.json compares 2 of 2 scenarios")


def test_without_a_plan_the_problem_is_solved_first(folder: Path) -> None:
    done = whatif(folder, "closed=monday", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = told(folder)
    assert found["base"]["placed"] == 2
    assert [goal["name"] for goal in found["base"]["objectives"]] == [
        "equity",
        "groups",
        "preference",
        "travel",
    ]


def test_json_lines_name_their_scenario(folder: Path) -> None:
    done = whatif(folder, "closed=monday", "--quiet", "--json-lines", "--plan", folder / "plan.json")
    assert (done.returncode, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1]["answer"] == told(folder)["scenarios"][0]
    assert {one["scenario"] for one in events[:-1]} == {"closed=monday"}


def test_input_that_is_refused_gives_one_clear_line(folder: Path) -> None:
    scenario = folder / "nothing.json"
    text = json.loads(scenario.read_text())
    text["changes"][0]["weekdays"] = []
    write(scenario, text)
    done = whatif(folder, scenario)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"outreach: {scenario}: changes[0]: names no day\n",
    )
    done = whatif(folder, "without=C9")
    assert (done.returncode, done.stderr) == (
        2,
        "outreach: without=C9: changes[0].companies[0]: there is no company 'C9'\n",
    )
    done = whatif(folder, "travel=far")
    assert (done.returncode, done.stderr.startswith("outreach: travel=far: changes[0].at_most: ")) == (
        2,
        True,
    )
    done = whatif(folder, folder / "missing.json")
    assert (done.returncode, done.stderr) == (
        2,
        f"outreach: {folder}/missing.json: No such file or directory\n",
    )
    plan = json.loads((folder / "plan.json").read_text())
    plan["assignments"] *= 2
    bad = write(folder / "bad.json", plan)
    done = whatif(folder, "travel=45", "--plan", bad)
    assert (done.returncode, "is placed 2 times." in done.stderr) == (2, True)
    assert not (folder / "whatif.json").exists()
    for name, noun in (("problem", "problem"), ("plan", "plan"), ("nothing", "scenario")):
        out = folder / f"{name}.json"
        write(scenario, text | {"changes": []})
        done = outreach(
            *("whatif", folder / "problem.json", scenario, "--plan", folder / "plan.json", "--out", out)
        )
        assert (done.returncode, done.stderr) == (2, f"outreach: {out}: is the {noun} itself\n")


def test_pins_that_a_scenario_makes_contradict_are_exit_code_3(folder: Path) -> None:
    text = document(pins=[{"request": "R0", "slot": "L0"}, {"request": "R1", "slot": "L0"}])
    write(folder / "problem.json", text)
    scenario = write(
        folder / "small.json",
        {
            "format": "outreach-scenario/1",
            "name": "Forty seats",
            "changes": [{"change": "adjust", "things": "offers", "field": "max_pupils", "to": 40}],
        },
    )
    done = whatif(folder, scenario, "travel=90", "--quiet")
    assert (done.returncode, done.stderr) == (3, "")
    first, second = told(folder)["scenarios"]
    assert (first["status"], first["conflict"]) == ("contradictory", text["pins"])
    assert (second["status"], second["placed"]) == ("optimal", {"before": 2, "after": 2})


def test_help_shows_a_scenario_the_short_forms_and_an_example() -> None:
    done = outreach("whatif", "--help")
    assert done.returncode == 0
    for word in ("outreach-scenario/1", "more-companies", "free=wednesday", "Example: outreach whatif"):
        assert word in done.stdout


@pytest.mark.slow
def test_ctrl_c_keeps_the_scenarios_that_are_solved(tmp_path: Path) -> None:
    problem, plan = write(tmp_path / "town.json", city(150, 12, 4)), tmp_path / "plan.json"
    assert outreach("match", problem, "--out", plan, "--seconds", "5", "--quiet").returncode == 0
    out = tmp_path / "whatif.json"
    asked = ["closed=monday", "travel=30", "firms=3", "--plan", str(plan)]
    more = ["--out", str(out), "--seconds", "300", "--json-lines", "--quiet"]
    assert interrupted('"plan"', "whatif", problem, *asked, *more) == (0, "")
    (one,) = json.loads(out.read_text())["scenarios"]
    assert (one["name"], one["status"]) == ("closed=monday", "feasible")
