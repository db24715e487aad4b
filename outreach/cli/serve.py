"""`outreach run`: the whole service on one machine, web pages and worker, started and stopped together.

Both are children in sessions of their own, so that Ctrl-C reaches only this process and it decides the order of
leaving. On a server, two services of the system take this place: README.md, "How to deploy".
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import click

# Longer than gunicorn gives a request to end, so that nobody is cut off before their answer.
GRACE_SECONDS = 15
READY_SECONDS = 60
_PR_SET_PDEATHSIG = 1


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="Fill an empty database with the demo city first.")
def run_command(*, host: str, port: int, demo: bool) -> None:
    """Bring the database up to date, then serve web pages and run the worker until Ctrl-C.

    Example: outreach run --demo --port 8001
    """
    _refuse_taken_port(host, port)
    address = f"http://{host}:{port}"
    # Links in letters must lead back here, whichever port was chosen.
    os.environ.setdefault("OUTREACH_PUBLIC_URL", address)
    _carry_out("db", "upgrade")
    if demo:
        _carry_out("demo", "--if-empty")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    children = {"web": _start(*_gunicorn(host, port)), "worker": _start("outreach", "worker")}
    try:
        ended = _wait_until_ready(host, port, children, stop)
        if not ended and not stop.is_set():
            click.echo(f"Outreach is ready at {address}. Ctrl-C stops it.")
            ended = _watch(children, stop)
    finally:
        _stop_all(children)
    if ended:
        raise click.ClickException(f"The {ended} process ended by itself; everything was stopped.")
    click.echo("Outreach has stopped.")


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        # As gunicorn does: a port whose last connections are only fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise click.ClickException(
                f"Port {port} of {host} cannot be used ({fault.strerror}). Choose another: make run PORT={port + 1}"
            ) from fault


def _gunicorn(host: str, port: int) -> tuple[str, ...]:
    # The control socket is one file for all instances of a user: two of them would meet there.
    options = "--worker-class gthread --workers 2 --threads 8 --graceful-timeout 10 --no-control-socket --log-level warning"
    return ("gunicorn", *options.split(), "--bind", f"{host}:{port}", "outreach.app:create_app()")


def _carry_out(*command: str) -> None:
    if subprocess.run([sys.executable, "-m", "outreach", *command], check=False).returncode:
        raise click.ClickException(f"outreach {' '.join(command)} did not succeed; the lines above say why.")


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_leave_with_parent,
    )


def _leave_with_parent() -> None:
    # Where the system can (Linux), a child is told to end when this process was killed without a chance to say so.
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(
    host: str, port: int, children: dict[str, subprocess.Popen[bytes]], stop: threading.Event
) -> str | None:
    """Wait for the first answer; the name of a child that ended instead, if one did."""
    deadline = time.monotonic() + READY_SECONDS
    while not stop.wait(0.1):
        ended = _ended(children)
        if ended or time.monotonic() > deadline:
            return ended or "web"
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        return None
    return None


def _watch(children: dict[str, subprocess.Popen[bytes]], stop: threading.Event) -> str | None:
    """Wait until somebody asks to stop, or a child ends; then its name."""
    while not stop.wait(0.5):
        ended = _ended(children)
        if ended:
            return ended
    return None


def _ended(children: dict[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def _stop_all(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            # The child leads a session of its own, so this ends what it started, too.
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
