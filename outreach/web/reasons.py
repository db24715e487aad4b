"""Why requests have no place: the list on a proposal's page and its file, and what a teacher reads and may adopt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.letters import in_language
from outreach.models import Booking, Proposal, Reason, Study, VisitRequest, db
from outreach.models.words import GRADES
from outreach.queries import reasons as questions
from outreach.queries.paging import Page, page_of
from outreach.services.adopting import Way, adopt_change, live_booking_of, ways_of
from outreach.services.changes import changes_of, places_at_hand, request_in
from outreach.services.explaining import ask_why_anew
from outreach.services.studies import ask_study_to_stop
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.change_words import change_words
from outreach.web.context import district_name
from outreach.web.forms.base import seen_version
from outreach.web.forms.rounds import ProposalFilterForm
from outreach.web.paging import page_number, paged, sort_links
from outreach.web.reason_words import REASON_WORDS, fall_words, in_a_row, steps_of, why
from outreach.web.spreadsheets import csv_file

blueprint = Blueprint("reasons", __name__)

SHOWN_HOLDERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One request without a place, as staff see it. `reason` is empty where none is known."""

    asked: VisitRequest
    reason: str = ""
    brief: str = ""
    whole: str = ""
    fall: str = ""
    losing: tuple[VisitRequest, ...] = ()
    holders: tuple[VisitRequest, ...] = ()
    changes: tuple[str, ...] = ()


def unplaced_part(proposal: Proposal, form: ProposalFilterForm) -> dict[str, Any]:
    """What the proposal's page needs for those without a place."""
    study, left_out = questions.answered_study(proposal.id), questions.left_out_by(proposal)
    statement = questions.without_place(left_out, study, form.wanted_reasons())
    found: Page[VisitRequest] = page_of(statement, number=page_number("unplaced"))
    return {
        "left_out": len(left_out),
        "unplaced": paged(found, "unplaced", part="unplaced"),
        "lines": lines_of(found.rows, study),
        "sorting": sort_links(questions.SORTS, form.sort.data, part="unplaced"),
        "shown_holders": SHOWN_HOLDERS,
        "reason_words": REASON_WORDS,
        **_state_of(proposal, study),
    }


def _state_of(proposal: Proposal, answered: Study | None) -> dict[str, Any]:
    newest = questions.newest_study(proposal)
    return {
        "proposal": proposal,
        "study": newest,
        "working": questions.is_working(newest),
        "answered": answered,
    }


def lines_of(rows: Sequence[VisitRequest], study: Study | None) -> list[Line]:
    """Requests with their reasons in words; a handful of statements, however many they are."""
    reasons = questions.reasons_for(rows, study)
    named = questions.named_requests({number for one in reasons.values() for number in _others(one)})
    with places_at_hand(reasons.values()):
        return [_line(asked, reasons.get(asked.id), named) for asked in rows]


def _others(reason: Reason) -> list[int]:
    losing = reason.because["losing"] if reason.because else []
    return [request_in(name) for name in (*reason.holders, *losing)]


def _line(asked: VisitRequest, reason: Reason | None, named: dict[int, VisitRequest]) -> Line:
    if reason is None:
        return Line(asked)
    because, sentences = reason.because, why(reason)
    return Line(
        asked,
        reason.reason,
        in_a_row(sentences[:2]),
        in_a_row(sentences),
        fall_words(because["goal"], because["loss"], proven=because["proven"])
        if because and because["loss"]
        else "",
        _rows(because["losing"] if because else [], named),
        _rows(reason.holders, named),
        tuple(change_words(change, asked) for change in changes_of(reason)),
    )


def _rows(names: Sequence[str], named: dict[int, VisitRequest]) -> tuple[VisitRequest, ...]:
    return tuple(named[number] for number in map(request_in, names) if number in named)


@blueprint.get("/proposals/<id:proposal_id>/reasons/export")
@requires("proposal.view")
def export(proposal_id: int) -> ResponseReturnValue:
    """The list as it is filtered and sorted, all pages of it, as a CSV file."""
    proposal = load_or_404(Proposal, proposal_id)
    wanted = ProposalFilterForm(request.args).wanted_reasons()
    study = questions.answered_study(proposal.id)
    statement = questions.without_place(questions.left_out_by(proposal), study, wanted)
    lines = lines_of(db.session.scalars(statement).unique().all(), study)
    return csv_file(f"without-a-place-{proposal.id}", [_headings(), *map(_cells, lines)])


