"""The statements at the foot of every page can be read by everybody, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.app import create_app
from outreach.config import Settings
from outreach.models import db
from tests.html import Page, faults_of


@pytest.fixture
def anybody(tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser on an application whose database is empty: the statements ask it nothing."""
    settings = Settings(
        environment="test",
        instance=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'empty.sqlite'}",
        secret_key="a key that only tests know, and long",
        public_url="http://outreach.test",
    )
    app: Flask = create_app(settings)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("address", ["/accessibility", "/privacy"])
@pytest.mark.parametrize("language", ["en-HK", "zh-Hant-HK"])
def test_a_statement_is_for_everybody(anybody: FlaskClient, address: str, language: str) -> None:
    answer = anybody.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert faults_of(answer.text) == []
    assert Page(answer.text).language == language


def test_every_page_leads_to_them(anybody: FlaskClient) -> None:
    page = anybody.get("/no-such-page").text
    assert [address for address in ("/accessibility", "/privacy") if f'href="{address}"' not in page] == []
