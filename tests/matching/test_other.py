"""A process of its own: how it comes, that it hears what it is given, and that it goes when nobody is left to hear it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Whoever starts it tells its number and how it came, gives it something or not, and waits to be killed.
PROGRAM = """
import multiprocessing, signal, sys, threading, time
from outreach.matching.solving.other import Other

if __name__ == "__main__":
    how, given = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: None)
    if how == "spawn":
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    other = Other("tests.matching.test_other:echo")
    if given == "yes":
        other.give("a word")
        print(other.connection.recv(), flush=True)
    child, = multiprocessing.active_children()
    print(type(child).__name__, child.pid, flush=True)
    time.sleep(60)
"""


def echo(connection: object, word: str) -> None:
    """What the other process does: say it again, and wait for more."""
    connection.send(word)  # type: ignore[attr-defined]
    connection.recv()  # type: ignore[attr-defined]


def gone(pid: int) -> bool:
    """Whether there is no such process, or only what is left of one that nobody has asked about."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


@pytest.mark.parametrize("struck", ["starter", "other"])
@pytest.mark.parametrize("given", ["yes", "no"])
@pytest.mark.parametrize(("how", "kind"), [("fork", "ForkProcess"), ("spawn", "SpawnProcess")])
def test_it_comes_as_is_safe_and_goes_when_it_is_to(
    how: str, kind: str, given: str, struck: str, tmp_path: Path
) -> None:
    """A process of one thread forks; beside another thread a new interpreter begins. Either ends when its starter is killed, and
    when it is asked to end, whatever its starter does about that."""
    program = tmp_path / "starter.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, str(program), how, given],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as starter:
        assert starter.stdout is not None
        if given == "yes":
            assert starter.stdout.readline() == "a word\n"
        came, pid = starter.stdout.readline().split()
        assert came == kind
        assert not gone(int(pid))
        if struck == "starter":
            starter.kill()
        until = time.monotonic() + 30
        while not gone(int(pid)) and time.monotonic() < until:
            if struck == "other":
                # Again and again: the first may come before it has got so far.
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGTERM)
            time.sleep(0.05)
        starter.kill()
        assert gone(int(pid))
