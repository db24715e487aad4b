"""A round, a run, and the filters of a proposal."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields import HiddenField

from outreach.models.district import DISTRICTS
from outreach.models.rounds import GOALS, USUAL_GOALS
from outreach.models.words import KINDS
from outreach.queries.proposals import ProposalFilter
from outreach.queries.reasons import SORTS, ReasonFilter
from outreach.web.context import GOAL_WORDS, district_name
from outreach.web.forms.base import Form, SearchForm, Ticks, at_most, between, choices_of, required, stripped
from outreach.web.reason_words import REASON_WORDS


class RoundForm(Form):
    """Names, days and the order of the goals. The goals are four selects: they work on a phone and without a script."""

    name_en = StringField(_l("Name in English"), [*required(), at_most(200)], [stripped])
    name_zh = StringField(_l("Name in Chinese"), [*required(), at_most(200)], [stripped])
    closes_on = DateField(_l("Requests close on"), required(_l("Enter the day on which requests close.")))
    first_day = DateField(_l("First day of visits"), required(_l("Enter the first day of visits.")))
    last_day = DateField(_l("Last day of visits"), required(_l("Enter the last day of visits.")))
    confirm_days = IntegerField(
        _l("Days to confirm"),
        [
            *required(_l("Enter a number of days.")),
            between(1, 60),
        ],
        default=10,
    )
    goal_1 = SelectField(_l("Most important goal"))
    goal_2 = SelectField(_l("Second goal"))
    goal_3 = SelectField(_l("Third goal"))
    goal_4 = SelectField(_l("Fourth goal"))
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {goal: GOAL_WORDS[goal] for goal in GOALS}
        for number, field in enumerate(self.goal_fields):
            field.choices = choices_of(words if number == 0 else {"": _l("None"), **words})
            if not self.is_submitted() and not field.data:
                field.data = USUAL_GOALS[number]

    @property
    def goal_fields(self) -> tuple[SelectField, ...]:
        """The selects in order."""
        return self.goal_1, self.goal_2, self.goal_3, self.goal_4

    def facts(self) -> dict[str, Any]:
        """What the deeds take."""
        goals = tuple(field.data for field in self.goal_fields if field.data)
        return {**self.values("goal_1", "goal_2", "goal_3", "goal_4", "version"), "goals": goals}

    def show_goals(self, goals: tuple[str, ...]) -> None:
        """Preset the selects from a round."""
        for field, goal in zip(self.goal_fields, (*goals, "", "", "", ""), strict=False):
            field.data = goal


class RunForm(Form):
    """How long the scheduler may work."""

    seconds = IntegerField(
        _l("Seconds to work"),
        [
            *required(_l("Enter a number of seconds.")),
            between(1, 3600),
        ],
    )


class ProposalFilterForm(SearchForm):
    """Narrow both lists of a proposal: the placed, and those without a place, which alone have reasons. `sort` travels along."""

    q = StringField(_l("School, company or offer"), filters=[stripped])
    district = SelectField(_l("District"))
    kind = SelectField(_l("Kind"))
    reason = SelectField(_l("Without a place because"))
    helps = SelectField(_l("A change would help"))
    sort = HiddenField(default="district")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.district.choices = choices_of(
            {"": _l("All districts"), **{one.code: district_name(one.code) for one in DISTRICTS}}
        )
        self.kind.choices = choices_of({"": _l("Both kinds"), **KINDS})
        self.reason.choices = choices_of({"": _l("All reasons"), **REASON_WORDS})
        self.helps.choices = choices_of({"": _l("Both"), "yes": _l("Yes"), "no": _l("No")})
        if (self.sort.data or "").removeprefix("-") not in SORTS:
            self.sort.data = "district"

    def wanted(self) -> ProposalFilter:
        """The filter as the question takes it."""
        found = {name: value or "" for name, value in self.known().items()}
        return ProposalFilter(found["q"], found["district"], found["kind"])

    def wanted_reasons(self) -> ReasonFilter:
        """The same for those without a place."""
        found = {name: value or "" for name, value in self.known().items()}
        return ReasonFilter(words=found.pop("q"), **found)

    def asked_for(self) -> dict[str, str]:
        """The filters that are set, for an address that keeps them."""
        return {name: value for name, value in self.known().items() if value}


class LostDayForm(Form):
    """A day on which schools are closed; without a district all of them are."""

    day = DateField(_l("Which day is lost?"), required(_l("Enter the day that is lost.")))
    districts = Ticks(_l("In which districts?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.districts.choices = choices_of({one.code: district_name(one.code) for one in DISTRICTS})
