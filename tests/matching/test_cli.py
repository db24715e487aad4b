"""`outreach match` and `outreach check` as somebody at a shell uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from outreach.matching.plan_json import read_plan, sha256_of
from tests.bench.generate import city
from tests.matching.simple import document

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "outreach"]


def outreach(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, check=False
    )


def interrupted(at: str, *arguments: str | Path, wait: float = 0.0) -> tuple[int, str]:
    """Press Ctrl-C `wait` seconds after a line of stdout with `at` in it: the exit code, and all of stderr."""
    running = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # In a group of its own, as a shell starts it: the terminal's Ctrl-C goes to every process of it.
        start_new_session=True,
    )
    assert running.stdout is not None
    for line in running.stdout:
        if at in line:
            break
    time.sleep(wait)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    return running.returncode, errors


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A problem on disk and where its plan is to go."""
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps(document()))
    return problem, tmp_path / "plan.json"


def write(path: Path, value: dict[str, Any]) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_match_writes_a_plan_that_check_passes(files: tuple[Path, Path]) -> None:
    problem, out = files
    done = outreach("match", problem, "--out", out, "--workers", "1", "--seed", "5")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-2].endswith("optimal: equity 200, groups 2, preference 20, travel 35")
    assert done.stderr.splitlines()[-1] == (
        f"outreach match: {out} has the best plan there is: 2 of 2 requests placed"
    )
    plan = read_plan(out.read_bytes())
    assert plan.sha256 == sha256_of(problem.read_bytes())
    assert (plan.status, plan.solver.seed, plan.solver.workers) == ("optimal", 5, 1)
    judged = outreach("check", problem, out)
    assert (judged.returncode, judged.stderr) == (0, "")
    assert judged.stdout.splitlines() == [
        "equity 200",
        "groups 2",
        "preference 20",
        "travel 35",
        "2 of 2 requests placed, no fault found",
    ]


def test_check_says_one_sentence_for_every_broken_rule(files: tuple[Path, Path]) -> None:
    problem, out = files
    outreach("match", problem, "--out", out, "--workers", "1", "--quiet")
    plan = json.loads(out.read_text())
    plan["objectives"][1]["value"] = 9
    plan["assignments"] = [{"request": "R0", "slot": "L9"}]
    judged = outreach("check", problem, write(out, plan))
    assert judged.returncode == 1
    assert (
        judged.stdout.splitlines()
        == [
            "equity 0",
            "groups 0",
            "preference 0",
            "travel 0",
            "unknown: assignments[0]: there is no slot 'L9'.",
            "claim:value: equity is reported as 200, recomputed it is 0.",
            "claim:value: groups is reported as 9, recomputed it is 0.",
            "claim:value: preference is reported as 20, recomputed it is 0.",
            "claim:value: travel is reported as 35, recomputed it is 0.",
            "claim:bound: travel is said to be at least 35, and the plan has 0.",
            "claim:proven: groups is called proven, and its bound 2 is not its value 9.",
            "claim:unplaced: Request R1 is neither placed nor listed as unplaced.",
        ]
        or judged.stdout.count("\n") == 12
    )


def test_input_that_is_refused_gives_one_clear_line(files: tuple[Path, Path], tmp_path: Path) -> None:
    problem, out = files
    bad = write(tmp_path / "bad.json", document(R0={"windows": [["2027-03-08T10:00", "2027-03-08T09:00"]]}))
    line = f"outreach: {bad}: requests[0].windows[0]: ends before it starts\n"
    for arguments in (("match", bad, "--out", out), ("check", bad, problem)):
        done = outreach(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", line)
    assert not out.exists()
    absent = outreach("check", tmp_path / "none.json", problem)
    assert (absent.returncode, absent.stderr) == (
        2,
        f"outreach: {tmp_path / 'none.json'}: No such file or directory\n",
    )
    no_plan = outreach("check", problem, problem)
    assert no_plan.returncode == 2
    assert (
        no_plan.stderr == f"outreach: {problem}: format: 'outreach-matching/1' is none of outreach-plan/1\n"
    )


def test_a_place_where_no_plan_can_go_is_refused_before_the_work(files: tuple[Path, Path]) -> None:
    problem, out = files
    before = problem.read_bytes()
    for place, why in (
        (out.parent / "no" / "plan.json", f"there is no folder {out.parent / 'no'}"),
        (out.parent, "is there already, and is no file"),
        (problem, "is the problem itself"),
    ):
        done = outreach("match", problem, "--out", place)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"outreach: {place}: {why}\n")
    assert problem.read_bytes() == before
    assert [one.name for one in out.parent.iterdir()] == [problem.name]


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "soon"])
def test_a_limit_that_is_no_number_of_seconds_is_refused(seconds: str, files: tuple[Path, Path]) -> None:
    problem, out = files
    done = outreach("match", problem, "--out", out, "--seconds", seconds)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Invalid value for '--seconds'" in done.stderr
    assert not out.exists()


