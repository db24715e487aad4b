"""What came of a round of the waitlist race: its audit log, replayed booking by booking, and everybody's answers and letters.

Every deed notes what it did while it holds the slot's row, so the order of the audit entries is the order in which places
changed hands. `verdict` replays them with the rule written once more: a freed place goes to the first in the line whom it
fits, and nobody else gets it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from outreach.models import (
    LIVE,
    AuditEntry,
    Booking,
    BookingState,
    Occupancy,
    OutboxMessage,
    Slot,
    WaitlistEntry,
    WaitlistState,
    db,
)
from tests.races.racers import BOOKED

# A row with a few columns; which ones, `read` says.
Row = Any

# What must all be nought, whatever the race.
FAULTS = (
    "oversold",
    "promised twice",
    "queue jumped",
    "left waiting beside a free place",
    "lost",
    "miscounted",
    "told wrongly",
    "answered wrongly",
    "neither done nor refused",
)
ENDS = ("booking.cancel", "booking.decline", "booking.lapse")
# Whoever alone decides about a booking is never refused, except when it is too late.
CERTAIN = {"cancel": 303, "decline": 303, "confirm": 303, "late": 409}
COMES_TO = {
    "cancel": {BookingState.CANCELLED},
    "cancel both": {BookingState.CANCELLED},
    "decline": {BookingState.DECLINED},
    "confirm": {BookingState.CONFIRMED},
    "both": {BookingState.CONFIRMED, BookingState.DECLINED},
    "late": {BookingState.LAPSED},
}


@dataclass(frozen=True)
class Answer:
    """What a school's teacher or the host pressed about which row, and what they were told."""

    pressed: str
    thing: int
    school: int
    status: int
    location: str


@dataclass
class Tally:
    """What one round, or several, came to."""

    rounds: int = 0
    offered: int = 0
    booked: int = 0
    states: Counter[BookingState] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Sum up."""
        self.rounds += other.rounds
        self.offered += other.offered
        self.booked += other.booked
        self.states.update(other.states)
        self.faults.update(other.faults)

    @property
    def all_faults(self) -> dict[str, int]:
        """Each kind with its number."""
        return {kind: self.faults[kind] for kind in FAULTS}


NOUGHT = Tally().all_faults


@dataclass
class Records:
    """All rows of one slot, read once."""

    slot: Row
    bookings: dict[int, Row]
    entries: dict[int, Row]
    deeds: list[Row]
    # Which entry a booking was offered to.
    offered: dict[int, int]
    letters: Counter[tuple[str, int, int]]
    held: set[int]

    @property
    def live(self) -> list[Row]:
        """The bookings that hold seats."""
        return [row for row in self.bookings.values() if row.state in LIVE]


def read(slot: int) -> Records:
    """Everything that the database knows about a slot."""
    s, b, e, a, o = Slot, Booking, WaitlistEntry, AuditEntry, OutboxMessage
    of_slot, in_line = select(b.id).where(b.slot_id == slot), select(e.id).where(e.slot_id == slot)
    bookings = db.session.execute(
        select(b.id, b.pupils, b.state, b.school_id, b.created_by_id, b.confirm_by).where(b.slot_id == slot)
    )
    entries = db.session.execute(
        select(e.id, e.pupils, e.state, e.school_id, e.booking_id, e.created_at).where(e.slot_id == slot)
    )
    ours = or_(
        (a.thing == "booking") & a.thing_id.in_(of_slot),
        (a.thing == "waitlist_entry") & a.thing_id.in_(in_line),
    )
    deeds = list(db.session.execute(select(a.action, a.thing_id, a.detail).where(ours).order_by(a.id)))
    letters = db.session.execute(select(o.template, o.user_id, o.booking_id).where(o.booking_id.in_(of_slot)))
    held = db.session.scalars(select(Occupancy.booking_id).where(Occupancy.booking_id.in_(of_slot)))
    limits = select(s.max_pupils, s.max_groups, s.pupils_taken, s.groups_taken).where(s.id == slot)
    return Records(
        slot=db.session.execute(limits).one(),
        bookings={row.id: row for row in bookings},
        entries={row.id: row for row in entries},
        deeds=deeds,
        offered={d.detail["booking"]: d.thing_id for d in deeds if d.action == "waitlist.offer"},
        letters=Counter((row.template, row.user_id, row.booking_id) for row in letters),
        held=set(held),
    )


def verdict(slot: int, answers: list[Answer], *, host: int, silent: int) -> Tally:
    """Compare what was answered, what is stored and what is on its way by post."""
    records = read(slot)
    made = {deed.thing_id for deed in records.deeds if deed.action == "booking.create"}
    faults = Replay(records, made).faults
    faults["promised twice"] += _doubles(records)
    faults["miscounted"] += _miscounted(records)
    wanted = Counter(_letters(records, made, host))
    faults["told wrongly"] += ((wanted - records.letters) + (records.letters - wanted)).total()
    faults["neither done nor refused"] += silent + sum(a.status not in (303, 409) for a in answers)
    faults["answered wrongly"] += _wrong_answers(answers)
    faults["lost"] += sum(not _kept(answer, records) for answer in answers)
    return Tally(
        rounds=1,
        offered=len(records.offered),
        booked=len(made) - len(records.offered),
        states=Counter(row.state for row in records.bookings.values()),
        faults=faults,
    )


class Replay:
    """The slot's history from full: who came next, and did the place go to them?"""

    def __init__(self, records: Records, made: set[int]) -> None:
        self.faults: Counter[str] = Counter()
        self._records = records
        first = [row for row in records.bookings.values() if row.id not in made]
        self._pupils, self._groups = sum(row.pupils for row in first), len(first)
        joined = {deed.thing_id for deed in records.deeds if deed.action == "waitlist.join"}
        self._line = {row.id for row in records.entries.values() if row.id not in joined}
        for deed in records.deeds:
            self._happen(deed.action, deed.thing_id)
        self.faults["left waiting beside a free place"] += len(self._fitting())

    def _happen(self, action: str, thing: int) -> None:
        if action == "booking.create":
            self._take(self._records.bookings[thing])
        elif action in ENDS:
            self._pupils -= self._records.bookings[thing].pupils
            self._groups -= 1
        elif action == "waitlist.join":
            self._line.add(thing)
        elif action == "waitlist.leave":
            self._line.discard(thing)

    def _take(self, booking: Row) -> None:
        entry, fitting = self._records.offered.get(booking.id), self._fitting()
        if fitting and fitting[0] != entry:
            self.faults["queue jumped"] += 1
        if entry is not None and entry not in self._line:
            self.faults["promised twice"] += 1
        self._line.discard(entry or 0)
        self._pupils += booking.pupils
        self._groups += 1
        limits = self._records.slot
        if self._pupils > limits.max_pupils or self._groups > limits.max_groups:
            self.faults["oversold"] += 1

    def _fitting(self) -> list[int]:
        """Who waits and would fit now, the first first."""
        limits = self._records.slot
        if self._groups >= limits.max_groups:
            return []
        room = limits.max_pupils - self._pupils
        line = [self._records.entries[number] for number in self._line]
        line.sort(key=lambda entry: (entry.created_at, entry.id))
        return [entry.id for entry in line if entry.pupils <= room]


