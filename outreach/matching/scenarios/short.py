"""Short forms of the commonest scenarios, for a command line: `firms=12`, `closed=monday`, `travel=45`, `goals=groups,equity`.

Joined by `+` they are one scenario: `closed=monday+travel=45`. Each is written out as a change of `outreach-scenario/1` and
read by the same reader:

- `firms=12`: that many more companies, copies of those that are there, dealt round; `firms=12:C0001,C0002`: like these;
- `closed=monday,2027-03-10`: nothing on these weekdays and dates; `free=wednesday:13:30-17:00`: the schools are free then as well;
- `travel=45`: no request travels longer (minutes one way); `pupils=30`: no offer takes more at once;
- `without=C0003,C0004`: these companies give nothing;
- `goals=groups,equity,travel`: another order of goals.
"""

from __future__ import annotations

from collections.abc import Callable

from outreach.matching.refusal import ProblemRefused
from outreach.matching.scenarios.reading import FORMAT, scenario_of
from outreach.matching.scenarios.scenario import WEEKDAYS, Scenario

Json = dict[str, object]


def is_short(text: str) -> bool:
    """Whether a word is meant as a short form (and not as the name of a file)."""
    return text.partition("=")[0] in SHORT


def short_scenario(text: str) -> Scenario:
    """The scenario of a short form, its name the form itself. Raises `ProblemRefused`."""
    changes = []
    for part in text.split("+"):
        word, _, value = part.partition("=")
        if word not in SHORT or not value:
            raise ProblemRefused(text, f"{part!r} is not one of {', '.join(f'{one}=...' for one in SHORT)}")
        changes.append(SHORT[word](value))
    try:
        return scenario_of({"format": FORMAT, "name": text, "changes": changes})
    except ProblemRefused as refusal:
        raise ProblemRefused(text, str(refusal)) from None


def _firms(value: str) -> Json:
    number, _, names = value.partition(":")
    like: Json = {"like": names.split(",")} if names else {}
    return {"change": "more-companies", "number": _whole(number)} | like


def _closed(value: str) -> Json:
    return {"change": "closed"} | _days(value)


def _free(value: str) -> Json:
    days, _, hours = value.partition(":")
    opens, _, closes = hours.partition("-")
    return {"change": "free", "from": opens, "to": closes} | _days(days)


def _days(value: str) -> Json:
    """Weekdays and dates apart."""
    words = value.split(",")
    parts = {
        "weekdays": [word for word in words if word in WEEKDAYS],
        "dates": [word for word in words if word not in WEEKDAYS],
    }
    return {key: found for key, found in parts.items() if found}


def _travel(value: str) -> Json:
    return _at_most("requests", "max_travel_minutes", value)


def _pupils(value: str) -> Json:
    return _at_most("offers", "max_pupils", value)


def _at_most(things: str, field: str, value: str) -> Json:
    return {"change": "adjust", "things": things, "field": field, "at_most": _whole(value)}


def _without(value: str) -> Json:
    return {"change": "remove", "companies": value.split(",")}


def _goals(value: str) -> Json:
    return {"change": "goals", "order": value.split(",")}


def _whole(text: str) -> int | str:
    """A whole number; anything else goes to the reader as it is, to be refused there."""
    return int(text) if text.isascii() and text.isdecimal() else text


SHORT: dict[str, Callable[[str], Json]] = {
    "firms": _firms,
    "closed": _closed,
    "free": _free,
    "travel": _travel,
    "pupils": _pupils,
    "without": _without,
    "goals": _goals,
}
