"""An offer in both languages, and the search of the catalogue."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import HiddenField

from outreach.models import Offer, OfferKind
from outreach.models.district import DISTRICTS
from outreach.models.words import GRADES, KINDS, LANGUAGES, TOPICS
from outreach.queries.offers import Wanted
from outreach.services.offers import OfferFacts
from outreach.web.context import district_name
from outreach.web.forms.base import (
    SearchForm,
    Ticks,
    at_most,
    between,
    choices_of,
    fill,
    or_else,
    required,
    stripped,
)
from outreach.web.forms.place import PlaceForm

WRITTEN = ("title_en", "title_zh", "summary_en", "summary_zh", "address_en", "address_zh")
CHOSEN = ("grades", "languages", "topics")
COUNTED = ("min_pupils", "max_pupils", "max_groups", "minutes")


def whole_number(label: Any, least: int, most: int, **more: Any) -> IntegerField:
    """A whole number within bounds."""
    return IntegerField(label, [*required(), between(least, most)], **more)


class OfferForm(PlaceForm):
    """What a company is ready to do. One language is enough; the page marks the other as missing."""

    after_place = ("address_en", "address_zh", "grades", "topics", "languages", "wheelchair", *COUNTED)
    kind = RadioField(_l("Who travels?"), validators=required(_l("Choose who travels.")))
    title_en = StringField(
        _l("Title in English"),
        [at_most(200), or_else("title_zh", _l("Give the offer a title in at least one language."))],
        [stripped],
    )
    title_zh = StringField(_l("Title in Chinese"), [at_most(200)], [stripped])
    summary_en = TextAreaField(_l("What the pupils do, in English"), [at_most(3000)], [stripped])
    summary_zh = TextAreaField(_l("What the pupils do, in Chinese"), [at_most(3000)], [stripped])
    address_en = StringField(_l("Address in English"), [at_most(300)], [stripped])
    address_zh = StringField(_l("Address in Chinese"), [at_most(300)], [stripped])
    grades = Ticks(_l("Grades"))
    languages = Ticks(_l("Languages in which it can be given"))
    topics = Ticks(_l("Topics"))
    wheelchair = BooleanField(_l("Pupils in wheelchairs can take part"))
    min_pupils = whole_number(_l("Pupils, at least"), 0, 1000, default=0)
    max_pupils = whole_number(_l("Pupils, at most"), 1, 1000, default=40)
    max_groups = whole_number(_l("Groups at a time"), 1, 50, default=1)
    minutes = whole_number(_l("How long it lasts"), 15, 600, default=90)
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices_of(KINDS)
        self.grades.choices = choices_of(GRADES)
        self.languages.choices = choices_of(LANGUAGES)
        self.topics.choices = choices_of(TOPICS)

    def facts(self) -> OfferFacts:
        """What the deeds take."""
        typed: dict[str, Any] = {name: self._fields[name].data or "" for name in WRITTEN}
        typed |= {name: tuple(self._fields[name].data or ()) for name in CHOSEN}
        typed |= {name: self._fields[name].data for name in (*COUNTED, "wheelchair")}
        # A place that was typed for a coding session is dropped by the deed.
        return OfferFacts(kind=OfferKind(self.kind.data), **typed, **self.where())

    def show(self, offer: Offer) -> None:
        """Preset everything from an offer."""
        fill(self, offer, (*WRITTEN, *CHOSEN, *COUNTED, "wheelchair"))
        self.kind.data = offer.kind.value
        self.version.data = str(offer.version)
        self.show_where(offer.district, offer.longitude, offer.latitude)


class CatalogueForm(SearchForm):
    """What to look for; every part may stay empty."""

    words = StringField(_l("Words"), filters=[stripped], render_kw={"type": "search"})
    kind = SelectField(_l("Kind"))
    topic = SelectField(_l("Topic"))
    grade = SelectField(_l("Grade"))
    language = SelectField(_l("Language"))
    district = SelectField(_l("District"))
    free_only = BooleanField(_l("Free places only"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {one.code: district_name(one.code) for one in DISTRICTS}
        self.kind.choices = choices_of({"": _l("Both kinds"), **KINDS})
        self.topic.choices = choices_of({"": _l("All topics"), **TOPICS})
        self.grade.choices = choices_of({"": _l("All grades"), **GRADES})
        self.language.choices = choices_of({"": _l("All languages"), **LANGUAGES})
        self.district.choices = choices_of({"": _l("All districts"), **names})

    def wanted(self) -> Wanted:
        """The search as the catalogue takes it."""
        found: dict[str, Any] = {name: value or "" for name, value in self.known().items()}
        return Wanted(**{**found, "free_only": bool(found["free_only"])})
