"""Reading `outreach-scenario/1`. Strict: an unknown key is refused with its path, and so is a change that would change nothing."""

from __future__ import annotations

from collections.abc import Callable

from outreach.matching import json_form as form
from outreach.matching.json_form import Node
from outreach.matching.problem import KINDS
from outreach.matching.problem_json import read_company, read_offer, read_slot, read_team
from outreach.matching.refusal import ProblemRefused
from outreach.matching.scenarios.scenario import (
    FIELDS,
    FILTERS,
    LIFTED,
    OPERATIONS,
    WEEKDAYS,
    Add,
    Adjust,
    Change,
    Closed,
    Free,
    Goals,
    Hours,
    MoreCompanies,
    Remove,
    Scenario,
)
from outreach.matching.times import DAY, minutes_of

FORMAT = "outreach-scenario/1"

_weekdays = form.words_of(WEEKDAYS)
_kinds = form.words_of(KINDS)
_TIMES = ("weekdays", "dates", "from", "to")


def read_scenario(content: bytes) -> Scenario:
    """The scenario in a file's bytes. Raises `ProblemRefused`."""
    return scenario_of(form.parse(content))


def scenario_of(value: object) -> Scenario:
    """The scenario in an already parsed JSON value. Raises `ProblemRefused`."""
    node = Node(value, "")
    node.get("format", form.word_of((FORMAT,)))
    _only(node, ("format", "name", "changes"))
    return Scenario(node.get("name", form.identifier), node.get("changes", form.listing(_change)))


def _only(node: Node, keys: tuple[str, ...]) -> None:
    for key in node.value:
        if key not in keys:
            raise ProblemRefused(node.at(key), f"is not known here: there are {', '.join(keys)}")


def _change(value: object, path: str) -> Change:
    node = Node(value, path)
    return _CHANGES[node.get("change", form.word_of(tuple(_CHANGES)))](node)


def _some(node: Node, keys: tuple[str, ...]) -> None:
    """Refuse where none of these keys is given."""
    if not any(key in node.value for key in keys):
        raise ProblemRefused(node.path, f"names none of {', '.join(keys)}")


def _one(node: Node, keys: tuple[str, ...]) -> str:
    """The one of these keys that is given."""
    given = [key for key in keys if key in node.value]
    if len(given) != 1:
        raise ProblemRefused(node.path, f"has not exactly one of {', '.join(keys)}")
    return given[0]


def _listed(node: Node, key: str) -> tuple[str, ...] | None:
    """A list of ids or words that is not empty, None where it is absent."""
    if key not in node.value:
        return None
    found: tuple[str, ...] = node.get(key, _kinds if key == "kinds" else form.texts)
    if not found:
        raise ProblemRefused(node.at(key), "is empty")
    return found


def _more_companies(node: Node) -> MoreCompanies:
    _only(node, ("change", "like", "number", "times"))
    amount = _one(node, ("number", "times"))
    return MoreCompanies(like=_listed(node, "like"), **{amount: node.get(amount, form.positive)})


def _add(node: Node) -> Add:
    keys = ("companies", "offers", "slots", "teams")
    _only(node, ("change", *keys))
    _some(node, keys)
    return Add(
        companies=node.find("companies", form.listing(read_company), ()),
        offers=node.find("offers", form.listing(read_offer), ()),
        slots=node.find("slots", form.listing(read_slot), ()),
        teams=node.find("teams", form.listing(read_team), ()),
    )


def _remove(node: Node) -> Remove:
    keys = ("companies", "offers", "slots", "teams")
    _only(node, ("change", *keys))
    _some(node, keys)
    return Remove(**{key: node.find(key, form.identifiers, ()) for key in keys})


def _hours(node: Node) -> Hours:
    _some(node, ("weekdays", "dates"))
    opens, closes = node.find("from", _clock, 0), node.find("to", _clock, DAY)
    if closes <= opens:
        raise ProblemRefused(node.path, "ends before it starts")
    weekdays = node.find("weekdays", _weekdays, ())
    days = node.find("dates", form.listing(_date), ())
    if not weekdays and not days:
        raise ProblemRefused(node.path, "names no day")
    return Hours(frozenset(map(WEEKDAYS.index, weekdays)), frozenset(days), opens, closes)


def _clock(value: object, path: str) -> int:
    """A time of the day as minutes; 24:00 is its end."""
    text = form.text(value, path)
    if text == "24:00":
        return DAY
    try:
        return minutes_of(f"2000-01-01T{text}") % DAY
    except ValueError:
        raise ProblemRefused(path, f"{text!r} is not a time of the day like 14:30") from None


def _date(value: object, path: str) -> int:
    text = form.text(value, path)
    try:
        return minutes_of(f"{text}T00:00") // DAY
    except ValueError:
        raise ProblemRefused(path, f"{text!r} is not a date like 2027-03-08") from None


def _closed(node: Node) -> Closed:
    _only(node, ("change", *_TIMES, "companies", "districts", "schools"))
    whose = [key for key in ("companies", "districts", "schools") if key in node.value]
    if len(whose) > 1:
        raise ProblemRefused(node.path, f"names more than one of {', '.join(whose)}")
    return Closed(_hours(node), **{key: _listed(node, key) for key in whose})


def _free(node: Node) -> Free:
    _only(node, ("change", *_TIMES, "districts", "schools"))
    for key in ("from", "to"):
        # A whole day from midnight to midnight is nobody's school day: it is asked for, never assumed.
        node.get(key, _clock)
    if "districts" in node.value and "schools" in node.value:
        raise ProblemRefused(node.path, "names both districts and schools")
    return Free(_hours(node), districts=_listed(node, "districts"), schools=_listed(node, "schools"))


def _adjust(node: Node) -> Adjust:
    things = node.get("things", form.word_of(tuple(FIELDS)))
    _only(node, ("change", "things", "field", *OPERATIONS, *FILTERS[things]))
    field = node.get("field", form.word_of(tuple(FIELDS[things])))
    operation = _one(node, OPERATIONS)
    filters = tuple((key, found) for key in FILTERS[things] if (found := _listed(node, key)) is not None)
    return Adjust(things, field, operation, _value(node, things, field, operation), filters)


def _value(node: Node, things: str, field: str, operation: str) -> int | None:
    if operation == "by":
        return node.get("by", _step)
    if operation == "to" and field in LIFTED and node.value["to"] is None:
        return None
    number = node.get(operation, form.whole)
    least = FIELDS[things][field]
    if number < least:
        raise ProblemRefused(node.at(operation), f"{number} is below {least}")
    return number


def _step(value: object, path: str) -> int:
    """A whole number of either sign."""
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return -form.whole(-value, path)
    number = form.whole(value, path)
    if number == 0:
        raise ProblemRefused(path, "0 changes nothing")
    return number


def _goals(node: Node) -> Goals:
    _only(node, ("change", "order"))
    return Goals(node.get("order", form.texts))


_CHANGES: dict[str, Callable[[Node], Change]] = {
    "more-companies": _more_companies,
    "add": _add,
    "remove": _remove,
    "closed": _closed,
    "free": _free,
    "adjust": _adjust,
    "goals": _goals,
}
