"""The JSON form `outreach-events/1` of events. Reading refuses with `ProblemRefused`: the path and what is wrong there.

```jsonc
{ "format": "outreach-events/1",
  "now": "2027-03-05T12:00",            // optional: sessions that begin before it have happened
  "notice": {"working_days": 2},        // optional: one of minutes, days, working_days; sessions within it are frozen
  "holidays": ["2027-03-26"],           // optional: days that are no working days, beside Saturday and Sunday
  "events": [
    {"kind": "slot-cancelled", "slot": ID},
    {"kind": "seats-cut", "slot": ID, "max_pupils": 30, "max_groups": 1},        // one of the two or both, as they are from now on
    {"kind": "team-ill", "team": ID, "days": ["2027-03-08"],                     // whole days, or windows, or both
                                     "windows": [["2027-03-09T10:00", "2027-03-09T11:30"]]},
    {"kind": "day-lost", "day": "2027-03-08", "districts": [...], "types": [...], "schools": [ids]},
    {"kind": "school-withdrawn", "school": ID},
    {"kind": "request-withdrawn", "request": ID},
    {"kind": "new-request", "request": {...}},                                    // as in outreach-matching/1
    {"kind": "new-slot", "slot": {...}} ] }
```
A lost day is lost for the schools that match all that is given of `districts`, `types` (the optional key `type` of a school) and
`schools`; for every school where none is given. Neither a visit nor a session at the school takes place for them on that day.

Notice: with `minutes` it ends that long after `now`; with `days` or `working_days` it ends with the last of that many days (working
days are Monday to Friday without the holidays) after today, whatever the hour.

What has happened stays. What lies within the notice stays too unless an event strikes it (a cancelled slot, an ill team, a lost
day, a withdrawal, or a slot whose seats are now fewer than its pupils); nobody is newly placed there, and a session there takes
place with the groups that it still has, even below its minimum.
"""

from __future__ import annotations

from collections.abc import Callable

from outreach.matching import json_form as form
from outreach.matching.consistency import ends_after_start
from outreach.matching.json_form import Node
from outreach.matching.problem_json import read_request, read_slot, read_windows
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.events import (
    DayLost,
    Event,
    Events,
    NewRequest,
    NewSlot,
    Notice,
    RequestWithdrawn,
    SchoolWithdrawn,
    SeatsCut,
    SlotCancelled,
    TeamIll,
)
from outreach.matching.times import DAY, day_of, minutes_of

FORMAT = "outreach-events/1"
LONGEST = {"minutes": 366 * DAY, "days": 366, "working_days": 262}


def read_events(content: bytes) -> Events:
    """The events in a file's bytes. Raises `ProblemRefused`; whether they fit a problem is for `applying.py` to say."""
    return events_of(form.parse(content))


def events_of(value: object) -> Events:
    """The events in an already parsed JSON value. Raises `ProblemRefused`."""
    node = Node(value, "")
    node.get("format", form.word_of((FORMAT,)))
    now = node.get("now", form.moment) if "now" in node.value else None
    if now is None and "notice" in node.value:
        raise ProblemRefused("notice", "says nothing without now")
    return Events(
        events=node.get("events", form.listing(_event)),
        now=now,
        notice=node.find("notice", _notice, Notice()),
        holidays=frozenset(node.find("holidays", form.listing(_day), ())),
    )


def _day(value: object, path: str) -> int:
    try:
        return day_of(minutes_of(f"{form.text(value, path)}T00:00"))
    except ProblemRefused:
        raise
    except ValueError:
        raise ProblemRefused(path, f"{value!r} is not a day like 2027-03-08") from None


def _notice(value: object, path: str) -> Notice:
    node = Node(value, path)
    named = [key for key in LONGEST if key in node.value]
    if len(named) != 1:
        raise ProblemRefused(path, f"names not exactly one of {', '.join(LONGEST)}")
    length = node.get(named[0], form.whole)
    if length > LONGEST[named[0]]:
        raise ProblemRefused(node.at(named[0]), f"{length} is more than a year")
    return Notice(**{named[0]: length})


def _event(value: object, path: str) -> Event:
    node = Node(value, path)
    return _READ[node.get("kind", form.word_of(tuple(_READ)))](node)


def _seats_cut(node: Node) -> Event:
    pupils, groups = (
        node.get(key, form.positive) if key in node.value else None for key in ("max_pupils", "max_groups")
    )
    if pupils is None and groups is None:
        raise ProblemRefused(node.path, "names neither max_pupils nor max_groups")
    return SeatsCut(node.get("slot", form.identifier), pupils, groups)


def _team_ill(node: Node) -> Event:
    days, windows = node.find("days", form.listing(_day), ()), node.find("windows", read_windows, ())
    named = {key: read for key, read in (("days", days), ("windows", windows)) if key in node.value}
    if not named:
        raise ProblemRefused(node.path, "names neither days nor windows")
    for key, read in named.items():
        if not read:
            raise ProblemRefused(node.at(key), "is empty")
    for at, window in enumerate(windows):
        ends_after_start(node.at(f"windows[{at}]"), window)
    return TeamIll(node.get("team", form.identifier), days, windows)


def _day_lost(node: Node) -> Event:
    found = {}
    for key in ("districts", "types", "schools"):
        found[key] = frozenset(node.find(key, form.texts, ()))
        if key in node.value and not found[key]:
            # An empty list could mean nobody or everybody; whoever wrote it meant one of the two.
            raise ProblemRefused(node.at(key), "is empty")
    return DayLost(node.get("day", _day), **found)


_READ: dict[str, Callable[[Node], Event]] = {
    "slot-cancelled": lambda node: SlotCancelled(node.get("slot", form.identifier)),
    "seats-cut": _seats_cut,
    "team-ill": _team_ill,
    "day-lost": _day_lost,
    "school-withdrawn": lambda node: SchoolWithdrawn(node.get("school", form.identifier)),
    "request-withdrawn": lambda node: RequestWithdrawn(node.get("request", form.identifier)),
    "new-request": lambda node: NewRequest(node.get("request", read_request)),
    "new-slot": lambda node: NewSlot(node.get("slot", read_slot)),
}
