"""What deeds decide by: the number of rows that a statement touched, the same on both engines."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import update

from outreach.models import BlockedDays, School, db
from outreach.services.transaction import changed_rows, insert_or_ignore, one_transaction
from tests.cast import Cast


def test_an_insert_tells_whether_the_row_is_ours(app: Flask, cast: Cast) -> None:
    stretch = {"first_day": date(2027, 1, 4), "last_day": date(2027, 1, 8), "reason": "Examinations"}
    with app.app_context(), one_transaction():
        assert insert_or_ignore(BlockedDays, school_id=cast.primary, **stretch) is True
        assert insert_or_ignore(BlockedDays, school_id=cast.primary, **stretch) is False
        assert insert_or_ignore(BlockedDays, school_id=cast.secondary, **stretch) is True


def test_an_update_tells_how_many_rows_it_met(app: Flask, cast: Cast) -> None:
    with app.app_context(), one_transaction():
        assert changed_rows(update(School).values(weight=120)) == 2
        assert changed_rows(update(School).where(School.id == cast.primary).values(weight=100)) == 1
        assert changed_rows(update(School).where(School.weight == 7).values(weight=8)) == 0
        assert db.session.get_one(School, cast.primary).weight == 100
