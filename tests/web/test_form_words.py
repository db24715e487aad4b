"""What a form says about a wrong answer: one sentence that names the field, in the reader's language, never the library's own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import wtforms
from flask import Flask
from flask_babel import force_locale
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    FloatField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)

from outreach.web.forms.base import Form, Ticks, at_most, between, choices_of, or_else, required
from outreach.web.forms.wording import OTHERWISE, OURS

CHOICES, NUMBERS = choices_of({"a": "A", "b": "B"}), choices_of({"1": "1"})


class Wrong(Form):
    """One field of each kind that can be filled in wrongly."""

    class Meta(Form.Meta):
        """Nothing is sent by a browser."""

        csrf = False

    one = SelectField("One", choices=CHOICES)
    number = SelectField("Number", choices=NUMBERS, coerce=int)
    some = Ticks("Some", choices=CHOICES)
    numbers = SelectMultipleField("Numbers", choices=NUMBERS, coerce=int)
    whole = IntegerField("Whole")
    part = FloatField("Part")
    day = DateField("Day")
    time = TimeField("Time")
    needed = StringField("Needed", required())
    blank = StringField("Blank", required())
    long = StringField("Long", [at_most(3)])
    few = IntegerField("Few", [between(1, 3000)])
    none = IntegerField("None", [between(1, 3)])
    either = StringField("Either", [or_else("other", "Say one of the two.")])
    other = StringField("Other")
    file = FileField("File", [FileRequired()])


SENT = MultiDict(
    [
        *((name, "x") for name in ("one", "number", "some", "numbers", "whole", "part", "day", "time")),
        ("some", "y"),
        ("blank", "  "),
        ("long", "four"),
        ("few", "4000"),
        ("none", "many"),
    ]
)
SAID = {
    "en_HK": {
        "one": "Choose one of the answers under “One”.",
        "number": "Choose one of the answers under “Number”.",
        "some": "Choose only from the answers under “Some”.",
        "numbers": "Choose only from the answers under “Numbers”.",
        "whole": "Enter a whole number under “Whole”, for example 30.",
        "part": "Enter a number under “Part”, for example 114.2.",
        "day": "Enter a date under “Day”, for example 2027-03-04.",
        "time": "Enter a time under “Time”, for example 09:30.",
        "needed": "Fill in “Needed”.",
        "blank": "Fill in “Blank”.",
        "long": "Shorten “Long” to at most 3 characters.",
        "few": "Enter a number from 1 to 3,000 under “Few”.",
        "none": "Enter a whole number under “None”, for example 30.",
        "either": "Say one of the two.",
        "file": "Fill in “File”.",
    },
    "zh_Hant_HK": {
        "one": "請在「One」選擇其中一個答案。",
        "number": "請在「Number」選擇其中一個答案。",
        "some": "請只選擇「Some」所列的答案。",
        "numbers": "請只選擇「Numbers」所列的答案。",
        "whole": "請在「Whole」輸入整數，例如30。",
        "part": "請在「Part」輸入數字，例如114.2。",
        "day": "請在「Day」輸入日期，例如2027-03-04。",
        "time": "請在「Time」輸入時間，例如09:30。",
        "needed": "請填寫「Needed」。",
        "blank": "請填寫「Blank」。",
        "long": "「Long」最多3個字元，請縮短。",
        "few": "請在「Few」輸入1至3,000之間的數字。",
        "none": "請在「None」輸入整數，例如30。",
        "either": "Say one of the two.",
        "file": "請填寫「File」。",
    },
}


@pytest.mark.parametrize("language", SAID)
def test_every_complaint_names_its_field(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        form = Wrong(SENT)
        assert form.validate() is False
        assert {name: [str(error) for error in errors] for name, errors in form.errors.items()} == {
            name: [sentence] for name, sentence in SAID[language].items()
        }


def library_texts() -> set[str]:
    """Every text that WTForms hands to its translations."""
    found = set()
    for path in Path(wtforms.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("gettext", "ngettext"):
                found |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    return {text for text in found if isinstance(text, str)}


def test_nothing_that_the_library_can_say_gets_through(app: Flask) -> None:
    texts = library_texts()
    # The library still says what we have words for; a new version may have changed a text.
    assert set(OURS) - texts == set()
    with app.test_request_context():
        field = Wrong()["one"]
        said = {text: field.gettext(text) % {} for text in texts}
        assert {text for text, ours in said.items() if "“One”" not in ours} == set()
        assert said["Invalid UUID."] == str(OTHERWISE) % {"field": "One"}
