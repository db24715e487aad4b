"""The application, switched on piece by piece in the order that matters.

`create_app` is the only factory; nothing happens at import. Web processes never load OR-Tools.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from outreach import letters, web
from outreach.config import PROJECT, Settings
from outreach.models import db
from outreach.models.database import prepare, prove
from outreach.models.words import LOCALES
from outreach.web import access, assets, context, errors, language, security

MAX_UPLOAD = 24 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application from `settings` (from the environment when none are given)."""
    settings = settings or Settings()
    app = Flask(__name__)
    _configure(app, settings)
    _start_log(settings)
    _open_database(app)
    _warn_of_missing_words(Path(app.root_path) / "translations")
    Babel(
        app, locale_selector=language.choose_locale, default_locale="en_HK", default_timezone="Asia/Hong_Kong"
    )
    CSRFProtect(app)
    # Before the blueprints: their addresses use the converter.
    app.url_map.converters["id"] = access.RowId
    letters.register(app)
    security.register(app)
    assets.register(app)
    errors.register(app)
    context.register(app)
    web.register(app)
    # Last: what was registered above must all carry its mark.
    access.prove_marks(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def migrations_folder() -> Path:
    """Where the migrations are: beside the package in a checkout, inside it when installed from a wheel."""
    inside = Path(__file__).parent / "migrations"
    return inside if inside.is_dir() else PROJECT / "migrations"


def _configure(app: Flask, settings: Settings) -> None:
    host = urlsplit(settings.public_url).hostname or ""
    local_hosts = [] if settings.production else ["127.0.0.1", "localhost", "[::1]"]
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True},
        SESSION_COOKIE_NAME="outreach",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        # The form's token lives as long as the session: a form that was open over lunch can still be sent.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        TRUSTED_HOSTS=[host, *local_hosts],
        TESTING=settings.environment == "test",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _start_log(settings: Settings) -> None:
    level: Any = getattr(logging, settings.log_level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


def _warn_of_missing_words(translations: Path) -> None:
    """Without its compiled catalogue a language is answered in English, and nothing else would say why."""
    missing = [name for name in LOCALES if not (translations / name / "LC_MESSAGES" / "messages.mo").exists()]
    if missing:
        structlog.get_logger().warning(
            "catalogues are not compiled: pages and letters are in English; run `make translations`",
            languages=missing,
        )


def _open_database(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    if settings.database.startswith("sqlite"):
        settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    Migrate(app, db, directory=str(migrations_folder()), render_as_batch=True)
    with app.app_context():
        prepare(db.engine)
        if db.engine.dialect.name == "sqlite":
            prove(db.engine)
