"""Dates: one slot, a weekly series, the reason for cancelling."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, StringField, TimeField
from wtforms.fields import HiddenField

from outreach.models.words import WEEKDAYS
from outreach.services.series import Series
from outreach.services.slots import Limits
from outreach.web.forms.base import Form, Ticks, at_most, between, choices_of, optional, required, stripped

# Public holidays of every year are Sundays too; a school never comes on one.
SCHOOL_WEEK = {str(number): word for number, word in enumerate(WEEKDAYS[:6])}


def own_limit(label: Any, least: int, most: int) -> IntegerField:
    """A limit that may be left to the offer."""
    return IntegerField(label, [optional(), between(least, most)])


class LimitsForm(Form):
    """Limits of a slot's own."""

    min_pupils = own_limit(_l("Pupils, at least"), 0, 1000)
    max_pupils = own_limit(_l("Pupils, at most"), 1, 1000)
    max_groups = own_limit(_l("Groups at a time"), 1, 50)

    def limits(self) -> Limits:
        """What was typed; the rest comes from the offer."""
        return Limits(
            min_pupils=self.min_pupils.data, max_pupils=self.max_pupils.data, max_groups=self.max_groups.data
        )


class EditSlotForm(LimitsForm):
    """Other limits for a slot that is there."""

    version = HiddenField()


class SlotForm(LimitsForm):
    """One date and time."""

    day = DateField(_l("Date"), required(_l("Enter a date.")))
    start_time = TimeField(_l("From"), required())
    end_time = TimeField(_l("Until"), required())

    def when(self) -> dict[str, Any]:
        """The date and the times."""
        return {name: self._fields[name].data for name in ("day", "start_time", "end_time")}


class WeekForm(Form):
    """The rule of a weekly series."""

    weekdays = Ticks(_l("Days of the week"), required(_l("Choose at least one day of the week.")))
    start_time = TimeField(_l("From"), required())
    end_time = TimeField(_l("Until"), required())
    first_day = DateField(_l("First day"), required(_l("Enter the first day.")))
    last_day = DateField(_l("Last day"), required(_l("Enter the last day.")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekdays.choices = choices_of(SCHOOL_WEEK)

    def series(self) -> Series:
        """The rule as the deeds take it."""
        assert self.first_day.data and self.last_day.data and self.start_time.data and self.end_time.data
        return Series(
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            weekdays=tuple(int(number) for number in self.weekdays.data or ()),
            start_time=self.start_time.data,
            end_time=self.end_time.data,
        )


class SeriesForm(WeekForm, LimitsForm):
    """A weekly series of slots."""


class CancelSlotForm(Form):
    """Why a slot is cancelled."""

    reason = StringField(
        _l("Reason"),
        [*required(_l("Give a reason: the schools will read it.")), at_most(300)],
        [stripped],
    )


class WindowForm(Form):
    """A stretch of one day."""

    day = DateField(_l("Date"), required(_l("Enter a date.")))
    start_time = TimeField(_l("From"), required())
    end_time = TimeField(_l("Until"), required())
