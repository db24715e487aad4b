"""The migrations make exactly the tables of the models, on both engines, and can be taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select

from outreach.app import create_app
from outreach.config import Settings
from outreach.models import Base, db


@pytest.fixture
def empty(bare, tmp_path):
    """An application on a database without tables."""
    application = create_app(
        Settings(environment="test", instance=tmp_path, database_url=bare.url, secret_key="x" * 32)
    )
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def tables():
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_down_up(empty):
    upgrade()
    made = tables()
    assert made == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == made


def test_the_models_ask_for_nothing_that_the_migrations_do_not_make(empty):
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_both_engines_name_every_check_as_the_models_do(empty):
    upgrade()
    inspector = inspect(db.engine)
    for name, table in Base.metadata.tables.items():
        wanted = {str(one.name) for one in table.constraints if one.__class__.__name__ == "CheckConstraint"}
        found = {one["name"] for one in inspector.get_check_constraints(name)}
        assert {conventional(name, one) for one in wanted} == found, name


def conventional(table, name):
    return name if re.match(rf"ck_{table}_", name) else f"ck_{table}_{name}"


SENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AGAIN = SENT + timedelta(days=10)


@pytest.mark.parametrize(("letters", "counted_from"), [([], SENT), ([SENT, AGAIN], AGAIN)])
def test_an_invitation_of_the_first_days_may_be_answered_for_a_fortnight(empty, letters, counted_from):
    upgrade(revision="0001")
    people, asked, outbox = (Base.metadata.tables[name] for name in ("user", "invitation", "outbox_message"))
    person = {"name": "A", "phone": "", "language": "en_HK", "active": True, "created_at": SENT}
    offer = {"user_id": 1, "invited_by_id": 2, "role": "staff", "name": "A", "created_at": SENT}
    # To others, or about other things, much is written later.
    wrote = [(1, "invitation", at) for at in letters]
    wrote += [(2, "invitation", AGAIN + timedelta(1)), (1, "password_reset", AGAIN + timedelta(1))]
    with db.engine.begin() as connection:
        for number in (1, 2):
            connection.execute(people.insert().values(id=number, email=f"{number}@example.org", **person))
        connection.execute(asked.insert().values(**offer))
        for number, (user, template, at) in enumerate(wrote):
            letter = {"dedupe_key": str(number), "user_id": user, "template": template, "created_at": at}
            connection.execute(outbox.insert().values(due_at=at, expires_at=at, facts={}, **letter))
    for _time in range(2):
        upgrade()
        with db.engine.connect() as connection:
            until = connection.scalars(select(asked.c.expires_at)).all()
        assert until == [counted_from + timedelta(days=14)]
        downgrade(revision="0001")
