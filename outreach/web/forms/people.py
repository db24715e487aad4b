"""Who is let in as what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, SelectField, StringField

from outreach.letters import in_language
from outreach.models import Company, Hub, School
from outreach.models.words import ROLE_WORDS
from outreach.services.school_words import SECTIONS
from outreach.web.forms.account import LANGUAGE_CHOICES
from outreach.web.forms.base import Form, at_most, choices_of, required, stripped

# What a role acts for, as a form asks for it.
BODY_WORDS = {"teacher": _l("School"), "coordinator": _l("Company"), "hub": _l("Hub")}


class InvitationForm(Form):
    """A person and the body they act for; the role is in the address of the page."""

    body_id = SelectField(_l("For"), required(_l("Say for whom this person acts.")))
    name = StringField(_l("Name"), [*required(_l("Enter the person's name.")), at_most(200)], [stripped])
    email = EmailField(
        _l("E-mail address"), [*required(_l("Enter an e-mail address.")), at_most(254)], [stripped]
    )
    phone = StringField(_l("Phone"), [at_most(40)], [stripped])
    language = RadioField(_l("Language of pages and letters"), choices=LANGUAGE_CHOICES, default="zh_Hant_HK")

    def __init__(
        self, role: str, bodies: Sequence[School | Company | Hub], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if role not in BODY_WORDS:
            del self.body_id
            return
        names = {str(body.id): _name_of(body) for body in bodies}
        self.body_id.label.text = BODY_WORDS[role]
        self.body_id.choices = choices_of(names if len(names) == 1 else {"": _l("Choose"), **names})

    def facts(self) -> dict[str, Any]:
        """What the deed takes, but for the role."""
        body = self._fields.get("body_id")
        number = int(body.data) if body is not None and body.data else None
        return {**self.values("body_id"), "body_id": number}


def _name_of(body: School | Company | Hub) -> str:
    # 55 names are shared by a primary and a secondary school.
    name = in_language(body, "name").text
    if not isinstance(body, School):
        return name
    return gettext("%(what)s (%(more)s)", what=name, more=SECTIONS[body.level])


class SearchForm(Form):
    """A search in the address of a page."""

    class Meta(Form.Meta):
        """A search carries no token."""

        csrf = False


class BodySearchForm(SearchForm):
    """Find what somebody will act for."""

    words = StringField(_l("Part of the name"), filters=[stripped], render_kw={"type": "search"})


class InvitationSearchForm(SearchForm):
    """Find an invitation."""

    words = StringField(_l("Name or e-mail"), filters=[stripped], render_kw={"type": "search"})


class PeopleFilterForm(SearchForm):
    """Narrow the list of people."""

    words = StringField(_l("Name or e-mail"), filters=[stripped], render_kw={"type": "search"})
    role = SelectField(_l("Role"))
    state = SelectField(_l("State"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = choices_of({"": _l("All roles"), **ROLE_WORDS})
        states = {"active": _l("Active"), "invited": _l("Invited"), "closed": _l("Closed accounts")}
        self.state.choices = choices_of({"": _l("All states"), **states})

    def wanted(self) -> dict[str, str]:
        """The filter, without what is no choice."""
        self.validate()
        found = {name: "" if field.errors else field.data or "" for name, field in self._fields.items()}
        for field in self:
            field.errors = ()
        return found
