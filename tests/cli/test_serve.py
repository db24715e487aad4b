"""`outreach run` as somebody types it: both processes start, answer, and leave together, whoever ends first."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest


class Service:
    """One `outreach run` and the processes below it."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "outreach", "run", "--port", str(self.port)],
            env={**os.environ, "OUTREACH_INSTANCE": str(folder), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.below: list[psutil.Process] = []

    def wait_until_ready(self) -> None:
        """Read up to the line that says so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == f"Outreach is ready at http://127.0.0.1:{self.port}. Ctrl-C stops it.\n":
                self.below = psutil.Process(self.process.pid).children(recursive=True)
                return
        raise AssertionError("it ended before it was ready")

    def names(self) -> list[str]:
        """What runs below it: the second word of a `python -m` line."""
        return sorted(process.cmdline()[2] for process in psutil.Process(self.process.pid).children())

    def end(self) -> tuple[int, str]:
        """Its exit code and what it said last."""
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said

    def gone(self) -> bool:
        """Whether nothing is left of what it started, within a few seconds."""
        _, alive = psutil.wait_procs(self.below, timeout=30)
        return alive == []


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that answers."""
    started = Service(tmp_path)
    try:
        started.wait_until_ready()
        yield started
    finally:
        for process in [*started.below, started.process]:
            if process.is_running() if isinstance(process, psutil.Process) else process.poll() is None:
                process.kill()
        started.process.wait()
        if started.process.stdout is not None:
            started.process.stdout.close()


def test_it_serves_a_migrated_database_and_ctrl_c_ends_both(service: Service) -> None:
    connection = HTTPConnection("127.0.0.1", service.port, timeout=60)
    connection.request("GET", "/sign-in")
    assert connection.getresponse().status == 200
    connection.close()
    assert service.names() == ["gunicorn", "outreach"]
    service.process.send_signal(signal.SIGINT)
    code, said = service.end()
    assert (code, said.splitlines()[-1], service.gone()) == (0, "Outreach has stopped.", True)


def test_a_worker_that_dies_ends_the_service(service: Service) -> None:
    (worker,) = (process for process in service.below if process.cmdline()[2:4] == ["outreach", "worker"])
    worker.kill()
    code, said = service.end()
    assert code == 1
    assert said.splitlines()[-1] == "Error: The worker process ended by itself; everything was stopped."
    assert service.gone()


def test_nothing_is_left_when_it_is_killed(service: Service) -> None:
    service.process.kill()
    service.process.wait()
    assert service.gone()


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "-m", "outreach", "run", "--port", str(port)],
            env={**os.environ, "OUTREACH_INSTANCE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert re.fullmatch(
        rf"Error: Port {port} of 127.0.0.1 cannot be used \(Address already in use\)\. "
        rf"Choose another: make run PORT={port + 1}\n",
        answer.stderr,
    )
    assert list(tmp_path.iterdir()) == []
