"""Letters as staff see them: what went out, to whom, in which words; what failed, and a button to try again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.clock import utc_now
from outreach.models import OutboxMessage, OutboxState
from outreach.queries.outbox import letters, letters_by_state
from outreach.services import outbox as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.paging import page_number, paged

blueprint = Blueprint("outbox", __name__)

LETTER_WORDS: dict[str, LazyString] = {
    "invitation": _l("Invitation"),
    "role_offered": _l("Invitation to a further role"),
    "role_ended": _l("End of a role"),
    "account_closed": _l("Account closed"),
    "account_opened": _l("Account open again"),
    "password_reset": _l("New password"),
    "booking_awaiting": _l("Please confirm"),
    "booking_confirmed": _l("Booking confirmed"),
    "booking_declined": _l("Booking declined"),
    "booking_cancelled": _l("Booking cancelled"),
    "booking_lapsed": _l("Booking lapsed"),
    "booking_moved": _l("Visit moved"),
    "no_other_place": _l("No other place found"),
    "group_placed": _l("A group is given a place"),
    "not_placed": _l("No place this time"),
    "place_offered": _l("A place is free"),
    "slot_cancelled": _l("Session cancelled"),
    "visit_coming": _l("A class is coming"),
    "reminder_confirm": _l("Reminder: please confirm"),
    "reminder_before": _l("Reminder: a few days before"),
    "reminder_morning": _l("Reminder: this morning"),
}
AGAIN = (OutboxState.FAILED, OutboxState.EXPIRED)


@blueprint.get("/letters")
@requires("outbox.view")
def index() -> ResponseReturnValue:
    """All letters, by state, newest first."""
    asked = request.args.get("state", "")
    state = OutboxState(asked) if asked in set(OutboxState) else None
    # PostgreSQL takes no NUL in a text.
    words = request.args.get("q", "").replace("\0", "").strip()[:100]
    found = letters(state=state, words=words, number=page_number())
    return render_template(
        "outbox/index.html",
        found=paged(found),
        state=state,
        words=words,
        counts=letters_by_state(),
        letter_words=LETTER_WORDS,
    )


@blueprint.get("/letters/<id:message_id>")
@requires("outbox.read")
def show(message_id: int) -> ResponseReturnValue:
    """One letter as it was written; links that open an account are blotted out in the copy."""
    message = load_or_404(OutboxMessage, message_id)
    may_retry = message.state in AGAIN
    return render_template(
        "outbox/show.html", message=message, letter_words=LETTER_WORDS, may_retry=may_retry
    )


@blueprint.post("/letters/<id:message_id>/retry")
@requires("outbox.retry")
def retry(message_id: int) -> ResponseReturnValue:
    """Try a letter that failed or expired once more."""
    message = load_or_404(OutboxMessage, message_id)
    deeds.retry(message=message, by=signed_in_user(), now=utc_now())
    flash(_("The letter is in the queue again."), "good")
    return redirect(url_for("outbox.show", message_id=message_id), 303)
