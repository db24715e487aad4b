"""Schools: the list for staff, a school's own page with its calendar, and the import of the official file."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from outreach.clock import today, utc_now
from outreach.models import School
from outreach.queries import schools as questions
from outreach.services import schools as deeds
from outreach.services.school_file import MAX_BYTES, NotASchoolFile, read_school_file
from outreach.services.school_uploads import forget_upload, keep_upload, kept_upload
from outreach.services.school_words import (
    FIELDS,
    SECTIONS,
    TYPES,
    describe,
    describe_left_out,
    describe_refusal,
)
from outreach.web.access import load_or_404, reader, requires, signed_in_user
from outreach.web.context import district_name
from outreach.web.forms.base import fill
from outreach.web.forms.schools import BlockedDaysForm, SchoolDayForm, SchoolFileForm, SchoolSearchForm
from outreach.web.paging import page_number, paged

blueprint = Blueprint("schools", __name__)

# A preview shows so many rows of each kind; the command line lists all of them.
ROWS_SHOWN = 50


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """Words for levels and types of schools, on every page that names a school."""
    return {"section_words": SECTIONS, "type_words": TYPES}


@blueprint.get("/schools")
@requires("school.list")
def index() -> ResponseReturnValue:
    """The schools, by part of their name, district and level."""
    form = SchoolSearchForm(request.args)
    found = questions.find_schools(reader=reader(), **form.asked(), page=page_number())
    return render_template("school/index.html", form=form, found=paged(found))


@blueprint.get("/schools/own")
@requires("school.own")
def own() -> ResponseReturnValue:
    """A teacher's own school; a choice where there are several."""
    schools = questions.schools_of(signed_in_user())
    if len(schools) == 1:
        return redirect(url_for("schools.show", school_id=schools[0].id))
    return render_template("school/own.html", schools=schools)


@blueprint.get("/schools/<id:school_id>")
@requires("school.view")
def show(school_id: int) -> ResponseReturnValue:
    """What is known of a school, its day and its blocked days."""
    return _school_page(load_or_404(School, school_id), BlockedDaysForm())


def _school_page(school: School, form: BlockedDaysForm) -> ResponseReturnValue:
    days = questions.blocked_days(school.id, since=today())
    return render_template("school/show.html", school=school, blocked_days=days, form=form), form.status


@blueprint.route("/schools/<id:school_id>/edit", methods=["GET", "POST"])
@requires("school.edit")
def edit(school_id: int) -> ResponseReturnValue:
    """The school's hours and limits."""
    school = load_or_404(School, school_id)
    form = SchoolDayForm()
    if not form.is_submitted():
        fill(form, school, ("day_start", "day_end", "max_per_day", "max_bookings", "version"))
    facts = {"school_id": school_id, "seen_version": form.seen_version(), **form.values("version")}
    if form.validate_on_submit() and form.attempt(
        deeds.change_school, **facts, by=signed_in_user(), now=utc_now()
    ):
        flash(_("The school day is saved. The next run of the scheduler keeps to it."), "good")
        return redirect(url_for("schools.show", school_id=school_id), 303)
    return render_template("school/edit.html", school=school, form=form), form.status


@blueprint.post("/schools/<id:school_id>/blocked-days")
@requires("school.edit")
def block(school_id: int) -> ResponseReturnValue:
    """Add a stretch of days on which the school cannot take part."""
    school = load_or_404(School, school_id)
    form = BlockedDaysForm()
    if not form.validate_on_submit():
        return _school_page(school, form)
    facts = form.facts()
    if not form.attempt(deeds.block_days, school_id=school_id, **facts, by=signed_in_user(), now=utc_now()):
        return _school_page(load_or_404(School, school_id), form)
    _tell_of_bookings(questions.bookings_within(school_id, facts["first_day"], facts["last_day"]))
    return redirect(url_for("schools.show", school_id=school_id), 303)


def _tell_of_bookings(number: int) -> None:
    flash(_("The days are blocked."), "good")
    if number:
        flash(
            ngettext(
                "%(num)d booking falls on these days. It stands until you cancel it.",
                "%(num)d bookings fall on these days. They stand until you cancel them.",
                number,
            ),
            "warn",
        )


@blueprint.post("/schools/<id:school_id>/blocked-days/<id:blocked_days_id>/remove")
@requires("school.edit")
def unblock(school_id: int, blocked_days_id: int) -> ResponseReturnValue:
    """Take a stretch of blocked days back."""
    school = load_or_404(School, school_id)
    deeds.unblock_days(
        school_id=school.id, blocked_days_id=blocked_days_id, by=signed_in_user(), now=utc_now()
    )
    flash(_("The days are free again."), "good")
    return redirect(url_for("schools.show", school_id=school_id), 303)


@blueprint.route("/schools/import", methods=["GET", "POST"])
@requires("school.import")
def import_file() -> ResponseReturnValue:
    """Choose the official file; it is read and kept for the preview, nothing is imported yet."""
    form = SchoolFileForm()
    if form.validate_on_submit():
        upload = form.file.data
        content = upload.stream.read(MAX_BYTES + 1)
        try:
            read_school_file(content)
        except NotASchoolFile as refusal:
            form.file.errors = [describe_refusal(refusal)]
        else:
            folder = current_app.config["SETTINGS"].instance
            key = keep_upload(instance=folder, name=upload.filename or "", content=content, now=utc_now())
            return redirect(url_for("schools.preview", key=key), 303)
    return render_template("school/import.html", form=form), form.status


@blueprint.route("/schools/import/<key>", methods=["GET", "POST"])
@requires("school.import")
def preview(key: str) -> ResponseReturnValue:
    """What the kept file would change; sending the form imports it."""
    folder = current_app.config["SETTINGS"].instance
    kept = kept_upload(instance=folder, key=key)
    if kept is None:
        flash(_("That file is no longer here. Choose it again."), "warn")
        return redirect(url_for("schools.import_file"), 303)
    file = read_school_file(kept[1], name=kept[0])
    if request.method == "GET":
        report = deeds.preview_import(file=file)
        return render_template("school/preview.html", report=report, key=key, **_words_for_report())
    _tell_of_import(deeds.import_schools(file=file, by=signed_in_user(), now=utc_now()))
    forget_upload(instance=folder, key=key)
    return redirect(url_for("schools.index"), 303)


def _tell_of_import(report: deeds.ImportReport) -> None:
    counts = {"new": report.new, "changed": len(report.changed), "same": report.unchanged}
    flash(_("Imported: %(new)d new, %(changed)d changed, %(same)d unchanged.", **counts), "good")


def _said(field: str, value: str) -> str:
    """A stored code as the pages say it."""
    if field == "district":
        return district_name(value)
    return str({"finance_type": TYPES, "level": SECTIONS}.get(field, {}).get(value, value))


def _words_for_report() -> dict[str, object]:
    return {
        "describe": describe,
        "describe_left_out": describe_left_out,
        "field_words": FIELDS,
        "said": _said,
        "rows_shown": ROWS_SHOWN,
    }