def test_a_closed_stderr_is_no_matter(files: tuple[Path, Path]) -> None:
    problem, out = files
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND, "match", str(problem), "--out", str(out)],
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(out.read_text())["status"] == "optimal"


def test_a_plan_is_as_open_as_any_file_made_here(files: tuple[Path, Path]) -> None:
    problem, out = files
    outreach("match", problem, "--out", out, "--quiet")
    assert out.stat().st_mode == problem.stat().st_mode


def test_contradictory_pins_are_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    _, out = files
    pins = [{"request": "R0", "slot": "L0"}, {"request": "R1", "slot": "L0"}]
    problem = write(tmp_path / "pinned.json", document(pins=pins, L0={"max_groups": 1}))
    done = outreach("match", problem, "--out", out, "--quiet")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        'outreach match: these pins cannot be kept together: {"request": "R0", "slot": "L0"},'
        ' {"request": "R1", "slot": "L0"}\n'
    )
    plan = json.loads(out.read_text())
    assert (plan["status"], plan["assignments"], plan["conflict"]) == ("contradictory", [], pins)
    assert outreach("check", problem, out).returncode == 0


def test_events_are_lines_of_json_on_stdout(files: tuple[Path, Path]) -> None:
    problem, out = files
    done = outreach("match", problem, "--out", out, "--quiet", "--json-lines", "--workers", "1")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    assert [event["phase"] for event in events if event["event"] == "phase"][:2] == [
        "candidates",
        "first plan",
    ]
    assert events[-1]["event"] == "end"
    assert events[-1]["objectives"] == json.loads(out.read_text())["objectives"]


def test_a_start_plan_is_read_and_never_made_worse(files: tuple[Path, Path], tmp_path: Path) -> None:
    problem, out = files
    outreach("match", problem, "--out", out, "--quiet")
    before = read_plan(out.read_bytes())
    again = tmp_path / "again.json"
    done = outreach("match", problem, "--out", again, "--start", out, "--seconds", "0.1", "--quiet")
    assert done.returncode == 0
    after = read_plan(again.read_bytes())
    assert [goal.value for goal in after.objectives] == [goal.value for goal in before.objectives]
    refused = outreach("match", problem, "--out", again, "--start", problem)
    assert refused.returncode == 2
    assert refused.stderr.endswith("format: 'outreach-matching/1' is none of outreach-plan/1\n")
    absent = outreach("match", problem, "--out", again, "--start", tmp_path / "none.json")
    assert (absent.returncode, absent.stderr.count("\n")) == (2, 1)


def test_a_start_plan_of_another_problem_gives_what_it_can(files: tuple[Path, Path], tmp_path: Path) -> None:
    problem, out = files
    outreach("match", problem, "--out", out, "--quiet")
    plan = json.loads(out.read_text())
    plan["assignments"].append({"request": "R9", "slot": "L9"})
    strange = write(tmp_path / "strange.json", plan)
    again = tmp_path / "again.json"
    assert outreach("match", problem, "--out", again, "--start", strange, "--quiet").returncode == 0
    assert json.loads(again.read_text())["assignments"] == plan["assignments"][:2]
    assert outreach("check", problem, again).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_its_best_plan(number: signal.Signals, tmp_path: Path) -> None:
    problem = write(tmp_path / "city.json", city(120, 30, 1))
    out = tmp_path / "plan.json"
    command = [
        *COMMAND,
        "match",
        str(problem),
        "--out",
        str(out),
        "--seconds",
        "300",
        "--quiet",
        "--json-lines",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if '"phase": "goal"' in line:
                break
        os.kill(child.pid, number)
        began = time.monotonic()
        rest = child.stdout.read()
        child.wait(20)
    assert child.returncode == (-number if number == signal.SIGKILL else 0)
    assert time.monotonic() - began < 10
    assert ('"event": "end"' in rest) == (number != signal.SIGKILL)
    assert outreach("check", problem, out).returncode == 0


def test_match_loads_no_web_and_no_database(files: tuple[Path, Path]) -> None:
    problem, out = files
    code = (
        "import sys; from outreach.cli import main\n"
        f"try: main(['match', {str(problem)!r}, '--out', {str(out)!r}, '--quiet'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'werkzeug', 'ortools'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "['ortools']"


def test_help_has_an_example_and_needs_no_solver_no_web_no_database() -> None:
    assert "Example: outreach match spring.json" in outreach("match", "--help").stdout
    assert "Example: outreach check spring.json" in outreach("check", "--help").stdout
    code = (
        "import sys; from outreach.cli import main; main(['check', '--help'], standalone_mode=False);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'ortools', 'numpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
