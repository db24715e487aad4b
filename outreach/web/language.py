"""Which language a page is in, and the switch that keeps the page."""

from __future__ import annotations

from babel import negotiate_locale
from flask import Blueprint, abort, g, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from outreach.clock import utc_now
from outreach.models.words import LOCALES
from outreach.services.accounts import choose_language
from outreach.web.access import reader, requires, safe_next

blueprint = Blueprint("language", __name__)

# What browsers in Hong Kong, Macao and Taiwan send; who reads Simplified Chinese is better served by Chinese too.
SPOKEN = {
    "en_HK": "en_HK",
    "en": "en_HK",
    "zh_Hant_HK": "zh_Hant_HK",
    "zh_HK": "zh_Hant_HK",
    "zh_TW": "zh_Hant_HK",
    "zh_MO": "zh_Hant_HK",
    "zh_Hant": "zh_Hant_HK",
    "zh_CN": "zh_Hant_HK",
    "zh": "zh_Hant_HK",
    "yue": "zh_Hant_HK",
}


def choose_locale() -> str | None:
    """The account's language, else the one chosen in this browser, else the browser's own."""
    if not has_request_context():
        return None
    user = None if g.get("bare") else reader()
    if user is not None:
        return user.language
    chosen = session.get("language")
    if chosen in LOCALES:
        return str(chosen)
    wanted = [tag.replace("-", "_") for tag in request.accept_languages.values()]
    found = negotiate_locale(wanted, list(SPOKEN), aliases={})
    return SPOKEN[found] if found else LOCALES[0]


@blueprint.post("/language")
@requires("public")
def switch() -> ResponseReturnValue:
    """Remember the language and come back to the page."""
    language = request.form.get("language", "")
    if language not in LOCALES:
        abort(400)
    user = reader()
    session["language"] = language
    if user is not None:
        choose_language(language=language, by=user, now=utc_now())
    return redirect(safe_next(request.form.get("next")) or url_for("home.index"), 303)
