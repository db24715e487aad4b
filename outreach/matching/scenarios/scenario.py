"""What a scenario is made of: a name, and changes of a problem that are made one after the other.

The JSON form `outreach-scenario/1`; a key that is not known is refused, since a slip of the pen would ask another question:

    {"format": "outreach-scenario/1", "name": "Twelve more firms, no Mondays", "changes": [
      {"change": "more-companies", "like": ["C0001", "C0002"], "number": 12},
      {"change": "closed", "weekdays": ["monday"]},
      {"change": "closed", "dates": ["2027-03-10"], "from": "13:00", "to": "18:00", "districts": ["Sai Kung"]},
      {"change": "free", "weekdays": ["wednesday"], "from": "13:30", "to": "17:00"},
      {"change": "adjust", "things": "requests", "field": "max_travel_minutes", "at_most": 45},
      {"change": "adjust", "things": "offers", "field": "max_pupils", "by": 10, "companies": ["C0001"]},
      {"change": "remove", "companies": ["C0003"], "slots": ["L000017"]},
      {"change": "add", "slots": [{"id": "extra", "offer": "O1", "start": "2027-03-10T10:00", "end": "2027-03-10T12:00"}]},
      {"change": "goals", "order": ["groups", "equity", "travel"]}]}

- `more-companies`: copies of the companies of `like` (absent: of all) with their offers, slots and teams, under new ids;
  `number` of them in all, dealt round, or so many `times` of each. No request has chosen a copy: it is liked for its topics only.
- `add`: `companies`, `offers`, `slots` and `teams` in the form of a problem.
- `remove`: what these `companies` or `offers` give (their slots and teams), or single `slots` and `teams`. Companies and offers
  stay known, with nothing to give, so that the ranks of the schools' other choices stay as they are.
- `closed`: nothing takes place on these `weekdays` and `dates`, all day or `from` .. `to`: slots that touch it go, windows of
  teams are cut. With `companies` only theirs; with `districts` or `schools` it is the schools' windows that are cut.
- `free`: the schools (of these `districts`, or these `schools`) are free `from` .. `to` as well, on these `dates` and on those
  days of these `weekdays` on which some request of the problem has a window (so no holiday becomes a school day).
- `adjust`: a number of all `things` of a kind, or of those with these `ids`, `districts`, `companies`, `kinds`: set `to` (null:
  no limit), changed `by`, or held to `at_most` or `at_least`. FIELDS has what can be adjusted. A slot's own number follows.
- `goals`: another `order` of goals; those that are not named are no goals.

Pins that name what is gone, or that a change has made impossible, are given up. Requests with `scores` may only have what these
name.
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach.matching.problem import Company, Offer, Slot, Team
from outreach.matching.times import DAY

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FIELDS: dict[str, dict[str, int]] = {
    "schools": {"weight": 0, "max_bookings": 0, "max_per_day": 0},
    "companies": {"max_sessions_per_week": 0, "max_sessions": 0},
    "offers": {"min_pupils": 0, "max_pupils": 1, "max_groups": 1},
    "teams": {"max_sessions_per_day": 0, "turnaround_minutes": 0, "max_travel_minutes": 0},
    "requests": {"pupils": 1, "max_travel_minutes": 0},
}
"""What can be adjusted, each with the least value it may have; where `by` leads below that, this is the value."""
LIFTED = frozenset({"max_bookings", "max_sessions_per_week", "max_sessions"})
"""Limits that may be absent: then nothing but `to` and `at_most` changes them."""
OPERATIONS = ("to", "by", "at_most", "at_least")
FILTERS: dict[str, tuple[str, ...]] = {
    "schools": ("ids", "districts"),
    "companies": ("ids",),
    "offers": ("ids", "companies", "kinds"),
    "teams": ("ids", "companies"),
    "requests": ("ids", "districts"),
}


@dataclass(frozen=True, slots=True)
class MoreCompanies:
    """Exactly one of `number` and `times` is set; `like` None means all."""

    like: tuple[str, ...] | None = None
    number: int | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Add:
    companies: tuple[Company, ...] = ()
    offers: tuple[Offer, ...] = ()
    slots: tuple[Slot, ...] = ()
    teams: tuple[Team, ...] = ()


@dataclass(frozen=True, slots=True)
class Remove:
    companies: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of some days: `weekdays` from 0 (Monday), `days` as ordinals, `opens` and `closes` in minutes after midnight."""

    weekdays: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    opens: int = 0
    closes: int = DAY


@dataclass(frozen=True, slots=True)
class Closed:
    """None in place of a filter: no such filter."""

    hours: Hours
    companies: tuple[str, ...] | None = None
    districts: tuple[str, ...] | None = None
    schools: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Free:
    hours: Hours
    districts: tuple[str, ...] | None = None
    schools: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Adjust:
    """`value` None stands for `to` null only. `filters` has the lists that were given."""

    things: str
    field: str
    operation: str
    value: int | None
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Goals:
    order: tuple[str, ...]


Change = MoreCompanies | Add | Remove | Closed | Free | Adjust | Goals


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    changes: tuple[Change, ...] = ()
