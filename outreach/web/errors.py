"""What a person sees when something is refused or goes wrong."""

from __future__ import annotations

import structlog
from flask import Flask, Response, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from outreach.models import db
from outreach.services.transaction import Refusal
from outreach.web.access import safe_next

log = structlog.get_logger()
WITH_A_PAGE = frozenset({400, 403, 404, 409, 410, 413, 429, 500})


def refused(refusal: Refusal) -> ResponseReturnValue:
    """An expected no. A button leads back to its page with the words on top; a page that cannot be shown says why."""
    came_from = safe_next(request.form.get("next"))
    if request.method == "POST" and came_from:
        for one in (refusal, *refusal.also):
            flash(str(one.words), "error")
        return redirect(came_from, 303)
    page = refusal.status if refusal.status in WITH_A_PAGE else 409
    return render_template(f"errors/{page}.html", reason=refusal.words), refusal.status


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Flask's own refusals, in our words."""
    code = error.code or 500
    if isinstance(error, SecurityError):
        # A host that is not ours: no address can be built for it, so no page of ours either.
        return Response("400\n", 400, mimetype="text/plain")
    if code < 400:
        return error
    page = code if code in WITH_A_PAGE else (404 if code == 405 else 400)
    return render_template(f"errors/{page}.html"), code


def form_too_old(error: CSRFError) -> ResponseReturnValue:
    """The form's token does not fit the session: signed out meanwhile, or sent from elsewhere."""
    return render_template("errors/400.html", form_too_old=True), 400


def fault(error: Exception) -> ResponseReturnValue:
    """Our own mistake: logged with its trace, nothing half-done is stored."""
    db.session.rollback()
    # Flask wraps what was raised; the log needs the thing itself.
    raised = getattr(error, "original_exception", None) or error
    log.error("page_failed", path=request.path, exc_info=raised)
    # The page asks neither for the reader nor for the account's language: the database may be what failed.
    g.bare = True
    return render_template("errors/500.html"), 500


def register(app: Flask) -> None:
    """Hang the error pages into the application."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, form_too_old)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(500, fault)
