"""The least that a repair must break, proven on a few options: the first two measures of `fewest-schools` and `same-dates`.

The model knows all options of the requests in `whole` and all options into the slots and team-days in `full`, beside them the
bookings that share a rule with these. A booking it knows may leave without going anywhere, and a slot that is not full may do
without its minimum. So it knows *less* than the truth, and its least is a bound on what any plan must break. Where its answer
leans on what it does not know (a slot below its minimum, somebody who left for an option that it has not), that is taken in and
the question is asked again. An answer that leans on nothing is a plan, and then the bound is its value.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np

from outreach.matching.problem import Problem
from outreach.matching.repairing.found import PinsContradict
from outreach.matching.repairing.ladder import Ladder
from outreach.matching.repairing.policies import CHANGES, SAME_DATES, SCHOOLS, forced
from outreach.matching.repairing.scene import Scene
from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.engine import Clock, Effort
from outreach.matching.solving.options import Options

# Who leaves displaces somebody, who displaces somebody else: so many of them are taken in at once where the model knows no more
# options than this.
HOPS = 4
AT_ONCE = 400


@dataclass(frozen=True)
class Least:
    """`rows`: a whole plan that breaks no more than it must. `movable`: by request, whether its booking is given up in any
    plan that breaks as little (no other one's is)."""

    rows: Long
    movable: Flags


class Closing:
    """Asks for the least under one policy. `knows` counts how often something had to be taken in."""

    def __init__(self, scene: Scene, policy: str, clock: Clock) -> None:
        self.scene = scene
        self.policy = policy
        self.clock = clock
        self.allowed = scene.allowed(policy)
        self.kept = scene.kept_rows
        self.full = self._broken()
        request = scene.options.request
        self.whole: Flags = np.zeros(len(scene.had), dtype=np.bool_)
        if policy == SAME_DATES:
            own = np.bincount(request[self.allowed], minlength=len(scene.had)) > 0
            self.whole |= scene.fallen & own
        others = self.allowed & (np.arange(len(request)) != scene.kept_row[request])
        self.elsewhere: Flags = np.bincount(request[others], minlength=len(scene.had)) > 0
        # Where whoever fell could go somebody is already, mostly.
        self.whole = self._with_next(self.whole)
        self.knows = 0

    def least(self, effort: Effort) -> Least | None:
        """None where the time was over first. Raises `PinsContradict`."""
        while True:
            free, near = self._known()
            if not len(free):
                # Nothing is broken and nobody can be saved: all that can stay does.
                return self._least_of(self.kept, near)
            ladder = self._ladder(free, self.kept[near])
            first = forced(self.policy) or CHANGES
            proven = ladder.climb(dict.fromkeys((first, CHANGES)), effort)
            if ladder.impossible:
                # What it knows is less than what is asked of a plan: there is none either.
                raise PinsContradict
            if not proven or ladder.chosen is None:
                return None
            rows = np.union1d(np.array(ladder.chosen, dtype=np.int64), self.kept[~near])
            if not self._leans(rows, near):
                return self._least_of(rows, near)
            self.knows += 1

    def _least_of(self, rows: Long, near: Flags) -> Least:
        movable: Flags = np.zeros(len(self.scene.had), dtype=np.bool_)
        if not np.isin(self.kept, rows).all():
            movable[self.scene.options.request[self.kept[near]]] = True
        return Least(rows, movable)

    def _known(self) -> tuple[Long, Flags]:
        """The options that the model knows, and which of the bookings that can stay share a rule with them."""
        scene = self.scene
        while True:
            known = scene.rows_of(self.whole) | self.full[scene.days.resource]
            free = np.flatnonzero(known & self.allowed)
            near = scene.neighbours.near(self.kept, free) | self.full[scene.days.resource[self.kept]]
            more = self._sensitive(np.concatenate([free, self.kept[near]]))
            if self.full[more].all():
                return free, near
            self.full[more] = True

    def _sensitive(self, rows: Long) -> list[int]:
        """The team-days of these options where a session in between can save two others: known whole or not at all."""
        blocks = np.unique(self.scene.days.block_of[rows])
        slots, days = len(self.scene.problem.slots), self.scene.days
        return [slots + at for at in blocks[blocks >= 0].tolist() if not days.blocks[at][0].inheriting]

    def _ladder(self, free: Long, near: Long) -> Ladder:
        losing = self.scene.had & (self.whole | ~self.elsewhere)
        options = eased(self.scene.options, self.full)
        rows = np.union1d(free, near)
        # Nothing is fixed: what is near may leave, at its price.
        nobody = np.zeros(0, dtype=np.int64)
        return Ladder(self.scene, rows, nobody, self.clock, options=options, losing=losing)

    def _broken(self) -> Flags:
        """The slots and team-days that the bookings that can stay do not do justice to. By resource."""
        scene, options = self.scene, self.scene.options
        size = len(scene.problem.slots) + len(scene.days.begins)
        found: Flags = np.zeros(size, dtype=np.bool_)
        found[: len(scene.problem.slots)] = self._unfit(self.kept)
        for block, members in scene.days.sets(self.kept.tolist()).items():
            if not scene.days.tables[options.all[members[0]].team].inheriting:
                found[len(scene.problem.slots) + block] = scene.days.impossible(members)
        return found

    def _unfit(self, rows: Long) -> Flags:
        """By slot: used with too few pupils, too many, or too many groups."""
        options, limits = self.scene.options, self.scene.options.limits
        mine = rows[options.slot[rows] >= 0]
        size = len(self.scene.problem.slots)
        pupils = np.bincount(options.slot[mine], weights=options.pupils[mine], minlength=size)
        groups = np.bincount(options.slot[mine], minlength=size)
        short = (groups > 0) & (pupils < limits.slot_least[:-1])
        found: Flags = short | (pupils > limits.slot_most[:-1]) | (groups > limits.slot_groups[:-1])
        return found

    def _leans(self, rows: Long, near: Flags) -> bool:
        """Take in what the answer makes use of without knowing it; whether there was anything."""
        slots = self._unfit(rows)
        slots &= ~self.full[: len(slots)]
        self.full[: len(slots)] |= slots
        left: Flags = np.zeros_like(self.whole)
        if self.policy == SAME_DATES:
            requests = self.scene.options.request
            left[requests[self.kept[near]]] = True
            left[requests[rows]] = False
            left &= ~self.whole & self.elsewhere
            self.whole |= self._with_next(left) if left.any() else left
        broken = self._torn(rows)
        return bool(slots.any() or left.any() or broken)

    def _with_next(self, left: Flags) -> Flags:
        """Those who left, and whoever is where they could go and could leave too: one by one they would take many rounds."""
        scene, request = self.scene, self.scene.options.request
        found = left
        for _ in range(HOPS):
            wanted = np.flatnonzero(scene.rows_of(found) & self.allowed)
            there = np.isin(scene.days.resource[self.kept], scene.days.resource[wanted])
            further = found.copy()
            further[request[self.kept[there]]] = True
            further &= self.elsewhere
            if int((scene.rows_of(self.whole | further) & self.allowed).sum()) > AT_ONCE:
                break
            found = further
        return found

    def _torn(self, rows: Long) -> bool:
        """Team-days that lost the session which had joined the others, taken in."""
        found = False
        slots = len(self.scene.problem.slots)
        for block, members in self.scene.days.sets(rows.tolist()).items():
            if not self.full[slots + block] and self.scene.days.impossible(members):
                self.full[slots + block] = found = True
        return found


def eased(options: Options, full: Flags) -> Options:
    """The same options of a problem in which only these slots want their minimum."""
    # Not by `replace`: the whole problem would be asked for contradictions again, and a minimum of 0 is none.
    problem: Problem = copy.copy(options.problem)
    slots = [
        slot if full[at] else replace(slot, min_pupils=0) for at, slot in enumerate(options.problem.slots)
    ]
    object.__setattr__(problem, "slots", tuple(slots))
    problem.__dict__.pop("slot", None)
    return options.with_columns(problem, options.columns)


def forced_counts(scene: Scene) -> dict[str, int]:
    """What every plan breaks, whatever it does: bookings that fell or are gone, and the schools of those that fell."""
    fallen = int(scene.fallen.sum())
    return {
        SCHOOLS: len(set(scene.school[scene.fallen].tolist())),
        CHANGES: fallen + len(scene.changed.withdrawn),
    }


def hopeless_losses(scene: Scene, allowed: Flags) -> int:
    """How many bookings are lost whatever is done: they fell, and their requests have no option."""
    own = np.bincount(scene.options.request[allowed], minlength=len(scene.had)) > 0
    return int((scene.fallen & ~own).sum())
