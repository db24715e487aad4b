"""`outreach repair` as somebody at a shell uses it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bench.generate import city
from tests.matching.simple import MONDAY, document
from tests.matching.test_cli import interrupted, outreach, write

CANCELLED = {"kind": "slot-cancelled", "slot": "L0"}


def events(path: Path, *found: dict[str, Any], **more: Any) -> Path:
    return write(path, {"format": "outreach-events/1", "events": list(found)} | more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A problem with a second slot, its plan, and the first slot cancelled."""
    slots = document()["slots"]
    more = slots[0] | {"id": "L1", "start": f"{MONDAY}T14:00", "end": f"{MONDAY}T15:00"}
    write(tmp_path / "problem.json", document(slots=[more]))
    done = outreach(
        "match", tmp_path / "problem.json", "--out", tmp_path / "plan.json", "--workers", "1", "--quiet"
    )
    assert done.returncode == 0
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert {one.get("slot") for one in plan["assignments"]} & {"L0", "L1"}
    used = next(one["slot"] for one in plan["assignments"] if "slot" in one)
    events(tmp_path / "events.json", CANCELLED | {"slot": used})
    return tmp_path


def repair(folder: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    files = [folder / f"{name}.json" for name in ("problem", "plan", "events")]
    return outreach("repair", *files, "--out", folder / "repair.json", "--workers", "1", *more)


def test_repair_tells_and_writes_three_answers_that_check_passes(folder: Path) -> None:
    done = repair(folder, "--plan-out", folder / "new.json", "--problem-out", folder / "changed.json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads((folder / "repair.json").read_text())
    assert told["format"] == "outreach-repair/1"
    assert [one["policy"] for one in told["answers"]] == ["fewest-schools", "same-dates", "most-served"]
    fallen = len(told["fallen"])
    assert fallen >= 1
    for one in told["answers"]:
        assert one["proven"] and one["changes"] == fallen == len(one["moves"]) + len(one["losses"])
        assert [(step["bound"], step["proven"]) for step in one["proof"]] == [
            (step["value"], True) for step in one["proof"]
        ]
        plan = folder / f"new.{one['policy']}.json"
        assert json.loads(plan.read_text())["assignments"] == one["assignments"]
        judged = outreach("check", folder / "changed.json", plan)
        assert (judged.returncode, judged.stderr) == (0, "")
        assert f"changes {fallen}" in judged.stdout.splitlines()
        assert f"({one['policy']}): {fallen} booking" in done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == f"Of 2 bookings: {fallen} cannot stay, 0 withdrawn, 0 frozen"
    assert any(line.startswith("  moves  R") and " from L" in line and " to " in line for line in lines)
    assert sum(line.startswith("  proven: ") for line in lines) == 2 + 2 + 3


def test_one_policy_goes_to_the_plan_as_named(folder: Path) -> None:
    done = repair(folder, "--policy", "same-dates", "--plan-out", folder / "new.json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads((folder / "repair.json").read_text())
    assert [one["policy"] for one in told["answers"]] == ["same-dates"]
    new = json.loads((folder / "new.json").read_text())
    assert new["assignments"] == told["answers"][0]["assignments"]
    assert new["problem"]["sha256"] == told["problem"]["sha256"]


def test_input_that_is_refused_gives_one_clear_line(folder: Path) -> None:
    event_file, plan_file = folder / "events.json", folder / "plan.json"
    events(event_file, {"kind": "slot-cancelled", "slot": "L9"})
    done = repair(folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"outreach: {event_file}: events[0].slot: there is no slot 'L9'\n"
    event_file.write_text("[]")
    done = repair(folder)
    assert (done.returncode, done.stderr) == (2, f"outreach: {event_file}: is a list, not an object\n")
    events(event_file)
    plan = json.loads(plan_file.read_text())
    plan["assignments"].append({"request": "R9", "slot": "L0"})
    write(plan_file, plan)
    done = repair(folder)
    assert done.returncode == 2
    assert done.stderr == (
        f"outreach: {plan_file}: plan.assignments: break a rule of the problem: assignments[2]: there is no request 'R9'.\n"
    )
    assert not (folder / "repair.json").exists()
    done = repair(folder, "--problem-out", event_file)
    assert (done.returncode, done.stderr) == (2, f"outreach: {event_file}: is the events file itself\n")


def test_pins_that_nothing_can_keep_are_exit_code_3(folder: Path) -> None:
    found = document(O0={"min_pupils": 60}, R0={"kinds": ["field_visit"]}, R1={"kinds": ["field_visit"]})
    found["pins"] = [{"request": "R0", "slot": "L0"}]
    write(folder / "problem.json", found)
    outreach("match", folder / "problem.json", "--out", folder / "plan.json", "--workers", "1", "--quiet")
    events(folder / "events.json", {"kind": "request-withdrawn", "request": "R1"})
    done = repair(folder)
    assert (done.returncode, done.stderr) == (
        3,
        "outreach repair: No plan keeps the pins after these events.\n",
    )


def test_help_shows_the_events_and_an_example() -> None:
    done = outreach("repair", "--help")
    assert done.returncode == 0
    for word in ("outreach-events/1", "day-lost", "working_days", "Example: outreach repair"):
        assert word in done.stdout


def test_ctrl_c_keeps_the_best_repair(tmp_path: Path) -> None:
    problem = write(tmp_path / "problem.json", city(600, 60, seed=3))
    plan = tmp_path / "plan.json"
    outreach("match", problem, "--out", plan, "--seconds", "3", "--quiet")
    booked = json.loads(plan.read_text())["assignments"]
    slots = {one["id"]: one for one in json.loads(problem.read_text())["slots"]}
    days = [slots[one["slot"]]["start"][:10] for one in booked if "slot" in one]
    lost = max(set(days), key=days.count)
    event_file = events(tmp_path / "events.json", {"kind": "day-lost", "day": lost})
    out = tmp_path / "repair.json"
    command = ["repair", problem, plan, event_file, "--out", out, "--seconds", "100"]
    assert interrupted("(same-dates)", *command, wait=0.5) == (0, "")
    told = json.loads(out.read_text())
    assert [one["policy"] for one in told["answers"]] == ["fewest-schools", "same-dates", "most-served"]
    assert all(one["changes"] >= len(told["fallen"]) for one in told["answers"])
    # Serving the most starts from what the others found.
    groups = [one["after"]["groups"] for one in told["answers"]]
    assert groups[2] >= groups[0]
