"""Which schools of the fairness ledger are shown, and in which order."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField

from outreach.models.district import DISTRICTS
from outreach.services.ledger import NEEDIEST_FIRST, NEW, OFTEN, ONCE, SORTS, LedgerFilter
from outreach.services.school_words import SECTIONS, TYPES
from outreach.web.context import district_name
from outreach.web.forms.base import SearchForm, choices_of, stripped

HISTORIES: dict[str, LazyString] = {
    NEW: _l("Asks for the first time"),
    ONCE: _l("Asked in one round"),
    OFTEN: _l("Asked in several rounds"),
}


class LedgerFilterForm(SearchForm):
    """Part of a name, and the facts by which the ledger is sliced. `sort` travels along."""

    q = StringField(_l("Part of the name, in English or Chinese"), filters=[stripped])
    district = SelectField(_l("District"))
    section = SelectField(_l("Level"))
    finance_type = SelectField(_l("Type"))
    history = SelectField(_l("Earlier rounds"))
    sort = HiddenField(default=NEEDIEST_FIRST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        districts = {district.code: district_name(district.code) for district in DISTRICTS}
        self.district.choices = choices_of({"": _l("All districts"), **districts})
        self.section.choices = choices_of({"": _l("All levels"), **SECTIONS})
        self.finance_type.choices = choices_of({"": _l("All types"), **TYPES})
        self.history.choices = choices_of({"": _l("All schools"), **HISTORIES})
        if (self.sort.data or "").removeprefix("-") not in ("name", *SORTS):
            self.sort.data = NEEDIEST_FIRST

    def wanted(self) -> LedgerFilter:
        """The filter as the ledger takes it."""
        found = {name: value or "" for name, value in self.known().items()}
        return LedgerFilter(words=found.pop("q"), **found)

    def asked_for(self) -> dict[str, str]:
        """The filters that are set, for an address that keeps them."""
        return {name: value for name, value in self.known().items() if value}
