"""The measures of a policy in a part of a plan, taken one after the other: each is made as good as it can be, then held.

The part's rules are those of `model.py`. A measure is a sum of literals; what it is worth in the whole plan is recounted in plain
Python from the assignments (`policies.measured`), so a mistake here cannot make a plan look better than it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from outreach.matching.problem import MAXIMISED
from outreach.matching.repairing.policies import CHANGES, COUNTED, SCHOOLS
from outreach.matching.repairing.scene import Scene
from outreach.matching.solving.columns import Flags, Long, Whole
from outreach.matching.solving.engine import Answer, Clock, Effort, run
from outreach.matching.solving.options import Options
from outreach.matching.solving.part import Part
from outreach.matching.solving.team_cuts import chosen_by, cut

if TYPE_CHECKING:
    from outreach.matching.solving.cpsat import cp_model

Terms = list[tuple["cp_model.IntVar", int]]


@dataclass(frozen=True, slots=True)
class Step:
    """A measure as far as it was taken: its sum in the part (less is better) and the proven least of it."""

    measure: str
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        return self.value == self.bound


class Ladder:
    """A part of a scene: `free` options may be chosen, `fixed` ones stay. `options` may be those of an eased problem.

    `losing` says by request whether its being nowhere in the part is a loss.
    """

    def __init__(
        self, scene: Scene, free: Whole, fixed: Whole, clock: Clock, *, options: Options, losing: Flags
    ) -> None:
        self.scene = scene
        self.clock = clock
        self.losing = losing
        self.part = Part(options, free, fixed, clock)
        self.rows: Long = self.part.rows
        self.model = self.part.model
        self._terms: dict[str, Terms] = {}
        self.chosen: list[int] | None = None
        """Rows of the scene's options, the best so far."""
        self.steps: list[Step] = []
        self.impossible = False

    def begin(self, rows: Sequence[int], held: Iterable[str]) -> None:
        """Begin with a plan's options, as far as the part knows them: `chosen` from now on until there is better. It is the best
        one in the measures `held`, one after the other; they stay at its values and need no step."""
        self.chosen = [row for row in rows if row in self.part]
        self.part.hint(self.chosen)
        there = np.isin(self.rows, self.chosen)
        for measure in held:
            self._hold(self._terms_of(measure), self._sum_at(measure, there))

    def climb(self, measures: Iterable[str], effort: Effort) -> bool:
        """Take these measures in turn; whether all were proven. `chosen` is None where nothing was found."""
        for measure in measures:
            terms = self._terms_of(measure)
            if not terms and self.chosen is not None:
                self.steps.append(Step(measure, 0, 0))
                continue
            answer = self._least(terms, effort)
            if answer.values is None:
                self.impossible = answer.impossible and self.chosen is None
                return False
            value = _sum(terms, answer.values)
            bound = value if answer.proven else _rounded(answer.bound, terms)
            self.steps.append(Step(measure, value, bound))
            self._hold(terms, value)
        return all(step.proven for step in self.steps)

    def _least(self, terms: Terms, effort: Effort) -> Answer:
        from outreach.matching.solving.cpsat import cp_model

        model = self.model.cp
        model.clear_objective()  # type: ignore[no-untyped-call]
        if terms:
            model.minimize(
                cp_model.LinearExpr.weighted_sum([one for one, _ in terms], [weight for _, weight in terms])
            )
        while True:
            answer = run(model, effort, self.clock, on_values=_deaf, on_bound=_deaf)
            if answer.values is None:
                return answer
            local = chosen_by(self.model, answer.values)
            if not cut(self.model, local):
                self.chosen = self.rows[local].tolist()
                self._hint(answer.values)
                return answer

    def _hint(self, values: Sequence[int]) -> None:
        self.model.cp.clear_hints()  # type: ignore[no-untyped-call]
        proto = self.model.cp.proto
        proto.solution_hint.vars.extend(range(len(values)))
        proto.solution_hint.values.extend(values)

    def _hold(self, terms: Terms, value: int) -> None:
        from outreach.matching.solving.cpsat import cp_model

        if terms:
            variables, weights = [one for one, _ in terms], [weight for _, weight in terms]
            self.model.cp.add(cp_model.LinearExpr.weighted_sum(variables, weights) <= value)

    def _terms_of(self, measure: str) -> Terms:
        if measure not in self._terms:
            if measure in COUNTED:
                found = self._counted(measure)
            else:
                # A goal row of `model.py`; what is to be made large is turned round.
                terms, _, _ = self.model.goal_terms(measure)
                sign = -1 if measure in MAXIMISED else 1
                found = [(one, sign * weight) for one, weight in terms if weight]
            self._terms[measure] = found
        return self._terms[measure]

    def _counted(self, measure: str) -> Terms:
        if measure == SCHOOLS:
            return self._schools()
        rows = np.flatnonzero(self._counting(measure))
        return [(self.model.chosen[at], -1) for at in rows.tolist()]

    def _sum_at(self, measure: str, there: Flags) -> int:
        """The sum of a counted measure where these options of the part are chosen."""
        if measure == SCHOOLS:
            return sum(not there[kept].all() for kept in self._bookings())
        return -int((self._counting(measure) & there).sum())

    def _counting(self, measure: str) -> Flags:
        """By option of the part: whether choosing it makes the changes, or the losses, one fewer."""
        request = self.part.options.request
        if measure == CHANGES:
            kept: Flags = self.scene.kept_row[request] == self.rows
            return kept
        losing: Flags = self.losing[request]
        return losing

    def _bookings(self) -> list[list[int]]:
        """Of each school that is not touched anyway the bookings so far that are in the part."""
        scene = self.scene
        touched_anyway = set(scene.school[scene.fallen].tolist())
        found: dict[int, list[int]] = defaultdict(list)
        for at in np.flatnonzero(self._counting(CHANGES)).tolist():
            found[int(scene.school[self.part.options.request[at]])].append(at)
        return [kept for school, kept in found.items() if school not in touched_anyway]

    def _schools(self) -> Terms:
        """One literal for each school that is touched when one of its bookings here is not kept."""
        terms: Terms = []
        for kept in self._bookings():
            touched = self.model.cp.new_bool_var("")
            for at in kept:
                self.model.cp.add_bool_or([self.model.chosen[at], touched])
            terms.append((touched, 1))
        return terms


def _sum(terms: Terms, values: Sequence[int]) -> int:
    return sum(weight * values[one.index] for one, weight in terms)


def _rounded(bound: float | None, terms: Terms) -> int:
    """A whole number that the sum cannot fall below."""
    least = sum(min(weight, 0) for _, weight in terms)
    # CP-SAT's bound is a float: a hair above a whole number is that number.
    return least if bound is None else max(least, int(np.ceil(bound - 1e-6)))


def _deaf(_: object) -> None:
    """CP-SAT's last word is all that is asked for here."""
