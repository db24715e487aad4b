"""The product as processes of their own: a real gunicorn and a real worker on the database of a test.

    with served(database, tmp_path) as site, working(database, tmp_path):
        urlopen(f"{site.url}/")

Races, journeys and the browser need them; everything else is served well by `client`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.engines import Database

# A machine that is busy with everything else takes long to load the application.
START_SECONDS = 120

REAL = "outreach.app:create_app()"


@dataclass(frozen=True)
class Site:
    """A running site: its address, its master process, and what it has said."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def served(
    database: Database,
    folder: Path,
    *,
    factory: str = REAL,
    workers: int = 2,
    threads: int = 8,
    **settings: str,
) -> Iterator[Site]:
    """Serve web pages from `database` until the block ends.

    `factory` names what makes the application: a mutant of the suite can stand in for the real one. `settings` are
    environment variables. The socket is opened here and handed over, so two tests never meet on a port.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [
            "gunicorn",
            "--worker-class",
            "gthread",
            "--workers",
            str(workers),
            "--threads",
            str(threads),
        ]
        command += [
            "--no-control-socket",
            "--graceful-timeout",
            "5",
            "--bind",
            f"fd://{listener.fileno()}",
            factory,
        ]
        environment = _environment(database, folder, OUTREACH_PUBLIC_URL=url, **settings)
        log = folder / "web.log"
        process = _start(command, environment, log, listener.fileno())
        try:
            _await_answer(process, url, log)
            yield Site(url, process, log)
        finally:
            end(process)


@contextmanager
def working(
    database: Database, folder: Path, *, log_name: str = "worker.log", **settings: str
) -> Iterator[Path]:
    """Run the worker on `database` until the block ends; gives the file with what it says."""
    log = folder / log_name
    process = _start(["outreach", "worker"], _environment(database, folder, **settings), log)
    try:
        yield log
        assert process.poll() is None, f"the worker ended by itself:\n{log.read_text()}"
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], *, within: float = 20) -> None:
    """Ask a process to leave; end it with all it started when it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"process {process.args!r} did not leave within {within} s") from None


def _start(
    command: list[str], environment: dict[str, str], log: Path, *passed: int
) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=passed,
            start_new_session=True,
        )


def _environment(database: Database, folder: Path, **settings: str) -> dict[str, str]:
    own = {
        "DATABASE_URL": database.url,
        "OUTREACH_INSTANCE": str(folder / "instance"),
        "OUTREACH_SECRET_KEY": "a key that only tests know, and long",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **own, **settings}


def _await_answer(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    # The socket takes connections from the first moment; the answer comes when a worker has loaded the application.
    request = HTTPConnection(url.removeprefix("http://"), timeout=START_SECONDS)
    try:
        request.request("GET", "/static/css/tokens.css")
        answered = request.getresponse().status == 200
    except OSError:
        answered = False
    finally:
        request.close()
    assert answered and process.poll() is None, f"the site did not start:\n{log.read_text()}"
