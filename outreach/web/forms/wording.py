"""What the library says about a field, in our words: one sentence that names the field and says what to mend.

WTForms has no zh_Hant_HK (it would fall to Simplified Chinese), and "Not a valid choice." says neither where nor what.
"""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import Field

# WTForms' own text -> ours. Whatever is not named here gets `OTHERWISE`.
OURS: dict[str, LazyString] = {
    "Not a valid choice.": _l("Choose one of the answers under “%(field)s”."),
    "Invalid Choice: could not coerce.": _l("Choose one of the answers under “%(field)s”."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l(
        "Choose only from the answers under “%(field)s”."
    ),
    "'%(value)s' is not a valid choice for this field.": _l(
        "Choose only from the answers under “%(field)s”."
    ),
    "Not a valid integer value.": _l("Enter a whole number under “%(field)s”, for example 30."),
    "Not a valid float value.": _l("Enter a number under “%(field)s”, for example 114.2."),
    "Not a valid date value.": _l("Enter a date under “%(field)s”, for example 2027-03-04."),
    "Not a valid time value.": _l("Enter a time under “%(field)s”, for example 09:30."),
    "This field is required.": _l("Fill in “%(field)s”."),
}
OTHERWISE = _l("Check your answer under “%(field)s”.")


class Sentence(str):
    """A finished sentence: the library would put the rejected value into its own, which ours does not repeat."""

    def __mod__(self, _values: Any) -> Sentence:
        return self


class Words:
    """The translations of one field, as WTForms asks for them. The field is set once it is made."""

    field: Field | None = None

    def gettext(self, text: str) -> Sentence:
        """Our sentence for the library's."""
        if self.field is None:
            # The name of a hidden field, which has no label.
            return Sentence(text)
        words = OURS.get(text, OTHERWISE)
        return Sentence(str(words) % {"field": self.field.label.text})

    def ngettext(self, singular: str, _plural: str, _number: int) -> Sentence:
        """The library counts rejected values or characters; ours says the same for one and for many."""
        return self.gettext(singular)
