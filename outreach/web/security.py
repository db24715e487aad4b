"""Headers on every answer, and who the browser's cookie belongs to."""

from __future__ import annotations

from flask import Flask, Response, abort, request, session
from flask_login import LoginManager, login_user
from sqlalchemy import select

from outreach.clock import utc_now
from outreach.models import User, UserSession, db
from outreach.services.tokens import key_hash

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)
# Key of the session cookie that names the row in user_session; Flask-Login's own key alone signs nobody in.
SESSION_KEY = "key"

login_manager = LoginManager()


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    """The user of a live session row; a copied cookie of a closed session finds none."""
    key = session.get(SESSION_KEY)
    if not isinstance(key, str) or not user_id.isdigit():
        return None
    return db.session.scalar(
        select(User)
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.key_hash == key_hash(key),
            UserSession.expires_at > utc_now(),
            User.id == int(user_id),
            User.active,
        )
    )


def begin_session(user: User, key: str) -> None:
    """Put a fresh session into the browser: nothing of the anonymous one is carried over."""
    session.clear()
    session[SESSION_KEY] = key
    login_user(user)


def add_headers(response: Response) -> Response:
    """The same strict headers on pages, errors and files."""
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        # A page shows what only this person may see, in the language they chose.
        headers["Cache-Control"] = "no-store"
    return response


def refuse_nul() -> None:
    """No person types a NUL, and PostgreSQL takes none in a text: such a form is none of ours. Searches drop it."""
    if any("\x00" in value for value in request.form.values()):
        abort(400)


def register(app: Flask) -> None:
    """Switch both on."""
    # Its own `current_user` for templates would ask the database even for a page about the database's failure.
    login_manager.init_app(app, add_context_processor=False)
    app.before_request(refuse_nul)
    app.after_request(add_headers)
