"""A company's profile and limits, the search of the list and the filter of the roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import HiddenField

from outreach.letters import in_language
from outreach.models import Company, Hub
from outreach.services.companies import CompanyFacts
from outreach.web.forms.base import (
    Form,
    SearchForm,
    at_most,
    between,
    choices_of,
    fill,
    optional,
    or_else,
    stripped,
)

WRITTEN = ("name_en", "name_zh", "profile_en", "profile_zh", "website")
NAMED = or_else("name_zh", _l("Give a name in at least one language."))
LIMITS = ("max_sessions_per_week", "max_sessions")


def limit(label: Any) -> IntegerField:
    """A limit, or none."""
    return IntegerField(label, [optional(), between(1, 10_000)])


class CompanyForm(Form):
    """What a company says about itself."""

    name_en = StringField(_l("Name in English"), [at_most(200), NAMED], [stripped])
    name_zh = StringField(_l("Name in Chinese"), [at_most(200)], [stripped])
    profile_en = TextAreaField(_l("About the company, in English"), [at_most(3000)], [stripped])
    profile_zh = TextAreaField(_l("About the company, in Chinese"), [at_most(3000)], [stripped])
    website = StringField(_l("Web address"), [at_most(300)], [stripped])
    max_sessions_per_week = limit(_l("Sessions a week, at most"))
    max_sessions = limit(_l("Sessions in all, at most"))
    version = HiddenField()

    def facts(self) -> CompanyFacts:
        """What the deeds take."""
        typed: dict[str, Any] = {name: self._fields[name].data or "" for name in WRITTEN}
        return CompanyFacts(**typed, **{name: self._fields[name].data for name in LIMITS})

    def show(self, company: Company) -> None:
        """Preset everything from a company."""
        fill(self, company, (*WRITTEN, *LIMITS))
        self.version.data = str(company.version)


class NewCompanyForm(CompanyForm):
    """The same with its hub, which is chosen once."""

    hub_id = SelectField(_l("Hub that acts for it"))

    def __init__(self, hubs: Sequence[Hub], *args: Any, none: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {str(hub.id): in_language(hub, "name").text for hub in hubs}
        self.hub_id.choices = choices_of({"": _l("None"), **names} if none else names)

    def hub(self) -> int | None:
        """The hub's number, or None."""
        return int(self.hub_id.data) if self.hub_id.data else None


class HubForm(Form):
    """The names of a hub."""

    name_en = StringField(_l("Name in English"), [at_most(200), NAMED], [stripped])
    name_zh = StringField(_l("Name in Chinese"), [at_most(200)], [stripped])


class CompanySearchForm(SearchForm):
    """One company among a city's."""

    q = StringField(_l("Company or hub"), filters=[stripped])


class RosterForm(SearchForm):
    """Which days, and which of the reader's companies."""

    company = SelectField(_l("Company"))
    first_day = DateField(_l("From"), [optional()])
    last_day = DateField(_l("Until"), [optional()])

    def __init__(self, companies: Sequence[Company], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {str(company.id): in_language(company, "name").text for company in companies}
        self.company.choices = choices_of({"": _l("All companies"), **names})

    def wanted(self, first_day: date, last_day: date) -> dict[str, Any]:
        """The filter, with these days where none or no real ones were given."""
        found = self.known()
        self.first_day.data = found["first_day"] or first_day
        self.last_day.data = found["last_day"] or max(last_day, self.first_day.data)
        return {
            "company_id": int(found["company"]) if found["company"] else None,
            "first_day": self.first_day.data,
            "last_day": self.last_day.data,
        }
