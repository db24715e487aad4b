"""What a teacher could change to be placed although nobody loses a place: changes are tried beside the plan, cheapest first.

All changed requests are looked at together: they are added to the problem as requests of their own, so that one pass of the arrays
finds every place they could have. A place is free as it is, or becomes free when one other group moves to another place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from outreach.matching.explaining.stand import Stand
from outreach.matching.explaining.variants import Variant, fewer, hours_of, variants_of
from outreach.matching.explaining.verifying import Verifier, bans_for
from outreach.matching.explanation import SPLIT, Change
from outreach.matching.problem import Assignment, Problem, VisitRequest
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.options import options_of

# Of each kind of change so many are told at most, and of all together.
MOST_OF_A_KIND = 2
MOST = 6
# Places of a changed request that are tried by moving others, the most liked ones.
MOST_TRIED = 40


@dataclass(frozen=True, slots=True)
class _Tried:
    """A variant and the names under which its parts stand in the widened problem."""

    variant: Variant
    names: tuple[str, ...]


class Changes:
    """The changes for some unplaced requests of a faultless plan. Raises `OutOfTime` where the time does not suffice to begin."""

    def __init__(
        self, problem: Problem, plan: Sequence[Assignment], requests: Sequence[VisitRequest], clock: Clock
    ) -> None:
        self.problem = problem
        self.verifier = Verifier(problem, {one.request: one for one in plan})
        hours = hours_of(problem)
        self._tried: dict[str, list[_Tried]] = {}
        added: list[VisitRequest] = []
        for asked in requests:
            mine = self._tried[asked.id] = []
            for variant in variants_of(asked, hours):
                names = tuple(f"{part.id} {len(added) + number}" for number, part in enumerate(variant.asked))
                added += [replace(part, id=name) for part, name in zip(variant.asked, names, strict=True)]
                mine.append(_Tried(variant, names))
        bans = [
            replace(ban, request=name)
            for mine in self._tried.values()
            for one in mine
            for part, name in zip(one.variant.asked, one.names, strict=True)
            for ban in bans_for(problem, part)
        ]
        wide = replace(problem, requests=(*problem.requests, *added), bans=(*problem.bans, *bans))
        options = options_of(wide, clock)
        clock.check()
        self.stand = Stand(options, plan)
        self._others: dict[int, bool] = {}

    def of(self, request: str) -> tuple[Change, ...]:
        """The verified changes of one request, those of least effort first."""
        if self._school_is_full(request):
            return ()
        found: list[Change] = []
        for one in self._tried[request]:
            kind = one.variant.field
            if sum(change.field == kind for change in found) < self._most(kind):
                change = self._change(one)
                if change is not None:
                    found.append(change)
            if len(found) == MOST:
                break
        return tuple(found)

    def _most(self, field: str) -> int:
        # Another number of pupils, a longer journey: the least of it is enough.
        return MOST_OF_A_KIND if field in ("windows", "languages") else 1

    def _school_is_full(self, request: str) -> bool:
        """Whether the school has all the bookings it may have: then no change of its own helps."""
        draft = self.stand.draft
        school = self.stand.options.positions.school[self.problem.visit_request[request].school]
        return bool(draft.school_total[school] >= draft.limits.school_total[school])

    def _change(self, one: _Tried) -> Change | None:
        ways = self._halves(one.names) if one.variant.field == SPLIT else self._ways(one.names[0])
        for leaving, coming in ways:
            variant = one.variant
            if variant.field == "pupils":
                variant = self._most_pupils(variant, leaving, coming[0])
            witness = self._witness(one, leaving, coming)
            if self.verifier.holds(witness, asked=variant.asked):
                return Change(variant.field, variant.effort, variant.asked, tuple(witness))
        return None

    def _witness(self, one: _Tried, leaving: Sequence[int], coming: Sequence[int]) -> list[Assignment]:
        """The assignments that differ from the plan, under the names of the answer."""
        names = dict(zip(one.names, (part.id for part in one.variant.asked), strict=True))
        return [
            replace(new, request=names.get(new.request, new.request))
            for new in self.stand.differing(leaving, coming)
        ]

    def _most_pupils(self, variant: Variant, leaving: Sequence[int], row: int) -> Variant:
        """The same with as many pupils as the place has room for."""
        stand, slot = self.stand, int(self.stand.options.slot[row])
        asked = variant.asked[0]
        whole = self.problem.visit_request[asked.id]
        room = self.problem.offers[int(stand.options.offer[row])].max_pupils
        if slot >= 0:
            left = sum(
                int(stand.options.pupils[gone]) for gone in leaving if stand.options.slot[gone] == slot
            )
            room = int(stand.draft.limits.slot_most[slot]) - int(stand.draft.slot_pupils[slot]) + left
        return fewer(whole, max(asked.pupils, min(whole.pupils - 1, room)))

    def _ways(self, name: str) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Rows of the plan that move and rows that come (the changed request's first)."""
        stand = self.stand
        if name not in stand.options.of_request:
            return
        rows = stand.rows(name)
        for row in self._liked(stand.fitting(rows)):
            if stand.fits(row):
                yield (), (row,)
        for row in self._liked(rows.tolist())[:MOST_TRIED]:
            for other in dict.fromkeys([*stand.near(name), *stand.inside(stand.resource(row))]):
                if self._has_another(other):
                    yield from self._moving(other, row)

    def _moving(self, other: int, row: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        stand = self.stand
        with stand.without((other,)), stand.with_row(row) as added:
            elsewhere = stand.fitting(stand.options.of_request.at(int(stand.options.request[other])))
            for new in self._liked(elsewhere) if added and stand.enough((row, other)) else ():
                with stand.with_row(new) as moved:
                    fits = moved and new != other and stand.enough((row, new, other))
                if fits:
                    break
            else:
                return
        yield (other,), (row, new)

    def _has_another(self, row: int) -> bool:
        """Whether the group of this row could be somewhere else, everything else being as it is."""
        if row not in self._others:
            stand = self.stand
            name = self.problem.requests[int(stand.options.request[row])].id
            pinned = any(pin.request == name for pin in self.problem.pins)
            with stand.without((row,)):
                mine = stand.fitting(stand.options.of_request.at(int(stand.options.request[row])))
            self._others[row] = not pinned and any(one != row for one in mine)
        return self._others[row]

    def _halves(self, names: tuple[str, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        stand = self.stand
        if not all(name in stand.options.of_request for name in names):
            return
        for row in self._liked(stand.fitting(stand.rows(names[0])))[:MOST_TRIED]:
            with stand.with_row(row) as added:
                others = self._liked(stand.fitting(stand.rows(names[1]))) if added else []
                second = next((one for one in others if stand.fits(one)), None)
            if second is not None:
                yield (), (row, second)

    def _liked(self, rows: Sequence[int]) -> list[int]:
        options = self.stand.options
        return sorted(rows, key=lambda row: (-int(options.points[row]), int(options.travel[row]), row))
