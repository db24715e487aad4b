"""Every word of the pages has its Chinese; catalogues are compiled as written, and a broken one stops the build.

The words are extracted anew from the source, with the options of `make translations`: a page that was written since then
shows here what it still lacks.
"""

from __future__ import annotations

import gettext
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from tests.simplified import simplified_in

ROOT = Path(__file__).resolve().parent.parent
CHINESE = ROOT / "outreach/translations/zh_Hant_HK/LC_MESSAGES/messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "_n": (1, 2), "lazy_ngettext": (1, 2)}
HALF_WIDTH = re.compile(r"[\u3400-\u9fff」）》][,.;:!?()]|[(][\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
SCRIPT = ROOT / ".ci/compile_translations.py"
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def words_of(id_: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """A msgid with its plural, or the forms of a translation, as a tuple."""
    return (id_,) if isinstance(id_, str) else tuple(id_)


@pytest.fixture(scope="module")
def extracted() -> set[tuple[str, ...]]:
    """The words of every page, form, letter and refusal, taken from the source as it is now."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    found = extract_from_dir(
        ROOT / "outreach",
        method_map=[(each["pattern"], each["method"]) for each in mappings],
        options_map={
            each["pattern"]: {k: v for k, v in each.items() if k not in ("pattern", "method")}
            for each in mappings
        },
        keywords=KEYWORDS,
        directory_filter=lambda folder: not Path(folder).name.startswith((".", "__")),
    )
    gathered = Catalog()  # it joins what is said once alone and once with a plural, as the catalogue does
    for _file, _line, id_, _comments, context in found:
        gathered.add(id_, context=context)
    return {words_of(message.id) for message in gathered if message.id}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """The Chinese catalogue."""
    with CHINESE.open("rb") as lines:
        return read_po(lines, locale="zh_Hant_HK", abort_invalid=True)


def said(catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    """Every Chinese form with the message that it belongs to."""
    for message in catalogue:
        if message.id:
            yield from ((message, form) for form in words_of(message.string or ""))


def test_words_are_found_in_all_rooms_that_speak(extracted: set[tuple[str, ...]]) -> None:
    # One from a page, a macro (its folder begins with an underscore), a letter, a form, a refusal, a table and a plural.
    wanted = {
        ("Skip to main content",),
        ("Clear filters",),
        ("Confirm or decline",),
        ("Days on which the group cannot come",),
        ("This session is full.",),
        ("Field visit",),
        ("%(num)d pupil", "%(num)d pupils"),
    }
    assert wanted - extracted == set()


def test_every_word_has_its_chinese(extracted: set[tuple[str, ...]], catalogue: Catalog) -> None:
    translated = {words_of(message.id) for message, form in said(catalogue) if form and not message.fuzzy}
    assert sorted(extracted - translated) == []


def test_nothing_is_translated_that_nobody_says(extracted: set[tuple[str, ...]], catalogue: Catalog) -> None:
    assert sorted({words_of(message.id) for message, _ in said(catalogue)} - extracted) == []


def test_placeholders_are_those_of_the_english(catalogue: Catalog) -> None:
    differing = [
        (message.id, form)
        for message, form in said(catalogue)
        if sorted(PLACEHOLDER.findall(words_of(message.id)[-1])) != sorted(PLACEHOLDER.findall(form))
    ]
    assert differing == []


def test_no_simplified_character_stands_in_the_catalogue(catalogue: Catalog) -> None:
    assert {form: simplified_in(form) for _, form in said(catalogue) if simplified_in(form)} == {}


def test_punctuation_beside_chinese_is_full_width(catalogue: Catalog) -> None:
    assert [form for _, form in said(catalogue) if HALF_WIDTH.search(form)] == []


def test_the_catalogue_is_clean(catalogue: Catalog) -> None:
    assert catalogue.num_plurals == 1
    assert [(message.id, faults) for message, faults in catalogue.check() if faults] == []


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
    ("broken", "answer"),
    [
        ("nonsense\n", "PoFileError"),
        (
            '#, python-format\nmsgid "%(number)s schools"\nmsgstr "%(nummer)s 所學校"\n',
            "unknown named placeholder 'nummer'",
        ),
    ],
)
def test_a_broken_catalogue_is_refused_and_leaves_nothing(broken: str, answer: str, tmp_path: Path) -> None:
    assert answer in compiled(tmp_path, broken, fails=True).stderr
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [".po"]
