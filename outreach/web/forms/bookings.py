"""Booking a free place, declining, cancelling, and the search of the list."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import HiddenField

from outreach.web.forms.base import Form, SearchForm, at_most, choices_of, required, stripped

CANCELLER_WORDS = {
    "school": _l("The school"),
    "company": _l("The company"),
    "programme": _l("The programme office"),
    "weather": _l("Bad weather"),
}


class BookingSearchForm(SearchForm):
    """One booking among a city's."""

    q = StringField(_l("School, company, offer or booking number"), filters=[stripped])


class DeclineForm(Form):
    """A reason may be given."""

    reason = StringField(_l("Reason"), [at_most(300)], [stripped])
    version = HiddenField()


class CancelForm(Form):
    """Who cancels, and why."""

    cancelled_by = RadioField(_l("Who cancels?"), validators=required(_l("Choose who cancels.")))
    reason = TextAreaField(
        _l("Reason"), [*required(_l("Give a reason: the other side will read it.")), at_most(300)], [stripped]
    )
    version = HiddenField()

    def __init__(self, *args: Any, names: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancelled_by.choices = choices_of({name: CANCELLER_WORDS[name] for name in names})
        if len(names) == 1:
            self.cancelled_by.data = names[0]
