"""A repair as its page draws it: alike answers as one, every change with its rows, and what is not proven yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from outreach.models import Base, Booking, Offer, School, Study, VisitRequest, db
from outreach.queries.repairs import Change, Repair, asked_of, publication_of, repairs_of

Row = TypeVar("Row", bound=Base)
# What a policy promises ends with the number of changes; the goals after it only choose between equals.
CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One group: where it was to go (`old`), and where it would go (`offer` and the place)."""

    change: Change
    school: School
    group_label: str
    pupils: int
    old: Booking | None
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class ShownRepair:
    """One repair, that of all `policies` which come to the same. `open_measures`: for each of them the first that is not proven."""

    policies: tuple[str, ...]
    repair: Repair
    moves: list[ShownChange]
    losses: list[ShownChange]
    gains: list[ShownChange]
    open_measures: tuple[dict[str, Any] | None, ...]

    @property
    def schools(self) -> int:
        """How many schools have a place moved or lost."""
        return len({one.school.id for one in (*self.moves, *self.losses)})


def shown_repairs(study: Study) -> list[ShownRepair]:
    """The answers of a study in four statements, whatever their number."""
    together: dict[frozenset[Change], list[Repair]] = {}
    for repair in repairs_of(study):
        together.setdefault(frozenset(repair.changes), []).append(repair)
    changes = [one for changed in together for one in changed]
    bookings = _rows(Booking, (one.booking_id for one in changes))
    requests = _rows(VisitRequest, (one.request_id for one in changes))
    offers = _rows(Offer, (one.to.offer_id for one in changes if one.to is not None))

    def shown(one: Change) -> ShownChange:
        old = bookings.get(one.booking_id or 0)
        group = old or requests[one.request_id or 0]
        offer = None if one.to is None else offers[one.to.offer_id]
        return ShownChange(one, group.school, group.group_label, group.pupils, old, offer)

    return [
        ShownRepair(
            tuple(one.policy for one in alike),
            alike[0],
            [shown(one) for one in alike[0].moves],
            [shown(one) for one in alike[0].losses],
            [shown(one) for one in alike[0].gains],
            tuple(map(_open_measure, alike)),
        )
        for alike in together.values()
    ]


def _rows(table: type[Row], numbers: Iterable[int | None]) -> dict[int, Row]:
    row: Any = table
    wanted = {number for number in numbers if number is not None}
    return {one.id: one for one in db.session.scalars(select(row).where(row.id.in_(wanted))).unique()}


def _open_measure(repair: Repair) -> dict[str, Any] | None:
    for told in repair.proof:
        if not told["proven"]:
            return told
        if told["measure"] == CHANGES:
            break
    return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One group that was to come to a cancelled slot: `found` is None until somebody has decided."""

    booking: Booking
    found: bool | None


def outcomes_of(study: Study) -> list[Outcome]:
    """What became of the groups whose places were cancelled. It names nobody else: this is what their host may see."""
    publication = publication_of(study)
    placed: dict[int, bool] = {}
    if publication is not None:
        repair = next(one for one in repairs_of(study) if one.policy == publication.policy)
        placed = {one.booking_id or 0: one.to is not None for one in repair.changes if one.fell}
    struck = _rows(Booking, asked_of(study).struck)
    return [Outcome(struck[number], placed.get(number)) for number in sorted(struck)]
