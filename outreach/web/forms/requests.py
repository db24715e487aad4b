"""A request on one page: who comes, what they want, when they are free. Works without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields import HiddenField
from wtforms.fields.choices import SelectChoice

from outreach.models import VisitRequest
from outreach.models.words import KINDS, TOPICS, WEEKDAYS
from outreach.services.request_facts import FreeTime, RequestFacts, facts_of
from outreach.web.forms.base import SearchForm, Ticks, at_most, choices_of, fill, optional, required, stripped
from outreach.web.forms.wishes import WishesForm, code_of

SCHOOL_DAYS = range(5)
TRAVEL = (20, 30, 45, 60, 75, 90, 120)
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y年%m月%d日")
ANSWERS = ("group_label", "grade", "pupils", "staff", "languages", "wheelchair", "crew")
WANTED = ("kinds", "topics", "open", "max_travel_minutes", "note")


class DaysField(TextAreaField):
    """Dates, one in a line; a line that is no date is named."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the dates in any of the forms that people write here."""
        self.data: list[date] = []
        for line in re.split(r"[\n,;，；、]+", valuelist[0] if valuelist else ""):
            if line.strip():
                self.data.append(self._day(line.strip()))

    def _day(self, line: str) -> date:
        for form in DATE_FORMS:
            try:
                return datetime.strptime(line, form).date()
            except ValueError:
                continue
        words = _l("Under “%(field)s”, “%(line)s” is no date: write 2027-03-04 or 4/3/2027.")
        raise ValueError(str(words) % {"field": self.label.text, "line": line[:40]})

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(day.isoformat() for day in self.data or ())


class RequestForm(WishesForm):
    """The fields that come once for each day are added below."""

    kinds = Ticks(
        _l("What would you like?"),
        validators=required(_l("Choose a field visit, a coding session, or both.")),
        default=tuple(KINDS),
    )
    topics = Ticks(_l("Topics"))
    open = BooleanField(_l("We also take any other offer that fits"))
    exceptions = DaysField(_l("Days on which the group cannot come"))
    max_travel_minutes = SelectField(_l("Longest way there"), coerce=int, default=60)
    note = TextAreaField(_l("Anything the programme office should know"), [at_most(2000)], [stripped])
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds.choices = choices_of(KINDS)
        self.topics.choices = choices_of(TOPICS)
        self.max_travel_minutes.choices = [
            SelectChoice(value=str(minutes), label=_l("%(minutes)d minutes", minutes=minutes))
            for minutes in sorted({*TRAVEL, self.max_travel_minutes.data or TRAVEL[0]})
        ]

    def days(self) -> Iterator[tuple[Field, Field, Field]]:
        """Free, from and until of each school day."""
        for weekday in SCHOOL_DAYS:
            yield tuple(self._fields[f"{name}_{weekday}"] for name in ("free", "from", "until"))

    def facts(self) -> RequestFacts:
        """What the deeds take."""
        group = self.group()
        return RequestFacts(
            group_label=group.label,
            pupils=group.pupils,
            staff=group.staff,
            grade=group.grade,
            languages=group.languages,
            wheelchair=group.wheelchair,
            crew=group.crew,
            kinds=tuple(self.kinds.data or ()),
            topics=tuple(self.topics.data or ()),
            wishes=self.wished(),
            open=self.open.data,
            free_times=tuple(
                FreeTime(weekday, start.data, end.data)
                for weekday, (free, start, end) in enumerate(self.days())
                if free.data
            ),
            exceptions=tuple(self.exceptions.data or ()),
            max_travel_minutes=self.max_travel_minutes.data,
            note=self.note.data or "",
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """A ticked day needs its times; the deed judges everything else."""
        fine = super().validate(extra_validators)
        for free, start, end in self.days():
            if free.data and (start.data is None or end.data is None):
                free.errors = [_l("Give the times of %(day)s.", day=free.label.text)]
                fine = False
        return bool(fine)

    def show(self, visit_request: VisitRequest) -> None:
        """Preset everything from a request."""
        fill(self, visit_request, (*ANSWERS, *WANTED))
        facts = facts_of(visit_request)
        self.school_id.data = visit_request.school_id
        self.version.data = str(visit_request.version)
        self.exceptions.data = list(facts.exceptions)
        self.wishes.data = [code_of(wish) for wish in facts.wishes]
        free_times = {free_time.weekday: free_time for free_time in facts.free_times}
        for weekday, (free, start, end) in enumerate(self.days()):
            found = free_times.get(weekday)
            free.data = found is not None
            if found is not None:
                start.data, end.data = found.start_time, found.end_time

    def preset(self, school_id: int) -> None:
        """A new request: the usual school day on every day."""
        school = self.schools[school_id]
        self.school_id.data = school_id
        for free, start, end in self.days():
            free.data, start.data, end.data = True, school.day_start, school.day_end


for _weekday in SCHOOL_DAYS:
    setattr(RequestForm, f"free_{_weekday}", BooleanField(WEEKDAYS[_weekday]))
    _from = _l("%(day)s, from", day=WEEKDAYS[_weekday])
    _until = _l("%(day)s, until", day=WEEKDAYS[_weekday])
    setattr(RequestForm, f"from_{_weekday}", TimeField(_from, [optional()]))
    setattr(RequestForm, f"until_{_weekday}", TimeField(_until, [optional()]))


class FilterForm(SearchForm):
    """Which requests to list."""

    q = StringField(_l("School or group"), filters=[stripped])
    round = SelectField(_l("Round"))
    state = SelectField(_l("State"))
