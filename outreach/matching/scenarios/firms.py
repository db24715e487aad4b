"""More companies like some of those that are there: copies with all that they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from outreach.matching.problem import Company, Problem
from outreach.matching.scenarios.scenario import MoreCompanies
from outreach.matching.scenarios.tidying import changed


def more_companies(problem: Problem, change: MoreCompanies) -> Problem:
    """The copies come after everything else, in the order in which they are dealt."""
    names = [one.id for one in problem.companies] if change.like is None else list(change.like)
    number = change.number if change.number is not None else len(names) * (change.times or 0)
    copies = _Copies(problem)
    for at in range(number if names else 0):
        copies.add(problem.company[names[at % len(names)]])
    # Once for all copies: a problem looks itself over when it is made.
    return changed(
        problem, companies=copies.companies, offers=copies.offers, slots=copies.slots, teams=copies.teams
    )


class _Copies:
    """What a problem has, and copies of some of it under new ids."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.companies, self.offers = problem.companies, problem.offers
        self.slots, self.teams = problem.slots, problem.teams
        self._taken = {*problem.company, *problem.offer, *problem.slot, *problem.team}

    def add(self, company: Company) -> None:
        """One more copy of a company with all that it gives."""
        problem = self.problem
        offers = [one for one in problem.offers if one.company == company.id]
        slots = [one for one in problem.slots if problem.offer[one.offer].company == company.id]
        teams = [one for one in problem.teams if one.company == company.id]
        ids = [
            company.id,
            *(one.id for one in offers),
            *(one.id for one in slots),
            *(one.id for one in teams),
        ]
        end = next(end for end in _endings() if not any(f"{name}{end}" in self._taken for name in ids))
        self._taken.update(f"{name}{end}" for name in ids)
        owner = company.id + end
        self.companies += (replace(company, id=owner),)
        self.offers += tuple(replace(one, id=one.id + end, company=owner) for one in offers)
        self.slots += tuple(replace(one, id=one.id + end, offer=one.offer + end) for one in slots)
        self.teams += tuple(
            replace(one, id=one.id + end, company=owner, offers=tuple(name + end for name in one.offers))
            for one in teams
        )


def _endings() -> Iterator[str]:
    return (f"+{number}" for number in count(1))