@blueprint.post("/proposals/<id:proposal_id>/reasons")
@requires("study.start")
def ask(proposal_id: int) -> ResponseReturnValue:
    """Ask once more why; the worker takes it within a second or two."""
    proposal = load_or_404(Proposal, proposal_id)
    ask_why_anew(proposal_id=proposal.id, by=signed_in_user(), now=utc_now())
    return redirect(url_for("proposals.show", proposal_id=proposal_id, _anchor="unplaced"), 303)


@blueprint.get("/proposals/<id:proposal_id>/reasons")
@requires("proposal.view")
def state(proposal_id: int) -> ResponseReturnValue:
    """How far the answer is, asked by the proposal's page every few seconds; when there is one, the page loads anew."""
    proposal = load_or_404(Proposal, proposal_id)
    facts = _state_of(proposal, questions.answered_study(proposal.id))
    refresh = {} if facts["working"] else {"HX-Refresh": "true"}
    return render_template("proposal/_study.html", **facts), 200, refresh


@blueprint.post("/studies/<id:study_id>/stop")
@requires("study.stop")
def stop(study_id: int) -> ResponseReturnValue:
    """End a study with what it knows."""
    study = load_or_404(Study, study_id)
    proposal_id = study.proposal_id
    ask_study_to_stop(study_id=study_id, by=signed_in_user(), now=utc_now())
    flash(_("It was asked to stop. What is known by then is kept."), "good")
    if proposal_id is None:
        return redirect(url_for("rounds.show", round_id=study.round_id), 303)
    return redirect(url_for("proposals.show", proposal_id=proposal_id, _anchor="unplaced"), 303)


@blueprint.post("/requests/<id:request_id>/adopt")
@requires("request.adopt")
def adopt(request_id: int) -> ResponseReturnValue:
    """Make a change the request's own; where the round is published, with its place."""
    load_or_404(VisitRequest, request_id)
    asked = adopt_change(
        request_id=request_id,
        reason_id=_number("reason"),
        number=_number("change"),
        seen_version=seen_version(),
        by=signed_in_user(),
        now=utc_now(),
    )
    if live_booking_of(asked) is not None:
        flash(_("Your group has a place. The confirmation is on its way to you by mail."), "good")
    else:
        flash(
            _("The change is in your request. The next run of the scheduler takes it into account."), "good"
        )
    return redirect(url_for("requests.show", request_id=request_id), 303)


def _number(name: str) -> int:
    """A number that travels along with the button; one that no row has where it was tampered with."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


@dataclass(frozen=True, slots=True)
class Offered:
    """A change with its words, and what adopting it does."""

    words: str
    way: Way


def told_of(asked: VisitRequest, booking: Booking | None) -> dict[str, Any]:
    """What the page of a request says of why it has no place; nothing while it has one, or had one."""
    known = None if booking is not None else questions.known_of(asked)
    told: dict[str, Any] = {
        "known": known,
        "why_working": known is not None and questions.is_working(known.study),
    }
    if known is None or known.reason is None:
        return told
    reason = known.reason
    told["sentences"] = why(reason)
    told["steps"] = steps_of(reason)
    with places_at_hand([reason]):
        ways = sorted(ways_of(reason, now=utc_now()), key=lambda way: way.hindrance is not None)
        told["offered"] = [Offered(change_words(way.change, asked), way) for way in ways]
    return told


def _headings() -> list[object]:
    return [
        _("Registration number"),
        _("Name in English"),
        _("Name in Chinese"),
        _("District"),
        _("Group"),
        _("Grade"),
        _("Pupils"),
        _("Reason"),
        _("In words"),
        _("What would fall"),
        _("Who would lose a place"),
        _("Who holds the places"),
        _("What would help"),
    ]


def _cells(line: Line) -> list[object]:
    asked, school = line.asked, line.asked.school
    return [
        school.registration,
        school.name_en,
        school.name_zh,
        district_name(school.district),
        asked.group_label,
        str(GRADES[asked.grade]),
        asked.pupils,
        str(REASON_WORDS.get(line.reason, "")),
        line.whole,
        line.fall,
        *("; ".join(map(_named, rows)) for rows in (line.losing, line.holders)),
        "; ".join(line.changes),
    ]


def _named(asked: VisitRequest) -> str:
    return _("%(school)s, %(group)s", school=in_language(asked.school, "name").text, group=asked.group_label)
