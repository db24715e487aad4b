"""What a solver run draws: on a terminal one block that is redrawn, elsewhere a line now and then."""

from __future__ import annotations

import io

import pytest

from outreach.cli.progress import ProgressLine

Event = dict[str, object]


class Terminal(io.StringIO):
    """A stream on which somebody watches."""

    def isatty(self) -> bool:
        return True


def bound(seconds: float, value: int, limit: int, goal: str = "groups") -> Event:
    return {"event": "bound", "goal": goal, "value": value, "bound": limit, "seconds": seconds}


def phase(seconds: float, name: str) -> Event:
    return {"event": "phase", "phase": name, "goal": None, "seconds": seconds}


END: Event = {
    "event": "end",
    "status": "optimal",
    "objectives": [{"name": "groups", "value": 7, "bound": 7, "proven": True}],
    "seconds": 5,
}


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")


def test_a_terminal_shows_the_bar_and_a_row_for_each_goal() -> None:
    stream = Terminal()
    line = ProgressLine(10, quiet=False, stream=stream)
    line.show(phase(0, "candidates"))
    first = stream.getvalue()
    assert first == "\r\x1b[K[--------------------] 0 of 10 s, candidates\n"
    line.show(bound(2, 5, 9))
    line.show(bound(2.5, 12, 3, "travel"))
    before = len(stream.getvalue())
    line.show(END)
    assert stream.getvalue()[before:] == (
        "\r\x1b[3A"
        "\x1b[K[##########----------] 5 of 10 s, optimal\n"
        "\x1b[K  groups                7  proven\n"
        "\x1b[K  travel               12  at least 3\n"
    )


def test_a_row_that_would_wrap_is_cut() -> None:
    stream = Terminal()
    ProgressLine(10, quiet=False, stream=stream).show(phase(0, "x" * 90))
    assert stream.getvalue() == f"\r\x1b[K[--------------------] 0 of 10 s, {'x' * 25}\n"


def test_the_bar_moves_on_while_nothing_is_told() -> None:
    stream = Terminal()
    line = ProgressLine(10, quiet=False, stream=stream)
    line.show(phase(3, "relaxation"))
    line.tick()
    assert stream.getvalue().count("relaxation") == 1
    line.began -= 2
    line.tick()
    line.tick()
    assert stream.getvalue().count("relaxation") == 2
    assert "5 of 10 s" in stream.getvalue()


def test_where_nobody_watches_a_line_a_second_and_the_last_one() -> None:
    stream = io.StringIO()
    line = ProgressLine(10, quiet=False, stream=stream)
    for event in (phase(0, "candidates"), bound(0.5, 5, 9), bound(1.2, 6, 9), bound(1.3, 7, 8), END):
        line.show(event)
    line.began -= 100
    line.tick()
    assert stream.getvalue().splitlines() == [
        "[--------------------] candidates",
        "[##------------------] 1 s, candidates: groups 6 (bound 9)",
        "[##########----------] 5 s, optimal: groups 7",
    ]


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_quiet_is_quiet(stream: io.StringIO) -> None:
    line = ProgressLine(10, quiet=True, stream=stream)
    line.show(END)
    line.began -= 100
    line.tick()
    assert stream.getvalue() == ""


def test_no_stderr_at_all_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started with 2>&-, Python has None for it."""
    monkeypatch.setattr("sys.stderr", None)
    line = ProgressLine(10, quiet=False)
    line.show(END)
    assert line.quiet
