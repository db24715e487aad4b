"""The databases the suite runs on are what they claim to be: fresh, migrated, of the engine named, and not shared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import sqlalchemy
from flask import Flask

from outreach.models import Base, db
from tests.engines import Database, own_folder


def test_a_fresh_database_has_every_table_and_its_own_rows(database: Database) -> None:
    engine = sqlalchemy.create_engine(database.url)
    try:
        assert engine.dialect.name == database.engine
        assert set(sqlalchemy.inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
        with engine.begin() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM school").scalar_one() == 0
            # The next test, and this one on the other engine, must not see it.
            connection.exec_driver_sql("CREATE TABLE seen (id integer)")
    finally:
        engine.dispose()


def test_a_bare_database_has_no_table(bare: Database) -> None:
    engine = sqlalchemy.create_engine(bare.url)
    try:
        assert (engine.dialect.name, sqlalchemy.inspect(engine).get_table_names()) == (bare.engine, [])
    finally:
        engine.dispose()


def test_the_application_uses_the_database_of_the_test(app: Flask, database: Database) -> None:
    with app.app_context():
        assert db.engine.url == sqlalchemy.make_url(database.url)


def test_leftovers_of_a_killed_run_are_swept_and_others_are_not() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = own_folder("swept")
    left = mine.with_name(f"outreach-swept-{ended.pid}-left")
    fresh = mine.with_name(f"outreach-swept-{ended.pid}-fresh")
    left.mkdir()
    fresh.mkdir()
    os.utime(left, (0, 0))
    os.utime(mine, (0, 0))
    try:
        shutil.rmtree(own_folder("swept"))
        assert (left.exists(), fresh.exists(), mine.exists()) == (False, True, True)
    finally:
        shutil.rmtree(mine)
        shutil.rmtree(fresh)
