"""A class group: what every form asks that brings one - a request, a booking, an entry of a waitlist."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.fields import HiddenField

from outreach.letters import in_language
from outreach.models import School, User
from outreach.models.words import LANGUAGES
from outreach.services.places import Group
from outreach.services.suitability import grades_of
from outreach.web.forms.base import Form, Ticks, at_most, choices_of, required, stripped


class GroupForm(Form):
    """Who comes. The numbers' bounds are the deed's business; here only what is missing is said."""

    school_id = SelectField(_l("School"), coerce=int)
    group_label = StringField(
        _l("Class or group"), [*required(_l("Name the group, for example 5A.")), at_most(60)], [stripped]
    )
    grade = SelectField(_l("Grade"), validators=required(_l("Choose a grade that your school teaches.")))
    pupils = IntegerField(_l("Pupils"), required(_l("Give the number of pupils.")))
    staff = IntegerField(
        _l("Accompanying adults"), required(_l("Give the number of accompanying adults.")), default=2
    )
    languages = Ticks(
        _l("Languages in which the group can take part"),
        validators=required(_l("Choose a language that the group understands.")),
        default=("yue",),
    )
    wheelchair = BooleanField(_l("Somebody in the group uses a wheelchair"))
    crew = StringField(_l("Teacher who accompanies the group"), [at_most(60)], [stripped])
    form_key = HiddenField(default=lambda: secrets.token_urlsafe(16))

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = {school.id: school for school in schools}
        self.school_id.choices = [(school.id, in_language(school, "name").text) for school in schools]
        grades = {grade: words for school in schools for grade, words in grades_of(school).items()}
        # No grade is chosen beforehand: the first of the list would be handed in by whoever is in a hurry.
        self.grade.choices = choices_of({"": _l("Choose"), **dict(sorted(grades.items()))})
        self.languages.choices = choices_of(LANGUAGES)

    def group(self) -> Group:
        """The group as it was typed."""
        return Group(
            school=self.schools[self.school_id.data],
            label=self.group_label.data or "",
            crew=self.crew.data or "",
            pupils=self.pupils.data or 0,
            staff=self.staff.data or 0,
            grade=self.grade.data or "",
            languages=tuple(self.languages.data or ()),
            wheelchair=self.wheelchair.data,
        )


def own_schools(user: User) -> list[School]:
    """The schools that the reader teaches at, in the order in which they joined them."""
    return [membership.school for membership in user.memberships if membership.school is not None]
