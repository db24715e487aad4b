"""A request on one page: who comes, what they want, when they are free. Works without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, TextAreaField, TimeField
from wtforms.fields import HiddenField
from wtforms.fields.choices import SelectChoice

from outreach.letters import in_language
from outreach.models import VisitRequest
from outreach.models.words import KINDS, TOPICS, WEEKDAYS
from outreach.queries.requests import CompanyOffers
from outreach.services.request_facts import FreeTime, RequestFacts, Wish, facts_of
from outreach.web.forms.base import Form, Ticks, at_most, choices_of, fill, optional, required, stripped
from outreach.web.forms.groups import GroupForm

RANKS = (_l("First wish"), _l("Second wish"), _l("Third wish"), _l("Fourth wish"), _l("Fifth wish"))
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
        raise ValueError(self.gettext("Not a valid date value.") + f" {line[:40]}")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(day.isoformat() for day in self.data or ())


class RequestForm(GroupForm):
    """The fields that come once for each day and for each wish are added below."""

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

    def __init__(
        self, *args: Any, offered: list[CompanyOffers], asked: VisitRequest | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds.choices = choices_of(KINDS)
        self.topics.choices = choices_of(TOPICS)
        self.max_travel_minutes.choices = [
            SelectChoice(value=str(minutes), label=_l("%(minutes)d minutes", minutes=minutes))
            for minutes in sorted({*TRAVEL, self.max_travel_minutes.data or TRAVEL[0]})
        ]
        choices = [SelectChoice(value="", label=_l("No wish")), *_wishes(offered)]
        # What was wished for stays wished for, though nobody else can choose it now.
        choices += [
            choice for choice in _kept(asked) if choice.value not in {known.value for known in choices}
        ]
        for wish in self.wishes():
            wish.choices = choices

    def wishes(self) -> list[Field]:
        """The five selects, the best wish first."""
        return [self._fields[f"wish_{rank}"] for rank in range(1, len(RANKS) + 1)]

    def days(self) -> Iterator[tuple[Field, Field, Field]]:
        """Free, from and until of each school day."""
        for weekday in SCHOOL_DAYS:
            yield tuple(self._fields[f"{name}_{weekday}"] for name in ("free", "from", "until"))

    def facts(self) -> RequestFacts:
        """What the deeds take. Empty wishes between others are closed up."""
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
            wishes=tuple(_wish(field.data) for field in self.wishes() if field.data),
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
                free.errors = [_l("Give the times of this day.")]
                fine = False
        return bool(fine)

    def show(self, visit_request: VisitRequest) -> None:
        """Preset everything from a request."""
        fill(self, visit_request, (*ANSWERS, *WANTED))
        facts = facts_of(visit_request)
        self.school_id.data = visit_request.school_id
        self.version.data = str(visit_request.version)
        self.exceptions.data = list(facts.exceptions)
        for field, wish in zip(self.wishes(), facts.wishes, strict=False):
            field.data = f"{wish.kind}-{wish.number}"
        free_times = {free_time.weekday: free_time for free_time in facts.free_times}
        for weekday, (free, start, end) in enumerate(self.days()):
            found = free_times.get(weekday)
            free.data = found is not None
            if found is not None:
                start.data, end.data = found.start_time, found.end_time

    def preset(self, school_id: int, wish: str) -> None:
        """A new request: the usual school day on every day, and the wish with which the reader came."""
        school = self.schools[school_id]
        self.school_id.data = school_id
        for free, start, end in self.days():
            free.data, start.data, end.data = True, school.day_start, school.day_end
        self._fields["wish_1"].data = wish


for _rank, _label in enumerate(RANKS, start=1):
    setattr(RequestForm, f"wish_{_rank}", SelectField(_label, default=""))
for _weekday in SCHOOL_DAYS:
    setattr(RequestForm, f"free_{_weekday}", BooleanField(WEEKDAYS[_weekday]))
    setattr(RequestForm, f"from_{_weekday}", TimeField(_l("From"), [optional()]))
    setattr(RequestForm, f"until_{_weekday}", TimeField(_l("Until"), [optional()]))


class FilterForm(Form):
    """Which requests to list."""

    class Meta(Form.Meta):
        """A search carries no token."""

        csrf = False

    round = SelectField(_l("Round"))
    state = SelectField(_l("State"))


def _wishes(offered: list[CompanyOffers]) -> Iterator[SelectChoice]:
    for entry in offered:
        company = in_language(entry.company, "name").text
        yield SelectChoice(
            value=f"company-{entry.company.id}", label=_l("Any offer of this company"), optgroup=company
        )
        for offer in entry.offers:
            title = in_language(offer, "title").text
            label = _("%(title)s (%(kind)s)", title=title, kind=KINDS[offer.kind])
            yield SelectChoice(value=f"offer-{offer.id}", label=label, optgroup=company)


def _kept(asked: VisitRequest | None) -> Iterator[SelectChoice]:
    for choice in asked.choices if asked is not None else ():
        if choice.offer is not None:
            yield SelectChoice(
                value=f"offer-{choice.offer_id}", label=in_language(choice.offer, "title").text
            )
        elif choice.company is not None:
            yield SelectChoice(
                value=f"company-{choice.company_id}", label=in_language(choice.company, "name").text
            )


def _wish(value: str) -> Wish:
    # The select has proved that the value is one of its own.
    kind: Literal["company", "offer"] = "company" if value.startswith("company") else "offer"
    return Wish(kind, int(value.rpartition("-")[2]))
