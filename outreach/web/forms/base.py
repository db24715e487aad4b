"""What every form has: messages in the reader's language, room for a deed's refusal, and the usual fields.

form = OfferForm()
if form.validate_on_submit() and form.attempt(edit_offer, offer_id=offer.id, by=user, now=utc_now(), **form.values()):
    return redirect(...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import abort, request
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from outreach.services.transaction import Refusal
from outreach.web.forms.wording import Words


class Form(FlaskForm):
    """The base of all forms."""

    class Meta(FlaskForm.Meta):
        """Each field hears the library's complaints in our words."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Make the field with words that know its label."""
            words = Words()
            words.field = super().bind_field(form, unbound_field, {**options, "translations": words})
            return words.field

    # Set by the last refused deed.
    refusal: Refusal | None = None

    def values(self, *leave_out: str) -> dict[str, Any]:
        """What was typed, by field name, without the token."""
        return {
            name: field.data for name, field in self._fields.items() if name not in {"csrf_token", *leave_out}
        }

    def refuse(self, refusal: Refusal) -> None:
        """Show a deed's refusal, and what came with it, each at its field or on top of the form."""
        self.refusal = refusal
        for one in (refusal, *refusal.also):
            field = self._fields.get(one.field or "")
            if field is None:
                self.form_errors.append(str(one.words))
            else:
                field.errors = [*field.errors, str(one.words)]

    def attempt(self, deed: Callable[..., Any], **arguments: Any) -> bool:
        """Carry the deed out; True when it was done, False when it was refused (and the form says why)."""
        try:
            self.outcome = deed(**arguments)
        except Refusal as refusal:
            self.refuse(refusal)
            return False
        return True

    @property
    def status(self) -> int:
        """What the page with this form answers: 200 when just opened, 422 for wrong shape, else the refusal's own."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.errors else 200

    def seen_version(self) -> int:
        """The version of the row that this form was opened with; 0, which no row has, when it was tampered with."""
        return _version(str(self._fields["version"].data or ""))


class SearchForm(Form):
    """What to look for, in an address; every part may stay empty, and what is no choice of ours is no filter."""

    class Meta(Form.Meta):
        """A search carries no token."""

        csrf = False

    def known(self) -> dict[str, Any]:
        """What was asked for, by field name, None where it means nothing: a stranger's link is no error page."""
        self.validate()
        for field in self:
            if field.errors:
                field.data, field.errors = None, ()
        return self.values()


def seen_version() -> int:
    """The version that travelled along with a button; a request without one, or with one that no row can have, is refused."""
    return _version(request.form.get("version", "")) or abort(400)


def _version(text: str) -> int:
    # Few enough digits for a database integer.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class Ticks(SelectMultipleField):
    """A group of tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def choices_of(words: Mapping[str, Any]) -> list[SelectChoice]:
    """Codes and their words as WTForms wants them."""
    return [SelectChoice(value=code, label=word) for code, word in words.items()]


class Filled(InputRequired):
    """Something was sent, and a text is more than blanks."""

    def __call__(self, form: Any, field: Field) -> None:
        """Stop the field's other checks where nothing is there."""
        super().__call__(form, field)
        if isinstance(field.data, str) and not field.data.strip():
            field.errors = []
            words = self.message or _l("Fill in “%(field)s”.", field=field.label.text)
            raise StopValidation(str(words))


def required(message: Any = None) -> list[Any]:
    """Must be filled in; the field is named where there is no message of its own."""
    return [Filled(message)]


class Short(Length):
    """No longer than the column that keeps it; the field is named."""

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse what is longer."""
        if len(field.data or "") > self.max:
            words = _l(
                "Shorten “%(field)s” to at most %(most)d characters.", field=field.label.text, most=self.max
            )
            raise ValidationError(words)


def at_most(length: int) -> Short:
    """At most this many characters."""
    return Short(max=length)


class Between(NumberRange):
    """A number within bounds; the field is named, because a form may have four of them wrong at once."""

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse what is too small or too large. What is no number at all has been complained about already."""
        if field.data is not None and not self.min <= field.data <= self.max:
            words = _l(
                "Enter a number from %(least)s to %(most)s under “%(field)s”.",
                field=field.label.text,
                least=format_decimal(self.min),
                most=format_decimal(self.max),
            )
            raise ValidationError(words)


def between(least: int, most: int) -> Between:
    """A number within these bounds, both included."""
    return Between(least, most)


def or_else(other: str, message: Any) -> Callable[[Any, Field], None]:
    """This field or the other one is filled in: content in one language is enough, in none is too little."""

    def check(form: Any, field: Field) -> None:
        if not (field.data or form._fields[other].data):
            raise ValidationError(str(message))

    return check


def optional() -> Optional:
    """May be left empty."""
    return Optional()


def stripped(value: str | None) -> str:
    """Without spaces at the ends; an absent field is an empty text."""
    return (value or "").replace("\x00", "").strip()


def fill(form: Form, thing: Any, fields: Iterable[str]) -> None:
    """Show a row's values in a form that was just opened."""
    for name in fields:
        field: Field = form._fields[name]
        field.data = getattr(thing, name)
