"""Where something is: a known place by name, and the exact point for whoever knows it."""

from __future__ import annotations

from typing import Any, TypedDict

from flask_babel import lazy_gettext as _l
from wtforms import FloatField, SelectField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange

from outreach.letters import in_language
from outreach.models.places import CENTRES, PLACES, SITES, place_near
from outreach.web.forms.base import Form, optional


class Where(TypedDict):
    """A place as the deeds take it."""

    district: str | None
    longitude: float | None
    latitude: float | None


def place_choices() -> list[SelectChoice]:
    """Nothing chosen, then the sites where firms sit, then the centres of the districts."""
    groups = ((_l("Technology sites"), SITES), (_l("Districts"), CENTRES))
    return [
        SelectChoice(value="", label=_l("Choose a place")),
        *(
            SelectChoice(value=place.code, label=in_language(place, "name").text, optgroup=str(heading))
            for heading, places in groups
            for place in places
        ),
    ]


class PlaceForm(Form):
    """A form with a place in it; `after_place` are the fields below it, so that complaints come in the page's order."""

    after_place: tuple[str, ...] = ()
    place = SelectField(_l("Near which place?"))
    longitude = FloatField(
        _l("Longitude"),
        [optional(), NumberRange(113.8, 114.6, _l("Between %(min)s and %(max)s in Hong Kong."))],
    )
    latitude = FloatField(
        _l("Latitude"), [optional(), NumberRange(22.1, 22.7, _l("Between %(min)s and %(max)s in Hong Kong."))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place.choices = place_choices()
        # An inherited field comes first: here it moves to where the page has it.
        for name in ("place", "longitude", "latitude", *self.after_place):
            self._fields[name] = self._fields.pop(name)

    def validate_place(self, field: SelectField) -> None:
        """A point has two coordinates. Told here: an empty coordinate asks no further questions."""
        if (self.longitude.data is None) != (self.latitude.data is None):
            raise ValidationError(_l("Give both coordinates, or neither."))

    def where(self) -> Where:
        """The exact point where it is given, else the chosen place's; the district is the place's."""
        place = PLACES.get(self.place.data or "")
        if place is None:
            return {"district": None, "longitude": None, "latitude": None}
        if self.longitude.data is None or self.latitude.data is None:
            return {"district": place.district, "longitude": place.longitude, "latitude": place.latitude}
        return {
            "district": place.district,
            "longitude": self.longitude.data,
            "latitude": self.latitude.data,
        }

    def show_where(self, district: str | None, longitude: float | None, latitude: float | None) -> None:
        """Preset the place that is nearest, and the exact point where it is another one."""
        if district is None or longitude is None or latitude is None:
            return
        place = place_near(district, longitude, latitude)
        self.place.data = place.code
        if (place.longitude, place.latitude) != (longitude, latitude):
            self.longitude.data, self.latitude.data = longitude, latitude
