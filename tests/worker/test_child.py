"""The solver's process: what it tells is heard, it ends when it should, and nothing of it is left behind."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from outreach.services.claims import Task
from outreach.worker import child as child_room
from outreach.worker.child import Child

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
FILES = {"problem.json": '{"format": "outreach-matching/1"}', "events.json": "{}"}
COMMAND = ("match", "problem.json", "--out", "plan.json", "--seconds", "60")
RUN = Task(7, FILES, COMMAND, "plan.json", 60, NOW)


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def until_ended(child: Child, limit: float = 20.0) -> float:
    """Seconds until it has ended; fails past the limit."""
    began = time.monotonic()
    while not child.wait(0.05):
        assert time.monotonic() - began < limit
    return time.monotonic() - began


def test_the_task_is_carried_out_beside_its_files() -> None:
    with Child(replace(RUN, command=("match", "problem.json", "--out", "problem.json"))) as child:
        until_ended(child)
        assert child.process.returncode == 2
        assert "problem.json" in child.complaint()
        assert Path(child.process.args[0]) == Path(sys.executable)  # type: ignore[index,arg-type]


@pytest.mark.parametrize(("patient", "behind"), [(False, 0), (True, child_room.PATIENCE)])
def test_one_that_nobody_waits_for_stands_back(patient: bool, behind: int) -> None:
    script = "import json, os; print(json.dumps({'nice': os.nice(0)}))"
    with Child(replace(RUN, patient=patient), python(script)) as child:
        until_ended(child)
        assert child.events() == [{"nice": min(19, os.nice(0) + behind)}]


def test_what_it_tells_is_heard_and_the_rest_ignored() -> None:
    script = "print('{\"event\": \"phase\"}'); print('no json'); print('[1]'); print('{\"event\": \"end\"}')"
    with Child(RUN, python(script)) as child:
        until_ended(child)
        assert child.events() == [{"event": "phase"}, {"event": "end"}]
        assert child.events() == []
        assert child.process.returncode == 0


def test_events_are_heard_while_it_works() -> None:
    script = 'import time; print(\'{"event": "phase"}\', flush=True); time.sleep(60)'
    with Child(RUN, python(script)) as child:
        began = time.monotonic()
        events: list[dict[str, object]] = []
        while not events:
            assert time.monotonic() - began < 10
            assert not child.wait(0.05)
            events = child.events()
        assert events == [{"event": "phase"}]


def test_the_files_lie_there_and_the_result_is_found() -> None:
    child = Child(RUN, python("pass"))
    with child:
        until_ended(child)
        assert child.result() is None
        (child.folder / "plan.json").write_text("{}")
        assert child.result() == "{}"
        assert {path.name: path.read_text() for path in child.folder.glob("[pe]*.json")} == FILES | {
            "plan.json": "{}"
        }
    assert not child.folder.exists()


def test_it_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "secret")
    with Child(RUN, python("import json, os; print(json.dumps(dict(os.environ)))")) as child:
        until_ended(child)
        (environment,) = child.events()
    assert "secret" not in json.dumps(environment)
    assert environment["PATH"] == os.environ["PATH"]


def test_what_it_complains_of_is_kept_at_its_end() -> None:
    with Child(RUN, python("import sys; sys.exit('x' * 5000 + ' out of memory')")) as child:
        until_ended(child)
        assert child.process.returncode == 1
        assert child.complaint().endswith("x out of memory")
        assert len(child.complaint()) <= child_room.KEPT_COMPLAINT


def test_a_stop_lets_it_end_in_its_own_way() -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "print('{}', flush=True)\n"
        "time.sleep(60)"
    )
    with Child(RUN, python(script)) as child:
        while not child.events():
            child.wait(0.05)
        child.stop()
        assert until_ended(child) < 2
        assert (child.process.returncode, child.killed) == (0, False)


STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('{}', flush=True)\ntime.sleep(60)"


def test_one_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_room, "GRACE_SECONDS", 0.5)
    with Child(RUN, python(STUBBORN)) as child:
        while not child.events():
            child.wait(0.05)
        child.stop()
        child.stop()
        assert 0.4 < until_ended(child) < 3
        assert (child.process.returncode, child.killed) == (-9, True)


def test_one_that_overruns_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_room, "OVERRUN_SECONDS", 0.5)
    with Child(replace(RUN, seconds=1), python(STUBBORN)) as child:
        assert 1.3 < until_ended(child) < 5
        assert child.killed


def test_nothing_is_left_of_it_when_the_worker_turns_away() -> None:
    script = (
        "import subprocess, time\n"
        "started = subprocess.Popen(['sleep', '60'])\n"
        "print('{\"pid\": %d}' % started.pid, flush=True)\n"
        "time.sleep(60)"
    )
    with Child(RUN, python(script)) as child:
        told: list[dict[str, int]] = []
        while not told:
            child.wait(0.05)
            told = child.events()
        grandchild = psutil.Process(told[0]["pid"])
    assert not psutil.pid_exists(child.process.pid)
    grandchild_gone = psutil.wait_procs([grandchild], timeout=5)[0]
    assert [each.pid for each in grandchild_gone] == [told[0]["pid"]]
    assert not child.folder.exists()
