"""Words about schools: levels, types and columns; and what the reader of the school file found, in sentences for people."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import LazyString, format_number, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.services.school_file.rows import NotASchoolFile, Params, RowFault

# As the Education Bureau counts: a special school is neither, whatever it teaches.
SECTIONS: dict[str, LazyString] = {
    "primary": _l("Primary"),
    "secondary": _l("Secondary"),
    "special": _l("Special"),
}

TYPES: dict[str, LazyString] = {
    "government": _l("Government"),
    "aided": _l("Aided"),
    "caput": _l("Caput"),
    "dss": _l("Direct Subsidy Scheme"),
    "esf": _l("English Schools Foundation"),
    "international": _l("International"),
    "private": _l("Private"),
    "pis": _l("Private independent"),
    "special": _l("Special"),
}

# Columns of the table that an import may change.
FIELDS: dict[str, LazyString] = {
    "registration": _l("Registration number"),
    "level": _l("Level"),
    "finance_type": _l("Type"),
    "name_en": _l("Name in English"),
    "name_zh": _l("Name in Chinese"),
    "address_en": _l("Address in English"),
    "address_zh": _l("Address in Chinese"),
    "district": _l("District"),
    "longitude": _l("Longitude"),
    "latitude": _l("Latitude"),
    "phone": _l("Phone"),
    "website": _l("Website"),
}

# Functions, because a sentence is said in the language of whoever reads it, not of whoever read the file.
_FAULTS: dict[str, Callable[[Params], str]] = {
    "missing": lambda p: _("The cell is empty."),
    "unknown_word": lambda p: _("“%(value)s” is not a word that the official file uses here.", **p),
    "too_long": lambda p: _("The text is longer than %(limit)s characters.", **p),
    "unreadable_characters": lambda p: _(
        "The text holds characters that cannot be read. The file may have been damaged."
    ),
    "bad_number": lambda p: _("“%(value)s” is not a school number of 12 digits.", **p),
    "repeated_number": lambda p: _("School number %(number)s stands on line %(line)s already.", **p),
    "bad_coordinate": lambda p: _("“%(value)s” is not a coordinate in degrees.", **p),
    "outside_hong_kong": lambda p: _("%(value)s is not in Hong Kong.", **p),
    "cells": lambda p: _("The row has %(found)s cells; the heading has %(expected)s.", **p),
    "unreadable_row": lambda p: _("The row cannot be taken apart. A quotation mark may be missing."),
    "not_a_record": lambda p: _("The entry is not a record with named values."),
    "not_text": lambda p: _("The value is neither text nor a number."),
    "ambiguous": lambda p: _(
        "Lines %(lines)s bear one name, %(name)s, but seem to be different schools. School numbers would tell them apart.",
        **p,
    ),
}

_REFUSALS: dict[str, Callable[[Params], str]] = {
    "too_big": lambda p: _(
        "This file is larger than %(megabytes)s MB. The school file is much smaller.", **p
    ),
    "workbook": lambda p: _("This is an Excel workbook. Save it as “CSV UTF-8” and choose that file."),
    "empty": lambda p: _("This file is empty."),
    "encoding": lambda p: _(
        "The characters of this file cannot be read. Save it as UTF-8 or UTF-16 and try again."
    ),
    "no_headings": lambda p: _(
        "This is not a school file: its first line does not name the columns of the official file."
    ),
    "missing_columns": lambda p: _(
        "This is not a complete school file. It lacks these columns: %(columns)s.", **p
    ),
    "too_many_rows": lambda p: _(
        "This file has more than %(rows)s rows. The school file has far fewer.", **p
    ),
    "broken_json": lambda p: _("This file begins like JSON but cannot be read as JSON."),
    "not_a_list": lambda p: _("This JSON file is not a list of school records."),
    "no_rows": lambda p: _("This school file has a heading but no schools."),
}

_LEFT_OUT: dict[str, Callable[[int], str]] = {
    "kindergarten": lambda n: ngettext(
        "%(number)s kindergarten", "%(number)s kindergartens", n, number=format_number(n)
    ),
    "evening": lambda n: ngettext(
        "%(number)s evening session", "%(number)s evening sessions", n, number=format_number(n)
    ),
    "place": lambda n: ngettext(
        "%(number)s further place or session of a school",
        "%(number)s further places or sessions of a school",
        n,
        number=format_number(n),
    ),
}


def describe(fault: RowFault) -> str:
    """Why the row could not be read, without its line and column."""
    return _FAULTS[fault.code](fault.params)


def describe_refusal(refusal: NotASchoolFile) -> str:
    """Why the file is no school file, in one or two sentences."""
    return _REFUSALS[refusal.code](refusal.params)


def describe_left_out(reason: str, rows: int) -> str:
    """How many rows were left out for one reason."""
    return _LEFT_OUT[reason](rows)
