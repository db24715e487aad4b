"""`outreach match` at a real terminal: what a person sees there, and Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from tests.bench.generate import city

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "outreach"]


def test_a_terminal_shows_every_goal_and_ctrl_c_leaves_the_plan(tmp_path: Path) -> None:
    """A real terminal, and the key that a person presses there."""
    problem = tmp_path / "city.json"
    problem.write_text(json.dumps(city(120, 30, 1)))
    out = tmp_path / "plan.json"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [*COMMAND, "match", str(problem), "--out", str(out), "--seconds", "300"]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=take_terminal,
    ) as child:
        os.close(theirs)
        shown = read_until(ours, "of 300 s, relaxation")
        os.write(ours, b"\x03")
        shown += read_until(ours, None)
        child.wait(20)
    os.close(ours)
    assert child.returncode == 0
    assert "requests placed\r\n" in shown[-80:]
    assert all(f"  {goal} " in shown for goal in ("equity", "groups", "preference", "travel"))
    assert (
        max(len(row) for row in re.sub(r"\x1b\[\d*[AK]", "", shown).splitlines() if "plan.json" not in row)
        < 80
    )
    subprocess.run([*COMMAND, "check", str(problem), str(out)], check=True, cwd=ROOT, capture_output=True)


def take_terminal() -> None:
    """In the child: its standard input is the terminal whose Ctrl-C it hears."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_until(terminal: int, words: str | None) -> str:
    """What is shown until these words, or until the end."""
    shown = ""
    while words is None or words not in shown:
        try:
            more = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the last one has closed a terminal.
            more = b""
        if not more:
            assert words is None, shown
            break
        shown += more.decode()
    return shown
