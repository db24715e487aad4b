"""One measured process: what it says and when, its processor seconds and its peak memory, and an end if it will not end.

The process that measures stays small: a child's peak memory (`ru_maxrss`) is never told lower than that of the process it
was forked from. So plans are judged elsewhere (`judging.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

# Whoever is not at an end so long after the limit is killed; what it said before counts.
PATIENCE = 0.25
LEAST_PATIENCE_SECONDS = 5.0

Line = tuple[float, float, str]
"""Wall seconds since the start, processor seconds so far, and the line."""


@dataclass
class Outcome:
    """What a process said and what it cost."""

    lines: list[Line] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_megabytes: int = 0
    status: int = 0
    killed: bool = False
    last_words: str = ""


def measured(command: Sequence[str], limit: float, *, one_core: bool) -> Outcome:
    """Run the command to its end, or until it overruns `limit` by far; with `one_core` it and its threads share one core."""
    outcome = Outcome()
    with tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        with _cores(one_core):
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
            )
        reader = threading.Thread(target=_listen, args=(child, began, outcome.lines), daemon=True)
        reader.start()
        patience = limit + max(LEAST_PATIENCE_SECONDS, PATIENCE * limit)
        guard = threading.Timer(patience, _kill, args=(child, outcome))
        guard.start()
        _, status, usage = os.wait4(child.pid, 0)
        guard.cancel()
        outcome.seconds = time.monotonic() - began
        # wait4 has taken the exit status, which Popen must not look for again.
        child.returncode = outcome.status = os.waitstatus_to_exitcode(status)
        reader.join()
        assert child.stdout is not None
        child.stdout.close()
        outcome.processor_seconds = usage.ru_utime + usage.ru_stime
        outcome.peak_megabytes = round(usage.ru_maxrss / 1024)
        errors.seek(0)
        outcome.last_words = (errors.read().decode(errors="replace").strip().splitlines() or [""])[-1]
    return outcome


@contextmanager
def _cores(one_core: bool) -> Iterator[None]:
    """A child inherits the cores of its parent at the moment it is started."""
    before = os.sched_getaffinity(0)
    if one_core:
        os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _listen(child: subprocess.Popen[str], began: float, lines: list[Line]) -> None:
    process = psutil.Process(child.pid)
    assert child.stdout is not None
    for text in child.stdout:
        seconds = time.monotonic() - began
        lines.append((seconds, _used(process, lines), text))


def _used(process: psutil.Process, lines: Sequence[Line]) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        # It spoke and was gone: what it had used when it spoke before is the nearest that can be known.
        return lines[-1][1] if lines else 0.0
    return times.user + times.system


def _kill(child: subprocess.Popen[str], outcome: Outcome) -> None:
    outcome.killed = True
    os.killpg(child.pid, signal.SIGKILL)
