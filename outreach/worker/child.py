"""The core as a child process: started, listened to, asked to stop, killed when it does not, always reaped.

The child reads its task's files and writes a result file in a folder of its own. It is given neither the database's address nor
any secret, and it starts in a process group of its own, so that whatever it starts dies with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from outreach.config import PROJECT
from outreach.services.claims import Task

# How long a child that was asked to stop may take to write its best plan.
GRACE_SECONDS = 3.0
# CP-SAT's own limit is no guarantee: past it by this much, the child is killed.
OVERRUN_SECONDS = 10.0
KEPT_COMPLAINT = 2000
# Found before the fork: between fork and exec as little as possible may happen.
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)
_PR_SET_PDEATHSIG = 1
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


# How far a child that nobody waits for stands back behind the solver and the pages.
PATIENCE = 10


class Child:
    """One command of the core at work. Use it as a context: at the end it is dead, reaped, and its folder gone."""

    def __init__(self, task: Task, command: list[str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="outreach-run-")
        self.folder = Path(self._folder.name)
        for name, content in task.files.items():
            (self.folder / name).write_text(content, encoding="utf-8")
        self._result = self.folder / task.result
        self.started = time.monotonic()
        self.deadline = self.started + task.seconds + OVERRUN_SECONDS
        self.killed = False
        self._stop_deadline: float | None = None
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        with (self.folder / "complaints").open("wb") as complaints:
            self.process = subprocess.Popen(
                command or [sys.executable, "-m", "outreach", *task.command],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=_environment(),
                start_new_session=True,
                preexec_fn=_leave_with_parent_patiently if task.patient else _leave_with_parent,
            )
        self._listener = threading.Thread(target=self._listen, name=f"child-{task.number}", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        lines: IO[bytes] | None = self.process.stdout
        for line in lines or ():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    self._events.put(event)

    def events(self) -> list[dict[str, Any]]:
        """What the child has told since the last time."""
        told = []
        with contextlib.suppress(queue.Empty):
            while True:
                told.append(self._events.get_nowait())
        return told

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds`; True when the child has ended. Kills it when one of its deadlines has passed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        if self.process.returncode is not None:
            self._listener.join(5)
            return True
        now = time.monotonic()
        if now > self.deadline or (self._stop_deadline is not None and now > self._stop_deadline):
            self.kill()
        return False

    def stop(self) -> None:
        """Ask it to end with the best plan it has. Asked again and again: a stop before the search begins is forgotten."""
        if self._stop_deadline is None:
            self._stop_deadline = time.monotonic() + GRACE_SECONDS
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def result(self) -> str | None:
        """The last result it wrote, whole; None when it wrote none. Results are put in place atomically."""
        return self._result.read_text(encoding="utf-8") if self._result.exists() else None

    def complaint(self) -> str:
        """The end of what it wrote to stderr."""
        return (self.folder / "complaints").read_bytes()[-KEPT_COMPLAINT:].decode("utf-8", "replace").strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        self.process.wait()
        self._listener.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._folder.cleanup()


def _leave_with_parent() -> None:
    # Where the system can (Linux), the child is told to end when the worker was killed without a chance to say so.
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _leave_with_parent_patiently() -> None:
    _leave_with_parent()
    os.nice(PATIENCE)


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
