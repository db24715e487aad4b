"""Catalogues are compiled as they are written, and a broken one stops the build."""

from __future__ import annotations

import gettext
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / ".ci/compile_translations.py"
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def compiled(folder: Path, text: str, *, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """Compile one Chinese catalogue that holds `text`."""
    source = folder / "zh_Hant_HK/LC_MESSAGES/messages.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(HEADER + text, "utf-8")
    answer = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)
    assert (answer.returncode != 0) == fails, answer.stderr
    return answer


def test_a_catalogue_is_compiled_and_again_only_when_it_changed(tmp_path: Path) -> None:
    target = tmp_path / "zh_Hant_HK/LC_MESSAGES/messages.mo"
    answer = compiled(tmp_path, 'msgid "School"\nmsgstr "學校"\n')
    assert answer.stdout == f"compiled {target}\n"
    with target.open("rb") as lines:
        assert gettext.GNUTranslations(lines).gettext("School") == "學校"
    later = target.stat().st_mtime + 10
    os.utime(target, (later, later))
    assert compiled(tmp_path, 'msgid "School"\nmsgstr "學校"\n').stdout == ""


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("nonsense\n", "PoFileError"),
        (
            '#, python-format\nmsgid "%(number)s schools"\nmsgstr "%(nummer)s 所學校"\n',
            "unknown named placeholder 'nummer'",
        ),
    ],
)
def test_a_broken_catalogue_is_refused_and_leaves_nothing(broken: str, said: str, tmp_path: Path) -> None:
    assert said in compiled(tmp_path, broken, fails=True).stderr
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [".po"]
