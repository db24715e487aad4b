"""A school's day, its blocked days, the search for schools, and the upload of the official file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import DataRequired

from outreach.models.district import DISTRICTS
from outreach.services.school_words import SECTIONS
from outreach.web.context import district_name
from outreach.web.forms.base import (
    Form,
    SearchForm,
    at_most,
    between,
    choices_of,
    optional,
    required,
    stripped,
)


class SchoolDayForm(Form):
    """When the school day begins and ends, and how many groups may take part."""

    day_start = TimeField(_l("The school day begins"), required())
    day_end = TimeField(_l("Dismissal"), required())
    max_per_day = IntegerField(
        _l("Groups on one day, at most"),
        [*required(), between(1, 20)],
    )
    max_bookings = IntegerField(
        _l("Groups in one round, at most"),
        [optional(), between(1, 1000)],
    )
    version = HiddenField()


class BlockedDaysForm(Form):
    """One stretch of days; a single day needs the first field only."""

    first_day = DateField(_l("First day"), required(_l("Enter the first day.")))
    last_day = DateField(_l("Last day"), [optional()])
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why, in a few words.")), at_most(120)], [stripped]
    )

    def facts(self) -> dict[str, Any]:
        """What the deed takes."""
        return {**self.values(), "last_day": self.last_day.data or self.first_day.data}


class SchoolSearchForm(SearchForm):
    """Part of a name, a district, a level."""

    q = StringField(_l("Part of the name, in English or Chinese"), filters=[stripped])
    district = SelectField(_l("District"))
    section = SelectField(_l("Level"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        districts = {district.code: district_name(district.code) for district in DISTRICTS}
        self.district.choices = choices_of({"": _l("All districts"), **districts})
        self.section.choices = choices_of({"": _l("All levels"), **SECTIONS})

    def asked(self) -> dict[str, str]:
        """What to look for."""
        found = {name: value or "" for name, value in self.known().items()}
        return {"words": found["q"], "district": found["district"], "section": found["section"]}


class SchoolFileForm(Form):
    """The file to look at."""

    file = FileField(_l("The official school file"), [FileRequired(_l("Choose a file."))])
