"""Every fault and refusal of the reader has a sentence, in both languages' machinery, with its parameters filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from outreach.services import school_file, school_words
from outreach.services.school_file import NotASchoolFile, RowFault

SOURCE = "".join(path.read_text() for path in Path(school_file.__file__).parent.glob("*.py"))
FAULT = r'fault\((?:name|"\w+"), "(\w+)"|RowFault\([^()]*(?:\([^()]*\))?[^()]*?, "([a-z_]+)"'
PARAMS = dict.fromkeys(
    (
        "value",
        "limit",
        "number",
        "line",
        "found",
        "expected",
        "lines",
        "name",
        "megabytes",
        "columns",
        "rows",
    ),
    "5%",
)


def test_the_reader_and_the_words_know_the_same_codes() -> None:
    faults = {first or second for first, second in re.findall(FAULT, SOURCE)}
    assert faults == set(school_words._FAULTS)
    assert set(re.findall(r'NotASchoolFile\("(\w+)"', SOURCE)) == set(school_words._REFUSALS)


@pytest.mark.parametrize("language", ["en_HK", "zh_Hant_HK"])
def test_every_code_is_said(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        said = [school_words.describe(RowFault(1, "", code, PARAMS)) for code in school_words._FAULTS]
        said += [
            school_words.describe_refusal(NotASchoolFile(code, **PARAMS)) for code in school_words._REFUSALS
        ]
        said += [
            school_words.describe_left_out(reason, rows)
            for reason in school_words._LEFT_OUT
            for rows in (1, 1234)
        ]
    assert all(said)
    assert [sentence for sentence in said if "%(" in sentence] == []
    assert sum("1,234" in sentence for sentence in said) == len(school_words._LEFT_OUT)
