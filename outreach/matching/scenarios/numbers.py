"""One number of many things changed: limits, weights, seats, minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from outreach.matching.problem import Problem, School
from outreach.matching.scenarios.scenario import FIELDS, Adjust
from outreach.matching.scenarios.tidying import changed

# Where one of these is adjusted beyond the other, the other follows.
_BESIDE = {"min_pupils": "max_pupils", "max_pupils": "min_pupils"}


def adjust(problem: Problem, change: Adjust) -> Problem:
    """The things that every filter lets through, with the number changed."""
    ids = {one.id for one in getattr(problem, change.things) if _meant(problem, change, one)}
    things = tuple(
        _adjusted(one, change) if one.id in ids else one for one in getattr(problem, change.things)
    )
    if change.things != "offers":
        return changed(problem, **{change.things: things})
    offers = {one.id: one for one in things}
    slots = tuple(_slot(one, offers[one.offer], change) if one.offer in ids else one for one in problem.slots)
    return changed(problem, offers=things, slots=slots)


def _meant(problem: Problem, change: Adjust, thing: Any) -> bool:
    return all(_word(problem, change, key, thing) in words for key, words in change.filters)


def _word(problem: Problem, change: Adjust, key: str, thing: Any) -> str:
    """What a filter looks at."""
    if key == "districts":
        school: School = problem.school[thing.school] if change.things == "requests" else thing
        return school.district
    word: str = getattr(thing, {"ids": "id", "companies": "company", "kinds": "kind"}[key])
    return word


def _adjusted(thing: Any, change: Adjust) -> Any:
    value = _number(getattr(thing, change.field), change)
    found = replace(thing, **{change.field: value})
    beside = _BESIDE.get(change.field)
    if beside and found.min_pupils > found.max_pupils:
        found = replace(found, **{beside: value})
    return found


def _slot(slot: Any, offer: Any, change: Adjust) -> Any:
    """A slot's own value changes as its offer's does; `offer` is changed already."""
    own = getattr(slot, change.field)
    if own is not None:
        slot = replace(slot, **{change.field: _number(own, change)})
    beside = _BESIDE.get(change.field)
    least = offer.min_pupils if slot.min_pupils is None else slot.min_pupils
    most = offer.max_pupils if slot.max_pupils is None else slot.max_pupils
    if beside and least > most:
        slot = replace(slot, **{beside: least if change.field == "min_pupils" else most})
    return slot


def _number(value: int | None, change: Adjust) -> int | None:
    amount = change.value
    if change.operation == "to" or amount is None:
        return amount
    if value is None:
        return amount if change.operation == "at_most" else None
    if change.operation == "by":
        return max(FIELDS[change.things][change.field], value + amount)
    return min(value, amount) if change.operation == "at_most" else max(value, amount)
