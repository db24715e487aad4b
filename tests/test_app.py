"""What the factory says when something that it switches on is not there."""

from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from outreach import app
from outreach.models.words import LOCALES


def compiled(translations: Path, *locales: str) -> None:
    """Put a catalogue where the application looks for it."""
    for locale in locales:
        target = translations / locale / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True)
        target.touch()


def warned_of(translations: Path) -> list[list[str]]:
    """The languages that each warning names."""
    with capture_logs() as heard:
        app._warn_of_missing_words(translations)
    assert {entry["log_level"] for entry in heard} <= {"warning"}
    return [entry["languages"] for entry in heard]


def test_a_language_without_its_catalogue_is_named_once(tmp_path: Path) -> None:
    compiled(tmp_path, "en_HK")
    assert warned_of(tmp_path) == [["zh_Hant_HK"]]


def test_nothing_is_said_when_all_are_compiled(tmp_path: Path) -> None:
    compiled(tmp_path, *LOCALES)
    assert warned_of(tmp_path) == []
