"""A page that holds every macro of the face once, with made-up content, for the tests of the face.

`hang(app)` adds it as /gallery (all well) and /gallery?wrong=1 (every field refused). It is no part of the product.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template_string, request
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange

from outreach.web.forms.base import Form, Ticks, choices_of

TEMPLATE = """
{% extends "base.html" %}
{% import "_macros/forms.html" as forms %}
{% import "_macros/page.html" as page %}
{% import "_macros/table.html" as tables %}
{% import "_macros/chart.html" as chart %}
{% from "_macros/breadcrumbs.html" import breadcrumbs %}
{% block title %}Gallery{% endblock %}
{% block breadcrumbs %}{{ breadcrumbs([("Offers", "/"), "Gallery"]) }}{% endblock %}
{% block content %}
{% call page.page_heading("Gallery", lead="Every part once", kicker="Spring", back=("Back", "/"),
                          badge=page.state_badge("awaiting"), actions=[{"label": "Edit", "url": "/"}]) %}
{{ forms.post_button("/gallery", "Withdraw", confirm_text="Really withdraw?", fields={"version": 3}, about="request 7") }}
{% endcall %}
{{ page.subnav([{"label": "One", "url": "/", "active": true, "count": 0}, {"label": "Two", "url": "/"}], "Parts") }}
{% call forms.post_form(form) %}
{{ forms.choices(form.kind, hint="One of them", hints={"visit": "You travel"}) }}
{{ forms.choices(form.grades, columns=6) }}
{% call forms.group("Size", "No names") %}
{% call forms.row() %}
{{ forms.field(form.pupils, width="xs", unit="pupils", hint="A coach holds 28") }}{{ forms.field(form.day) }}
{% endcall %}
{{ forms.field(form.chair, hint="Step-free places only") }}
{{ forms.day_hours(form.monday, form.start, form.end) }}
{% endcall %}
{{ forms.bilingual(form.title_en, form.title_zh, hint="One is enough", rows=2) }}
{{ forms.field(form.mail, autocomplete="email") }}
{{ forms.field(form.secret, autocomplete="current-password") }}{{ forms.field(form.text, optional=true) }}
{{ forms.field(form.district) }}{{ forms.field(form.file) }}{{ forms.field(form.kept) }}
{% for entry in form.contacts %}{{ forms.any_field(entry) }}{% endfor %}
{{ forms.submit("Save", cancel=("Cancel", "/"), second=("Save as draft", "draft")) }}
{% endcall %}
{% call forms.filter_bar("/gallery", clear_url="/gallery") %}
<label for="q">Name</label><input id="q" name="q" class="form-control">{% endcall %}
{% for kind in ("info", "good", "warn", "bad") %}{{ page.notice(kind, "Title " ~ kind, "Text") }}{% endfor %}
{{ page.figures([(34, "pupils"), ("1,056", "schools", "proven")]) }}
{{ page.facts([("When", "Thursday"), ("Contact", None), ("Note", "")]) }}
{% call page.section("Steps", actions=[{"label": "All", "url": "/"}], lead="In order", id="steps") %}
{{ page.steps([{"label": "One", "state": "done"}, {"label": "Two", "state": "current", "text": "now"},
                {"label": "Three", "state": "todo", "url": "/"}]) }}
{{ page.timeline([("Monday", "Handed in", "Tess"), ("Sunday", "Begun")]) }}
{% endcall %}
{% for state in state_words %}{{ page.state_badge(state) }}{% endfor %}
{% set columns = [{"label": "School", "sort_url": "/", "sorted": "ascending"},
                  {"label": "Pupils", "numeric": true}, {"label": "Deeds", "hidden_label": true}] %}
{% call tables.table("Requests", columns) %}
{{ tables.row(columns, [tables.link("/", "Tai Wai"), 34,
                        forms.post_button("/gallery", "Remove", style="quiet", about="Tai Wai")]) }}
{% endcall %}
{{ tables.simple_table("Small", ["A", "B"], [["x", none], ["y", "<z>"]]) }}
{% call page.cards() %}{% for offer in offers %}
{% call page.card(page.in_both(offer, "title"), "/", meta="Sha Tin", level=3) %}{{ page.prose("Text") }}{% endcall %}
{% endfor %}{% endcall %}
<p>{{ page.dotted(["Sha Tin", "P4", "20 pupils"]) }}</p>
{{ page.pagination(found) }}
{{ page.empty_state("Nothing yet", "Write the first one.", "/", "Write") }}
{{ chart.progress_chart(points, "Schools served", "schools") }}
{{ chart.progress_chart([], "Nothing", id="none") }}
{% endblock %}
"""

POINTS = ((0, None, 1062), (2.5, 640, 1062), (14, 1002, 1058), (48, 1056, 1056))


class GalleryForm(Form):
    """One field of each sort; all of them may be refused."""

    kind = RadioField(
        "Kind", choices=choices_of({"visit": "Visit", "session": "Session"}), validators=[InputRequired()]
    )
    grades = Ticks("Grades", choices=choices_of({"P1": "P1", "S6": "S6"}), validators=[InputRequired()])
    pupils = IntegerField("Pupils", validators=[InputRequired(), NumberRange(1, 45)])
    day = DateField("Day", validators=[InputRequired()])
    chair = BooleanField("Wheelchair", validators=[InputRequired()])
    monday = BooleanField("Monday")
    start = TimeField("Start", validators=[InputRequired()])
    end = TimeField("End", validators=[InputRequired()])
    title_en = TextAreaField("Title in English", validators=[InputRequired()])
    title_zh = TextAreaField("Title in Chinese")
    mail = EmailField("Mail", validators=[InputRequired()])
    secret = PasswordField("Password", validators=[InputRequired()])
    text = TextAreaField("Text")
    district = SelectField(
        "District", choices=choices_of({"": "All", "K": "Sham Shui Po"}), validators=[InputRequired()]
    )
    file = FileField("File")
    kept = HiddenField(default="7")
    contacts = FieldList(StringField("Contact", validators=[InputRequired()]), min_entries=2)


def thing(**values: Any) -> SimpleNamespace:
    """Something with these attributes."""
    return SimpleNamespace(**values)


def gallery() -> str:
    """The page."""
    wrong = bool(request.args.get("wrong")) or request.method == "POST"
    form = GalleryForm(MultiDict({"pupils": "80"}) if wrong else None, meta={"csrf": False})
    if wrong:
        form.validate()
    return render_template_string(
        TEMPLATE,
        form=form,
        navigation=[thing(label="Today", url="/", active=True), thing(label="Offers", url="/", active=False)],
        person=thing(name="Tess Chan", roles=["Teacher"], account_url="/"),
        footer_links=[thing(label="Privacy", url="/")],
        points=[thing(seconds=seconds, value=value, bound=bound) for seconds, value, bound in POINTS],
        found=thing(number=2, pages=3, total=1220, url=lambda number: f"/gallery?page={number}"),
        offers=[
            thing(title_en="Robots", title_zh="機械人"),
            thing(title_en="Data centre", title_zh=""),
            thing(title_en="", title_zh="圖像識別"),
        ],
    )


def hang(app: Flask) -> None:
    """Add the gallery to an application of the tests."""
    app.add_url_rule("/gallery", "gallery", gallery, methods=["GET", "POST"])
