"""Words as long as the tables take, without a space in them: no page grows wider than a phone or a desk."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import String, select, update

from outreach.models import (
    Base,
    BlockedDays,
    Booking,
    Company,
    Hub,
    Invitation,
    Offer,
    OutboxMessage,
    Round,
    School,
    Team,
    User,
    VisitRequest,
    WaitlistEntry,
    db,
)
from outreach.services.transaction import one_transaction
from tests import build
from tests.browser.test_every_page import ROLES, addresses, fingerprint
from tests.browser.test_face import serve
from tests.cast import Cast, browser_of
from tests.test_permissions import rows

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDTHS = (320, 390, 1280)
# What people type, by table; the rest of the columns holds codes.
TYPED: dict[type[Base], tuple[str, ...]] = {
    BlockedDays: ("reason",),
    Booking: ("group_label", "crew", "cancel_reason"),
    Company: ("name_en", "name_zh", "profile_en", "profile_zh", "website"),
    Hub: ("name_en", "name_zh"),
    Invitation: ("name",),
    Offer: ("title_en", "title_zh", "summary_en", "summary_zh", "address_en", "address_zh"),
    OutboxMessage: ("subject", "body_text"),
    Round: ("name_en", "name_zh"),
    School: ("name_en", "name_zh", "address_en", "address_zh"),
    Team: ("name_en", "name_zh"),
    User: ("name", "phone"),
    VisitRequest: ("group_label", "crew", "note"),
    WaitlistEntry: ("group_label",),
}


def lengthen() -> None:
    """Fill every typed column to its end; both writings of a name differ, as two rows of one table do."""
    with one_transaction():
        for table, columns in TYPED.items():
            for number in db.session.scalars(select(table.id)).all():  # type: ignore[attr-defined]
                words = {name: long_word(table, name, number) for name in columns}
                db.session.execute(update(table).where(table.id == number).values(words))  # type: ignore[attr-defined]


def long_word(table: type[Base], column: str, number: int) -> str:
    """One word without a break: a Chinese name where the column is for Chinese."""
    kind = table.__table__.columns[column].type
    most = kind.length if isinstance(kind, String) and kind.length else 1000
    if column == "website":
        return ("https://" + "w" * most)[:most]
    return f"{number}{('圍' if column.endswith('_zh') else 'W') * most}"[:most]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("tag", ["en-HK", "zh-Hant-HK"])
def test_no_word_is_too_long_for_a_page(app: Flask, cast: Cast, browser: Browser, tag: str) -> None:
    with app.app_context():
        values = rows(cast)
        lengthen()
        db.session.execute(update(User).values(language=tag.replace("-", "_")))
        db.session.commit()
    too_wide, seen = [], set()
    with contextmanager(serve)(app) as origin:
        page = browser.new_context(locale=tag, base_url=origin).new_page()
        for who in ROLES:
            client = browser_of(app, cast, who, build.NOW)
            page.context.clear_cookies()
            for cookie in client._cookies.values():
                page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": origin}])
            for path in [*addresses(app, who, {}), *addresses(app, who, values)]:
                shown = fingerprint(client.get(path, headers={"Accept-Language": tag}).text)
                if shown in seen:
                    continue
                seen.add(shown)
                page.goto(path)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    wide = page.evaluate("document.documentElement.scrollWidth") - width
                    if wide > 0:
                        too_wide.append((who, path, width, wide))
        page.context.close()
    assert too_wide == []
    assert len(seen) > 60
