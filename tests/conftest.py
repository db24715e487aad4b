"""What every test may ask for by name.

`database`   a fresh, migrated database; the test runs twice, on SQLite and on PostgreSQL
`bare`       the same, without any table (for tests of migrations)
`settings`   Settings on that database, with an instance folder of the test's own
`app`        the application made from them; `client` a browser without pictures
`full`       True under `make soak`: a race or crash test then runs its full figure
`figures`    `figures("seats oversold", 0)` prints a line at the end of the run, before pytest's summary
`clock`      it is Monday, 23 November 2026, ten o'clock in Hong Kong
`cast`       the fixed cast (tests/cast.py); `as_("tess")` a browser in which Tess is signed in
`post_office` a real SMTP server that keeps what it is handed
`browser`    a real Chromium (Playwright), one per test process
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import time_machine
from jinja2 import BytecodeCache, FileSystemBytecodeCache

from tests import build
from tests.cast import Cast, browser_of, make_cast
from tests.chromium import arguments, chromium
from tests.engines import ENGINES, Database, NoPostgres, PostgresSource, Source, SqliteSource
from tests.smtp_server import PostOffice

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from outreach.config import Settings

CI = os.environ.get("CI") == "true"

# Settings of whoever runs the suite must not reach the tests.
for name in [name for name in os.environ if name.startswith("OUTREACH_") or name in ("DATABASE_URL", "PORT")]:
    del os.environ[name]

# The same examples each time: a red suite must be red again at the next desk.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("suite")

Figures = Callable[[str, object], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` is what `make soak` adds."""
    parser.addoption("--full", action="store_true", help="run races and crashes at their full figures")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests counted; a figure travels with its test's report, so also out of another process."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    noted = [
        (report.nodeid.rpartition("::")[2], *figure)
        for report in reports
        if report.when == "call"
        for name, figure in report.user_properties
        if name == "figure"
    ]
    if noted:
        terminalreporter.section("figures")
        for test, what, value in noted:
            terminalreporter.write_line(f"{value:>12}  {what}  ({test})")


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether the full figure is asked for."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Note a figure for the end of the run."""
    return lambda what, value: request.node.user_properties.append(("figure", (what, str(value))))


@pytest.fixture(scope="session")
def _sources() -> Iterator[dict[str, Source]]:
    """Sources already opened, by engine: a run of pure tests starts no database."""
    opened: dict[str, Source] = {}
    yield opened
    for source in opened.values():
        source.close()


def _open(engine: str, opened: dict[str, Source]) -> Source:
    if engine not in opened:
        try:
            opened[engine] = SqliteSource(migrate) if engine == "sqlite" else PostgresSource(migrate)
        except NoPostgres as reason:
            left_out(f"PostgreSQL is left out: {reason}")
    return opened[engine]


def left_out(reason: str) -> None:
    """Skip with a reason; with CI=true nothing may be left out, so fail."""
    if CI:
        pytest.fail(f"{reason} (CI=true leaves nothing out)", pytrace=False)
    pytest.skip(reason)


def migrate(url: str) -> None:
    """All migrations, from nothing to head, as `outreach db upgrade` runs them."""
    from flask_migrate import upgrade

    from outreach.app import create_app
    from outreach.config import Settings

    application = create_app(Settings(environment="test", database_url=url, secret_key="x" * 32))
    with application.app_context():
        upgrade()
    _release(application)


def _release(application: Flask) -> None:
    from outreach.models import db

    with application.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, _sources: dict[str, Source]) -> Iterator[Database]:
    """A fresh, migrated database of each engine."""
    source = _open(request.param, _sources)
    made = source.fresh()
    yield made
    source.drop(made)


@pytest.fixture(params=ENGINES)
def bare(request: pytest.FixtureRequest, _sources: dict[str, Source]) -> Iterator[Database]:
    """A database of each engine without any table."""
    source = _open(request.param, _sources)
    made = source.fresh(migrated=False)
    yield made
    source.drop(made)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Settings for one test: its own database, its own instance folder, letters into files."""
    from outreach.config import Settings

    return Settings(
        environment="test",
        instance=tmp_path / "instance",
        database_url=database.url,
        secret_key="a key that only tests know, and long",
        public_url="http://outreach.test",
    )


@pytest.fixture(scope="session")
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates compiled once for all applications of a test process: a first page costs 7 ms instead of 140."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, _compiled: BytecodeCache) -> Iterator[Flask]:
    """The application on the test's database. No application context is pushed: take one where you need it."""
    from outreach.app import create_app

    application = create_app(settings)
    application.jinja_env.bytecode_cache = _compiled
    yield application
    _release(application)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that keeps cookies."""
    return app.test_client()


@pytest.fixture
def clock() -> Iterator[None]:
    """It is a quiet Monday morning, `build.NOW`, and the clock ticks."""
    with time_machine.travel(build.NOW, tick=True):
        yield


@pytest.fixture
def cast(app: Flask, clock: None) -> Cast:
    """The fixed cast, written into the test's database."""
    with app.app_context():
        return make_cast(build.NOW)


@pytest.fixture
def as_(app: Flask, cast: Cast) -> Callable[[str], FlaskClient]:
    """`as_("tess")` is a browser in which Tess is signed in; `as_("nobody")` one in which nobody is."""
    return lambda name: browser_of(app, cast, name, build.NOW)


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A real SMTP server, which can be told to misbehave."""
    with PostOffice() as office:
        yield office


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless; pages are the test's own to open and close."""
    path = chromium()
    if path is None:
        left_out("the tests in a browser are left out: there is no Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=arguments())
        yield opened
        opened.close()
