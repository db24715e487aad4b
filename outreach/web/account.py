"""Signing in and out, invitations, passwords, one's own settings."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from outreach.clock import utc_now
from outreach.models import TokenPurpose
from outreach.queries.people import own_invitations
from outreach.services import accounts
from outreach.services.tokens import token_holder
from outreach.web.access import reader, requires, safe_next, signed_in_user
from outreach.web.forms.account import PasswordForm, ResetForm, SettingsForm, SignInForm
from outreach.web.forms.base import fill
from outreach.web.security import SESSION_KEY, begin_session

blueprint = Blueprint("account", __name__)


def _address() -> str:
    return request.remote_addr or "unknown"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@requires("public")
def sign_in() -> ResponseReturnValue:
    """The door."""
    if reader() is not None:
        return redirect(url_for("home.index"))
    form = SignInForm()
    hours = current_app.config["SETTINGS"].session_hours
    if form.validate_on_submit() and form.attempt(
        accounts.sign_in, **form.values(), address=_address(), hours=hours, now=utc_now()
    ):
        user, key = form.outcome
        begin_session(user, key)
        return redirect(safe_next(request.args.get("next")) or url_for("home.index"), 303)
    return render_template("account/sign_in.html", form=form), form.status


@blueprint.post("/sign-out")
@requires("account.edit")
def sign_out() -> ResponseReturnValue:
    """End this session everywhere its cookie was copied to."""
    accounts.close_session(key=session.get(SESSION_KEY, ""), by=signed_in_user(), now=utc_now())
    logout_user()
    session.clear()
    flash(_("You are signed out."), "good")
    return redirect(url_for("account.sign_in"), 303)


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@requires("public")
def forgotten() -> ResponseReturnValue:
    """Ask for a link; the answer does not tell whether the account exists."""
    form = ResetForm()
    if form.validate_on_submit() and form.attempt(
        accounts.ask_for_reset, email=form.email.data, address=_address(), now=utc_now()
    ):
        return render_template("account/reset_sent.html", email=form.email.data)
    return render_template("account/forgotten.html", form=form), form.status


def _choose_password(key: str, purpose: TokenPurpose) -> ResponseReturnValue:
    # Whoever comes late learns it before they have thought of a password.
    token_holder(key=key, purpose=purpose, now=utc_now())
    form = PasswordForm()
    if form.validate_on_submit() and form.attempt(
        accounts.set_password, key=key, purpose=purpose, password=form.password.data, now=utc_now()
    ):
        flash(_("Your password is set. Sign in with it now."), "good")
        return redirect(url_for("account.sign_in"), 303)
    page = render_template(
        "account/choose_password.html", form=form, invited=purpose is TokenPurpose.INVITATION
    )
    return page, form.status


@blueprint.route("/password/new/<key>", methods=["GET", "POST"])
@requires("public")
def reset(key: str) -> ResponseReturnValue:
    """The page behind the link of a reset letter; only sending the form uses the link up."""
    return _choose_password(key, TokenPurpose.PASSWORD_RESET)


@blueprint.route("/invitation/<key>", methods=["GET", "POST"])
@requires("public")
def invitation(key: str) -> ResponseReturnValue:
    """The page behind the link of an invitation."""
    return _choose_password(key, TokenPurpose.INVITATION)


@blueprint.route("/account", methods=["GET", "POST"])
@requires("account.edit")
def settings() -> ResponseReturnValue:
    """One's own name, phone and language."""
    user = signed_in_user()
    form = SettingsForm()
    if form.validate_on_submit() and form.attempt(
        accounts.change_settings, **form.values(), by=user, now=utc_now()
    ):
        flash(_("Your settings are saved."), "good")
        return redirect(url_for("account.settings"), 303)
    if not form.is_submitted():
        fill(form, user, ("name", "phone", "language"))
    offered = own_invitations(user, now=utc_now())
    return render_template("account/settings.html", form=form, offered=offered), form.status
