"""The best repair under one policy.

A problem of few options is given to CP-SAT as a whole. In a larger one `least.py` proves what must be broken, and what is then left
to choose is small (`_beside`); for `most-served`, `most.py` then proves how many can be served and by how few changes, here or in
the process of `ahead.py`, and `serving.py` looks for whom a few moves more would serve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import numpy as np

from outreach.matching.plan import Plan, Value
from outreach.matching.problem import Assignment
from outreach.matching.repairing.ahead import Ahead
from outreach.matching.repairing.bounds import Bounds, proof_of
from outreach.matching.repairing.found import (
    BESIDE,
    EVERYTHING,
    NEARBY,
    Found,
    NoRepairInTime,
    PinsContradict,
    Proof,
    proof,
)
from outreach.matching.repairing.ladder import Ladder
from outreach.matching.repairing.least import Closing, Least
from outreach.matching.repairing.most import Most
from outreach.matching.repairing.policies import (
    CHANGES,
    COUNTED,
    MOST_SERVED,
    SAME_DATES,
    measures_of,
    moved_dates,
    rank_by,
    serving_of,
)
from outreach.matching.repairing.scene import Scene
from outreach.matching.repairing.serving import Serving
from outreach.matching.repairing.shares import LP, WAITING
from outreach.matching.repairing.standing import standing
from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.engine import POLL_SECONDS, Clock, OutOfTime
from outreach.matching.solving.goals import scale_of
from outreach.matching.solving.greedy import drafted
from outreach.matching.solving.timetable import TeamDays

# Up to so many options CP-SAT gets the whole problem: it writes and proves it in a few seconds.
WHOLE = 3000


class UnsoundRepair(RuntimeError):
    """A repair that the judge does not pass: a defect of this program, told instead of a wrong plan."""


class Search:
    """Finds the repair of one policy. `old` is the plan so far where its bounds still hold; `ahead` has begun with the LP of
    `most-served`."""

    def __init__(
        self,
        scene: Scene,
        policy: str,
        old: Plan | None,
        clock: Clock,
        whole: int = WHOLE,
        ahead: Ahead | None = None,
    ) -> None:
        self.scene = scene
        self.ahead = ahead
        self.policy = policy
        self.clock = clock
        self.problem = scene.problem
        self.measures = measures_of(policy, scene.problem)
        self.bounds = Bounds(scene, policy, old)
        self.allowed: Flags = scene.allowed(policy)
        self.small = int(self.allowed.sum()) <= whole

    def found(self, others: Sequence[tuple[Assignment, ...]] = ()) -> Found:
        """The best repair in the time; `others` are repairs that stand in where the time is over at once.

        Raises `PinsContradict` and `NoRepairInTime`.
        """
        found = None
        if self.scene.complete:
            try:
                found = self._everything() if self.small else self._nearby()
            except OutOfTime:
                found = None
        if found is None:
            return self._judged(self._whatever(others))
        return self._best_of(found, others)

    def _best_of(self, found: Found, others: Sequence[tuple[Assignment, ...]]) -> Found:
        """A search may know less than another policy's has found already. What was proven goes with the better plan as far as it
        holds for it."""
        if self.policy == SAME_DATES:
            return found
        known = [found.assignments, *others]
        best = max(known, key=lambda one: rank_by(self.measures, self.scene.measured(one)))
        if best == found.assignments:
            return found
        return self._judged(best, {one.measure: one for one in found.proofs})

    def _everything(self) -> Found | None:
        rows = np.flatnonzero(self.allowed)
        ladder = self._ladder(rows, rows[:0])
        ladder.climb(self.measures, self.scene.effort)
        if ladder.chosen is None:
            if ladder.impossible:
                raise PinsContradict
            return None
        after = self.scene.assignments(np.array(ladder.chosen, dtype=np.int64))
        return self._judged(after, self._shown(ladder, self.scene.measured(after), EVERYTHING))

    def _ladder(self, free: Long, fixed: Long) -> Ladder:
        scene = self.scene
        return Ladder(scene, free, fixed, self.clock, options=scene.options, losing=scene.had)

    def _shown(self, ladder: Ladder, values: Mapping[str, Value], way: str) -> dict[str, Proof]:
        """What the ladder's steps prove. A step holds for plans as good in the steps before it: those of the policy."""
        return {
            step.measure: proof_of(step, values[step.measure], scale_of(self.problem, step.measure), way)
            for step in ladder.steps
        }

    def _nearby(self) -> Found | None:
        least = Closing(self.scene, self.policy, self.clock).least(self.scene.effort)
        if least is None:
            return None
        counted = [measure for measure in self.measures if measure in COUNTED]
        goals = [measure for measure in self.measures if measure not in COUNTED]
        values = self.scene.measured(self.scene.assignments(least.rows))
        shown = {one: proof(one, values[one], values[one], NEARBY) for one in counted}
        rows, beside = self._beside(least, goals, held=counted)
        if self.policy == MOST_SERVED:
            return self._most_served(rows, shown, beside)
        return self._judged(self.scene.assignments(rows), beside | shown)

    def _beside(
        self, least: Least, measures: Sequence[str], held: Sequence[str] = ()
    ) -> tuple[Long, dict[str, Proof]]:
        """The best plan by these measures of all that break no more than they must, and what is proven about it: none is worse than
        `least`, which is the best one by those `held`."""
        scene = self.scene
        request = scene.options.request
        stays = ~least.movable[request[scene.kept_rows]]
        fixed = scene.kept_rows[stays]
        open_to_choice = np.ones(len(scene.had), dtype=np.bool_)
        open_to_choice[request[fixed]] = False
        free = np.flatnonzero(scene.rows_of(open_to_choice) & self.allowed)
        free = scene.possible_beside(fixed, free)
        near = scene.neighbours.near(fixed, free)
        try:
            ladder = self._ladder(free, fixed[near])
            ladder.begin(least.rows.tolist(), held)
            ladder.climb(measures, scene.effort)
        except OutOfTime:
            return least.rows, {}
        rows = np.union1d(np.array(ladder.chosen, dtype=np.int64), fixed[~near])
        shown = self._shown(ladder, scene.measured(scene.assignments(rows)), BESIDE)
        # A ladder that the clock has taken away may stand lower than it began.
        return max(least.rows, rows, key=self._rank), shown

    def _rank(self, rows: Long) -> tuple[Value, ...]:
        return rank_by(self.measures, self.scene.measured(self.scene.assignments(rows)))

    def _most_served(self, rows: Long, least: dict[str, Proof], beside: dict[str, Proof]) -> Found:
        """`rows` serves most of all plans with the fewest changes; with more changes more may be served."""
        few = self.scene.measured(self.scene.assignments(rows))
        serving = serving_of(self.problem)

        def served(values: Mapping[str, Value]) -> bool:
            return all(self.bounds.known(name, values).proven for name in serving)

        if served(few):
            return self._judged(self.scene.assignments(rows), beside | least)
        settled = all(name in beside and beside[name].proven for name in serving)
        # Whoever makes no more changes than the fewest serves no more than that.
        further = least[CHANGES].bound + settled
        most = self._most(serving, rows, lambda values: served(values) and values[CHANGES] <= further)

        def proven(values: Mapping[str, Value]) -> bool:
            proofs = most.proofs(values)
            return bool(proofs) and all(proof.proven for proof in proofs.values())

        best = self._polished(most.best)
        values = self.scene.measured(self.scene.assignments(best))
        if not (proven(values) or (served(values) and values[CHANGES] <= further)):
            best = Serving(self.scene, self.measures, self.clock).improved(best, proven)
            values = self.scene.measured(self.scene.assignments(best))
        more = any(values[name] != few[name] for name in serving)
        fewest = proof(CHANGES, values[CHANGES], further if more else least[CHANGES].bound, BESIDE)
        return self._judged(self.scene.assignments(best), {CHANGES: fewest}, most.proofs(values))

    def _most(
        self, serving: Sequence[str], rows: Long, enough: Callable[[Mapping[str, Value]], bool]
    ) -> Most:
        """The LP, by the process that has begun with it or, where there is none or it says nothing, here; `enough` says of a plan
        that no LP has to."""
        most = Most(self.scene, serving, rows, self.clock)
        if enough(self.scene.measured(self.scene.assignments(rows))):
            return most
        if self.ahead is not None:
            with suppress(OutOfTime):
                most.prepare()
                if self._heard(self.ahead, most, enough):
                    return most
        alone = Most(self.scene, serving, most.best, self.clock.rest(LP))
        alone.solve()
        return alone

    def _heard(self, ahead: Ahead, most: Most, enough: Callable[[Mapping[str, Value]], bool]) -> bool:
        """Let the other process come to its end, and look for better plans meanwhile; whether `most` knows what it has to."""
        clock = self.clock.rest(WAITING)
        waiting = Clock(clock.began, clock.deadline, lambda: clock.stop() or ahead.finished())
        # One core is the other process's. What is found here stands in where that one is out of time.
        most.take(Serving(self.scene, self.measures, waiting, workers=1).improved(most.best, enough))
        if enough(self.scene.measured(self.scene.assignments(most.best))):
            return True
        while waiting.left() > 0:
            ahead.finished(POLL_SECONDS)
        if ahead.found is not None:
            most.hear(ahead.found.plan, ahead.found.bound)
        return ahead.found is not None and ahead.found.bound is not None

    def _polished(self, rows: Long) -> Long:
        """What leaves or comes chosen anew by all measures, beside what stays as it was."""
        given = np.isin(self.scene.kept_row, rows)
        return self._beside(Least(rows, ~given), self.measures)[0]

    def _whatever(self, others: Sequence[tuple[Assignment, ...]]) -> tuple[Assignment, ...]:
        """A plan in a moment that keeps whom it can."""
        plain = tuple(standing(self.scene.changed))
        known = [*others] if self.policy != SAME_DATES else []
        # With teams that need one session to reach another, or with pins that miss others, staying is no plan yet.
        if not self.scene.faults(plain):
            known.append(plain)
        if known:
            return max(known, key=lambda one: rank_by(self.measures, self.scene.measured(one)))
        options = self.scene.options.subset(np.flatnonzero(self.allowed))
        after = tuple(drafted(options, TeamDays(options), self.scene.changed.before, self.clock, fill=False))
        if self.scene.faults(after):
            raise NoRepairInTime("The time was over before a plan was found that keeps the pins.")
        return after

    def _judged(self, after: tuple[Assignment, ...], *shown: Mapping[str, Proof]) -> Found:
        faults = list(self.scene.faults(after))
        if self.policy == SAME_DATES:
            faults += [
                f"Request {name} moves to another date." for name in moved_dates(self.scene.changed, after)
            ]
        if faults:
            raise UnsoundRepair("; ".join(faults[:3]))
        values = self.scene.measured(after)
        return Found(self.policy, tuple(sorted(after)), self.bounds.proofs(values, shown))
