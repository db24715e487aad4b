"""The problem that a scenario asks about."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace
from typing import Any

from outreach.matching.consistency import known
from outreach.matching.problem import Problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.scenarios.firms import more_companies
from outreach.matching.scenarios.hours import closed, free
from outreach.matching.scenarios.numbers import adjust
from outreach.matching.scenarios.scenario import (
    Add,
    Adjust,
    Change,
    Closed,
    Free,
    Goals,
    MoreCompanies,
    Remove,
    Scenario,
)
from outreach.matching.scenarios.tidying import changed


def apply(problem: Problem, scenario: Scenario) -> Problem:
    """The problem with the scenario's changes made, one after the other; the given one stays as it is.

    Requests and schools are the same ones, under the same ids. Raises `ProblemRefused` with the path in the scenario for an id that
    does not exist, and with that of the change for what makes the problem contradict itself.
    """
    found = problem
    for index, change in enumerate(scenario.changes):
        path = f"changes[{index}]"
        _know_ids(found, change, path)
        try:
            found = _WAYS[type(change)](found, change)
        except ProblemRefused as refusal:
            raise ProblemRefused(path, str(refusal)) from None
    return replace(found, name=f"{problem.name}: {scenario.name}" if problem.name else scenario.name)


def _know_ids(problem: Problem, change: Change, path: str) -> None:
    """Refuse ids and districts that the problem does not have at this moment."""
    districts = {school.district for school in problem.schools}
    words: dict[str, tuple[Container[str], str]] = {
        "schools": (problem.school, "school"),
        "companies": (problem.company, "company"),
        "offers": (problem.offer, "offer"),
        "slots": (problem.slot, "slot"),
        "teams": (problem.team, "team"),
        "requests": (problem.visit_request, "request"),
        "districts": (districts, "district"),
    }
    for key, names in _named(change):
        kind = change.things if key == "ids" and isinstance(change, Adjust) else key
        if kind in words:
            for index, name in enumerate(names):
                known(f"{path}.{key}[{index}]", name, *words[kind])
    if isinstance(change, MoreCompanies):
        for index, name in enumerate(change.like or ()):
            known(f"{path}.like[{index}]", name, *words["companies"])


def _named(change: Change) -> list[tuple[str, tuple[str, ...]]]:
    if isinstance(change, Adjust):
        return list(change.filters)
    if isinstance(change, Remove | Closed | Free):
        keys = ("companies", "offers", "slots", "teams", "districts", "schools")
        return [(key, found) for key in keys if (found := getattr(change, key, None))]
    return []


def _add(problem: Problem, change: Add) -> Problem:
    return changed(
        problem,
        companies=problem.companies + change.companies,
        offers=problem.offers + change.offers,
        slots=problem.slots + change.slots,
        teams=problem.teams + change.teams,
    )


def _remove(problem: Problem, change: Remove) -> Problem:
    gone = set(change.offers) | {one.id for one in problem.offers if one.company in change.companies}
    teams = []
    for team in problem.teams:
        offers = tuple(name for name in team.offers if name not in gone)
        # A team that gave nothing before is none of the change's business.
        if team.id not in change.teams and (offers or not team.offers):
            teams.append(team if offers == team.offers else replace(team, offers=offers))
    slots = tuple(one for one in problem.slots if one.offer not in gone and one.id not in change.slots)
    return changed(problem, slots=slots, teams=tuple(teams))


def _goals(problem: Problem, change: Goals) -> Problem:
    return replace(problem, objectives=change.order)


_WAYS: dict[type[Change], Callable[[Problem, Any], Problem]] = {
    MoreCompanies: more_companies,
    Add: _add,
    Remove: _remove,
    Closed: closed,
    Free: free,
    Adjust: adjust,
    Goals: _goals,
}
