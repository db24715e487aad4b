"""Signing in, choosing a password, one's own settings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, Length

from outreach.web.forms.base import Form, at_most, choices_of, required, stripped

LANGUAGE_CHOICES = choices_of({"en_HK": "English", "zh_Hant_HK": "中文"})


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(
        _l("E-mail address"),
        required(_l("Enter your e-mail address.")),
        [stripped],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"), required(_l("Enter your password.")), render_kw={"autocomplete": "current-password"}
    )


class ResetForm(Form):
    """Ask for a link by e-mail."""

    email = EmailField(
        _l("E-mail address"),
        [*required(_l("Enter your e-mail address.")), at_most(254)],
        [stripped],
        render_kw={"autocomplete": "username"},
    )


class PasswordForm(Form):
    """Choose a password, twice."""

    password = PasswordField(
        _l("New password"),
        [
            *required(),
            Length(min=12, max=200, message=_l("Choose a password of %(min)d to %(max)d characters.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same password again"),
        [*required(), EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class SettingsForm(Form):
    """Name, phone and language of one's own account."""

    name = StringField(
        _l("Name"),
        [*required(_l("Enter your name.")), at_most(200)],
        [stripped],
        render_kw={"autocomplete": "name"},
    )
    phone = StringField(_l("Phone"), [at_most(40)], [stripped], render_kw={"autocomplete": "tel"})
    language = RadioField(_l("Language of pages and letters"), choices=LANGUAGE_CHOICES)
