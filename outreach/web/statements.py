"""What everybody may read about the service itself: how usable it is for all, and what it keeps about people."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.web.access import requires

blueprint = Blueprint("statements", __name__)


@blueprint.app_context_processor
def footer() -> dict[str, object]:
    """The links at the foot of every page."""
    return {
        "footer_links": [
            {"label": _("Accessibility"), "url": url_for("statements.accessibility")},
            {"label": _("Privacy"), "url": url_for("statements.privacy")},
        ]
    }


@blueprint.get("/accessibility")
@requires("public")
def accessibility() -> ResponseReturnValue:
    """What was done for readers with other eyes, hands and devices, and what is still hard."""
    return render_template("statement/accessibility.html")


@blueprint.get("/privacy")
@requires("public")
def privacy() -> ResponseReturnValue:
    """Which personal data is kept, why, and what one may ask for."""
    return render_template("statement/privacy.html")
