"""How a page learns whom it serves and whether it may: `@requires("offer.edit")` and `load_or_404`.

    @blueprint.get("/offers/<id:offer_id>")
    @requires("offer.view")
    def show(offer_id: int) -> str:
        offer = load_or_404(Offer, offer_id)

A view without the mark stops start-up (`prove_marks`); a view whose action judges a thing and that judged none is a fault.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from outreach.models import Base, User, db
from outreach.permissions import RULES, can
from outreach.permissions.lists import visible

Table = TypeVar("Table", bound=Base)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

# Flask's own file server: public files, nothing to judge.
UNMARKED = frozenset({"static"})
SAFE_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


class RowId(IntegerConverter):
    """A row number in an address; larger ones than a database integer are no address of ours (404, not a crash)."""

    def __init__(self, url_map: Any) -> None:
        super().__init__(url_map, min=1, max=2**31 - 1)


def reader() -> User | None:
    """The signed-in user, or None."""
    # Flask-Login's proxy would follow the session; the row itself is what predicates and deeds need.
    return current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001


def signed_in_user() -> User:
    """The signed-in user, on pages that only they reach."""
    user = reader()
    if user is None:
        abort(401)
    return user


def requires(action: str) -> Callable[[View], View]:
    """Mark a view with the action it carries out, and keep out whoever may never do it."""
    rule = RULES[action]

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            user = reader()
            if user is None and not rule.who(None):
                return ask_to_sign_in()
            if not rule.who(user):
                abort(403)
            g.action, g.judged = action, rule.thing is None
            answer = view(*args, **kwargs)
            if not g.judged:
                raise RuntimeError(f"{request.endpoint} carries out {action} but judged no row")
            return answer

        guarded.access = action  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back to this one afterwards where it can be repeated."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", next=wanted), 303)


def load_or_404(table: type[Table], row_id: int) -> Table:
    """Fetch a row and judge it for the action of this view: 404 where it is not visible, 403 where it is but may not."""
    user = reader()
    number: Any = table.__mapper__.primary_key[0]
    thing: Table | None = db.session.scalars(
        select(table).where(number == row_id, visible(user, table))
    ).first()
    if thing is None:
        abort(404)
    return judge(thing)


def judge(thing: Table) -> Table:
    """Judge a row that the view has already found."""
    if not can(reader(), g.action, thing):
        abort(403)
    g.judged = True
    return thing


def safe_next(path: str | None) -> str | None:
    """A path of ours to go on to, or None; `//host`, `/\\host` and whole addresses lead away and are dropped."""
    return path if path and len(path) <= 2000 and SAFE_PATH.fullmatch(path) else None


def prove_marks(app: Flask) -> None:
    """Every endpoint declares its action, or the application does not start."""
    unmarked = [
        name
        for name, view in app.view_functions.items()
        if name not in UNMARKED and not hasattr(view, "access")
    ]
    if unmarked:
        raise RuntimeError(f"views without an access mark: {', '.join(sorted(unmarked))}")
