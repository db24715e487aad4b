"""A deed is one transaction: committed once, or as if it had never begun."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from outreach.models import AuditEntry, Company, Hub, db
from outreach.services.transaction import (
    ChangedMeanwhile,
    Refusal,
    audit,
    changed_rows,
    deed,
    insert_or_ignore,
    one_at_a_time,
    one_transaction,
)
from tests.build import NOW


def hubs():
    db.session.rollback()
    return db.session.scalar(select(func.count(Hub.id)))


def a_hub(name):
    return Hub(name_en=name, name_zh="", created_at=NOW)


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def test_a_deed_commits_with_its_audit_entry(context):
    @deed
    def found(*, name):
        hub = a_hub(name)
        db.session.add(hub)
        audit("hub.found", hub, by=None, now=NOW, name=name)
        return hub

    hub = found(name="North Hub")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.thing, entry.thing_id, entry.detail) == (
        "hub.found",
        "hub",
        hub.id,
        {"name": "North Hub"},
    )


def test_a_refusal_leaves_nothing_behind(context):
    @deed
    def refuse():
        db.session.add(a_hub("North Hub"))
        db.session.flush()
        raise Refusal("No.")

    with pytest.raises(Refusal):
        refuse()
    assert hubs() == 0


def test_deeds_in_one_transaction_stand_or_fall_together(context):
    @deed
    def found(name):
        db.session.add(a_hub(name))

    with pytest.raises(Refusal), one_transaction():
        found("North Hub")
        found("South Hub")
        raise Refusal("No.")
    assert hubs() == 0
    with one_transaction():
        found("North Hub")
        found("South Hub")
    assert hubs() == 2


def test_a_second_transaction_inside_the_first_is_a_fault(context):
    with one_transaction(), pytest.raises(RuntimeError, match="already"), one_transaction():
        pass


def test_two_readers_of_one_version_make_one_change(context):
    with one_transaction():
        db.session.add(Company(name_en="Robo Works", name_zh="", created_at=NOW))
    with pytest.raises(ChangedMeanwhile), one_transaction():
        company = db.session.scalars(select(Company)).unique().one()
        changed_rows(
            update(Company).values(version=Company.version + 1).execution_options(synchronize_session=False)
        )
        company.name_en = "Robot Works"
    db.session.rollback()
    assert db.session.scalars(select(Company)).unique().one().name_en == "Robo Works"


def test_insert_or_ignore_tells_who_was_first(context):
    with one_transaction():
        assert insert_or_ignore(Hub, name_en="North Hub", name_zh="", created_at=NOW) is True
        assert insert_or_ignore(Hub, name_en="North Hub", name_zh="", created_at=NOW) is False
    assert hubs() == 1


def test_read_then_write_in_a_deed_loses_no_update(context):
    """Sixteen deeds read a number and write the next one: only a transaction that truly excludes the others counts to 16."""
    with one_transaction():
        db.session.add(Company(name_en="Robo Works", name_zh="", max_sessions=1, created_at=NOW))

    def count_up():
        with context.app_context():
            one_more()

    @deed
    def one_more():
        one_at_a_time("counting", now=NOW)
        company = db.session.scalars(select(Company)).unique().one()
        company.max_sessions += 1

    threads = [threading.Thread(target=count_up) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalars(select(Company)).unique().one().max_sessions == 17