def _doubles(records: Records) -> int:
    """Groups that hold two places, and entries whose place is not the one they were offered."""
    schools = Counter(row.school_id for row in records.live)
    astray = [
        number for number, entry in records.offered.items() if records.entries[entry].booking_id != number
    ]
    return sum(number - 1 for number in schools.values()) + len(astray)


def _miscounted(records: Records) -> int:
    live, slot = records.live, records.slot
    seats = (sum(row.pupils for row in live), len(live)) == (slot.pupils_taken, slot.groups_taken)
    return int(not seats) + int(records.held != {row.id for row in live})


def _letters(records: Records, made: set[int], host: int) -> Iterator[tuple[str, int, int]]:
    """Each letter that there must be, once."""
    for row in records.bookings.values():
        teacher, direct = row.created_by_id, row.id in made and row.id not in records.offered
        if row.id in records.offered:
            yield "place_offered", teacher, row.id
        if direct or (row.state is BookingState.CONFIRMED and row.confirm_by is not None):
            yield "booking_confirmed", teacher, row.id
            yield "visit_coming", host, row.id
        if row.state is BookingState.CANCELLED:
            yield "booking_cancelled", teacher, row.id
            yield "booking_cancelled", host, row.id
        if row.state is BookingState.DECLINED:
            yield "booking_declined", host, row.id
        if row.state is BookingState.LAPSED:
            yield "booking_lapsed", teacher, row.id


def _wrong_answers(answers: list[Answer]) -> int:
    """Refused without need, done although it is too late, or two contrary answers both taken."""
    certain = sum(a.status != CERTAIN.get(a.pressed, a.status) for a in answers)
    done = Counter((a.pressed, a.thing) for a in answers if a.status == 303)
    both = sum(done["both", thing] != 1 for thing in {a.thing for a in answers if a.pressed == "both"})
    cancelled = {a.thing for a in answers if a.pressed == "cancel both"}
    return certain + both + sum(done["cancel both", thing] == 0 for thing in cancelled)


def _kept(answer: Answer, records: Records) -> bool:
    """The rows are as somebody was told."""
    done = answer.status == 303
    if answer.pressed in COMES_TO:
        return records.bookings[answer.thing].state in COMES_TO[answer.pressed]
    if answer.pressed == "leave":
        wanted = WaitlistState.LEFT if done else WaitlistState.OFFERED
        return bool(records.entries[answer.thing].state is wanted)
    if answer.pressed == "join":
        return done == any(row.school_id == answer.school for row in records.entries.values())
    found = BOOKED.match(answer.location)
    booking = records.bookings.get(int(found[1])) if found else None
    kept = (
        booking is not None and booking.school_id == answer.school and booking.state is BookingState.CONFIRMED
    )
    return kept if done else found is None
