"""A team, and the days on which it is free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.fields import HiddenField

from outreach.letters import in_language
from outreach.models import Offer, Team
from outreach.services.teams import TeamFacts
from outreach.web.forms.base import Ticks, at_most, choices_of, fill, or_else, required, stripped
from outreach.web.forms.offers import whole_number
from outreach.web.forms.place import PlaceForm

PLAIN = ("name_en", "name_zh", "max_sessions_per_day", "turnaround_minutes", "max_travel_minutes")


class TeamForm(PlaceForm):
    """Trainers: what they can give, where they start from, how much they can take."""

    after_place = ("max_travel_minutes", "max_sessions_per_day", "turnaround_minutes")
    name_en = StringField(
        _l("Name in English"),
        [at_most(200), or_else("name_zh", _l("Give the team a name in at least one language."))],
        [stripped],
    )
    name_zh = StringField(_l("Name in Chinese"), [at_most(200)], [stripped])
    offer_ids = Ticks(
        _l("Offers that this team can give"),
        required(_l("Choose at least one offer that this team can give.")),
    )
    max_sessions_per_day = whole_number(_l("Sessions a day, at most"), 1, 10, default=1)
    turnaround_minutes = whole_number(_l("Rest between two sessions"), 0, 240, default=30)
    max_travel_minutes = whole_number(_l("Travel to a school, at most"), 0, 240, default=90)
    version = HiddenField()

    def __init__(self, offers: Sequence[Offer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_ids.choices = choices_of(
            {str(offer.id): in_language(offer, "title").text for offer in offers}
        )

    def facts(self) -> TeamFacts:
        """What the deeds take."""
        plain: dict[str, Any] = {name: self._fields[name].data for name in PLAIN}
        offer_ids = tuple(int(number) for number in self.offer_ids.data or ())
        return TeamFacts(offer_ids=offer_ids, **plain, **self.where())

    def show(self, team: Team, offers: Sequence[Offer]) -> None:
        """Preset everything from a team."""
        fill(self, team, PLAIN)
        self.offer_ids.data = [str(offer.id) for offer in offers]
        self.version.data = str(team.version)
        self.show_where(team.district, team.longitude, team.latitude)
