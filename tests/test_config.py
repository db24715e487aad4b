"""Settings work on one machine as they are, and refuse what is unsafe in public."""

from __future__ import annotations

import stat

import pytest
from pydantic import ValidationError

from outreach.config import Settings

SAFE = {
    "environment": "production",
    "secret_key": "k" * 32,
    "public_url": "https://outreach.example.org",
    "mail_transport": "smtp",
    "trusted_proxies": 0,
}


def test_one_machine_needs_no_settings(tmp_path):
    settings = Settings(instance=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path / 'outreach.sqlite3'}"
    assert settings.production is False


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = Settings(instance=tmp_path).secret()
    assert Settings(instance=tmp_path).secret() == key
    assert len(key) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_production_takes_safe_settings():
    assert Settings(**SAFE).production is True


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"secret_key": "short"}, "OUTREACH_SECRET_KEY"),
        ({"public_url": "http://outreach.example.org"}, "https://"),
        ({"mail_transport": "files"}, "OUTREACH_MAIL_TRANSPORT"),
        ({"trusted_proxies": None}, "OUTREACH_TRUSTED_PROXIES"),
        ({"public_url": "outreach.example.org"}, "OUTREACH_PUBLIC_URL"),
        ({"public_url": "https://outreach.example.org/path"}, "OUTREACH_PUBLIC_URL"),
    ],
)
def test_production_refuses_what_is_unsafe(change, word):
    with pytest.raises(ValidationError, match=word):
        Settings(**{**SAFE, **change})


@pytest.mark.parametrize("number", [0, 1, 5])
def test_production_takes_every_number_of_proxies_that_is_said(number):
    assert Settings(**{**SAFE, "trusted_proxies": number}).trusted_proxies == number


def test_proxies_that_nobody_named_are_refused_with_one_sentence():
    unsaid = {name: value for name, value in SAFE.items() if name != "trusted_proxies"}
    with pytest.raises(ValidationError, match="OUTREACH_TRUSTED_PROXIES must say in production how many"):
        Settings(**unsaid)
    assert Settings().trusted_proxies is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_psycopg(scheme):
    settings = Settings(database_url=f"{scheme}://somebody@127.0.0.1/outreach")
    assert settings.database == "postgresql+psycopg://somebody@127.0.0.1/outreach"


def test_the_environment_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////somewhere/else.sqlite3")
    monkeypatch.setenv("OUTREACH_SOLVE_SECONDS", "7")
    settings = Settings(instance=tmp_path)
    assert (settings.database, settings.solve_seconds) == ("sqlite:////somewhere/else.sqlite3", 7)


def test_there_are_at_most_twenty_settings():
    assert len(Settings.model_fields) <= 20
