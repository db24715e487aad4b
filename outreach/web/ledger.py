"""The fairness ledger: all schools for staff, on screen and as a file; one school's own page for its teachers.

A teacher sees every entry of her own school and how its weight comes about, so that she can recompute it, and of the others only
slices of five schools or more: a slice of two tells each of the two how the other one fared.
"""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.clock import today, utc_now
from outreach.models import School
from outreach.queries.paging import page_of_list
from outreach.services import ledger as questions
from outreach.services.ledger import Standing
from outreach.services.school_words import SECTIONS, TYPES
from outreach.web.access import load_or_404, requires
from outreach.web.context import district_name
from outreach.web.forms.ledger import HISTORIES, LedgerFilterForm
from outreach.web.paging import page_number, paged

blueprint = Blueprint("ledger", __name__)

LEAST_IN_SLICE = 5
LINES = {
    "empty": _l("Rounds in which the school asked and, by no doing of its own, was left without a place"),
    "called_off": _l("Places that the company, the programme or the weather called off"),
    "had": _l("Places that it had"),
    "late": _l("Places that it gave back late, or let lapse"),
}
SLICES = {
    "district": _l("District"),
    "section": _l("Level"),
    "finance_type": _l("Type"),
    "history": _l("Earlier rounds"),
}


@blueprint.app_template_filter("signed")
def signed(points: int) -> str:
    """Points with their sign, as in print: a hyphen is too short for a minus."""
    return f"{points:+d}".replace("-", "−") if points else "0"


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """The rule and its words, for the pages that explain it."""
    return {"rule": questions, "line_words": LINES, "slice_words": SLICES, "history_words": HISTORIES}


@blueprint.get("/ledger")
@requires("ledger.view")
def index() -> ResponseReturnValue:
    """Every school with its balance and weight, slices of the whole, the rule with an example."""
    form = LedgerFilterForm(request.args)
    ledger = questions.ledger_at(utc_now())
    found = page_of_list(form.wanted().of(ledger.standings), number=page_number())
    return render_template(
        "ledger/index.html",
        form=form,
        ledger=ledger,
        found=paged(found),
        sorting=_sorting(form.sort.data),
        slices=questions.slices_of(ledger.standings),
        said=said,
    )


@blueprint.get("/ledger/export")
@requires("ledger.view")
def export() -> ResponseReturnValue:
    """The list as it is filtered and sorted, all pages of it, as a CSV file."""
    form = LedgerFilterForm(request.args)
    standings = form.wanted().of(questions.ledger_at(utc_now()).standings)
    name = f"fairness-ledger-{today().isoformat()}.csv"
    return Response(
        _csv([_headings(), *map(_cells, standings)]),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/schools/<id:school_id>/balance")
@requires("school.balance")
def show(school_id: int) -> ResponseReturnValue:
    """One school: its rounds, its weight line by line, and the slices that it belongs to."""
    school = load_or_404(School, school_id)
    ledger = questions.ledger_at(utc_now())
    mine = next((one for one in ledger.standings if one.school.id == school.id), Standing(school, ()))
    slices = questions.slices_of(ledger.standings, least=LEAST_IN_SLICE)
    own = {name: fact(mine) for name, fact in questions.SLICES.items()}
    among = [(name, one) for name, found in slices.items() for one in found if one.code == own[name]]
    whole = questions.whole_of(ledger.standings, least=LEAST_IN_SLICE)
    return render_template("ledger/show.html", standing=mine, among=among, whole=whole, said=said)


def said(name: str, code: str) -> str:
    """The code of a slice as a page says it."""
    if name == "district":
        return district_name(code)
    return str({"section": SECTIONS, "finance_type": TYPES, "history": HISTORIES}[name][code])


def _sorting(now: str | None) -> dict[str, dict[str, str]]:
    """For each column that sorts: its link, and how it is sorted now. Names begin with A, counts with the largest."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("page", "sort")]
    found = {}
    for key in ("name", *questions.SORTS):
        down = f"-{key}"
        first, second = (key, down) if key == "name" else (down, key)
        wanted = second if now == first else first
        entry = {"sort_url": f"{request.path}?{urlencode([*kept, ('sort', wanted)])}"}
        if now in (key, down):
            entry["sorted"] = "descending" if now == down else "ascending"
        found[key] = entry
    return found


def _headings() -> list[object]:
    return [
        _("Registration number"),
        _("Name in English"),
        _("Name in Chinese"),
        _("District"),
        _("Level"),
        _("Type"),
        _("Earlier rounds"),
        _("Rounds with a request"),
        _("Rounds with a place"),
        _("Requests"),
        _("Places had"),
        _("Without a place"),
        _("Given back in time"),
        _("Given back late"),
        _("Called off"),
        _("Points"),
        _("Base weight"),
        _("Weight"),
    ]


def _cells(one: Standing) -> list[object]:
    school, balance = one.school, one.balance
    return [
        school.registration,
        school.name_en,
        school.name_zh,
        *(said(name, fact(one)) for name, fact in questions.SLICES.items()),
        *(balance.rounds, balance.served, balance.asked, balance.had, balance.denied),
        *(balance.returned, balance.late, balance.called_off),
        *(balance.points, school.weight, one.weight),
    ]


def _csv(rows: list[list[object]]) -> str:
    # Excel takes a file for UTF-8 by its mark; a cell that begins like a formula is told to be text.
    written = io.StringIO()
    csv.writer(written).writerows([[_inert(cell) for cell in row] for row in rows])
    return "\ufeff" + written.getvalue()


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r") else cell
