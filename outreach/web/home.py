"""The first page of each role: what is to be done now."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from outreach.web.access import reader, requires

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires("public")
def index() -> ResponseReturnValue:
    """What is to be done now, for whoever reads."""
    return render_template("home/welcome.html", user=reader())
