"""A measured process: what it says, what it costs, and that it ends."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.bench import running
from tests.bench.matching import main
from tests.bench.running import measured
from tests.bench.solvers import present


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_lines_have_their_moment_and_the_process_its_cost() -> None:
    program = "import time; print('one', flush=True); held = b'x' * 80_000_000; time.sleep(0.3); print('two')"
    outcome = measured(python(program), 20, one_core=False)
    assert [text for *_, text in outcome.lines] == ["one\n", "two\n"]
    assert outcome.lines[1][0] - outcome.lines[0][0] >= 0.3
    assert (outcome.status, outcome.killed) == (0, False)
    assert outcome.seconds >= outcome.lines[1][0]
    assert outcome.peak_megabytes > 80
    assert outcome.processor_seconds > 0


def test_a_process_that_does_not_end_is_killed_and_what_it_said_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "LEAST_PATIENCE_SECONDS", 1.0)
    outcome = measured(python("import time; print('one', flush=True); time.sleep(60)"), 1.0, one_core=False)
    assert outcome.killed
    assert outcome.seconds < 30
    assert [text for *_, text in outcome.lines] == ["one\n"]


def test_last_words_of_a_process_that_fails_are_kept() -> None:
    outcome = measured(python("raise SystemExit('no way')"), 20, one_core=False)
    assert (outcome.status, outcome.last_words) == (1, "no way")


def test_one_core_is_one_core_and_the_parent_keeps_its_own() -> None:
    before = os.sched_getaffinity(0)
    outcome = measured(python("import os; print(len(os.sched_getaffinity(0)))"), 20, one_core=True)
    assert outcome.lines[0][2] == "1\n"
    assert os.sched_getaffinity(0) == before


def test_without_java_timefold_is_left_out_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert present(["fcfs", "timefold-java", "outreach"], tmp_path) == ["outreach", "fcfs"]
    assert capsys.readouterr().out == "Timefold is left out: there is no Java here\n"


def test_the_command_writes_table_figures_and_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "tiny",
        "--seconds",
        "20",
        "--solvers",
        "outreach,deferred,fcfs",
        "--modes",
        "wall",
        "--out",
        str(tmp_path),
    ]
    main(asked)
    figures = json.loads((tmp_path / "matching.json").read_text())
    assert [(run["solver"], run["faults"]) for run in figures["runs"]] == [
        ("outreach", []),
        ("deferred", []),
        ("fcfs", []),
    ]
    assert all(run["points"] for run in figures["runs"])
    assert (tmp_path / "tiny-wall.svg").read_text().startswith("<svg ")
    assert "| Outreach |" in capsys.readouterr().out


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--solvers", "oracle"])
    assert "there is no 'oracle'" in capsys.readouterr().err
