"""What the fairness ledger is read from: the requests and bookings of published rounds. Nothing of it is stored twice.

Start at `counts_of`. Everything is told as it was at a `moment`: a booking that ended later still stood then. So the ledger
of a round is the same whenever it is asked for, and a proposal does not grow stale because a visit of another round is cancelled.

What happened to a place (`end_of`), and what "late" means, from what a booking knows:
- had: it stands, or the group came, or did not come. Who came is noted by the host alone and without a moment, so a no-show is a
  matter for the programme office to speak about and not for a sum.
- called off: cancelled by the company, the programme or the weather. Whoever was given another place for it, and has not given
  that one back, has not lost one: only the other place counts.
- late: a published place that nobody answered until it lapsed, or that was declined after its deadline; and a place that the school
  cancelled fewer than fourteen days before the visit, when notices to parents and coaches of another school come too late.
- returned: every other place that the school gave back. A place offered from the waitlist that lapses is one: held for hours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Exists, and_, func, or_, select
from sqlalchemy.orm import aliased

from outreach.models import (
    Booking,
    BookingState,
    Publication,
    RequestState,
    Round,
    RoundState,
    School,
    VisitRequest,
    db,
)

# How many rounds the rule looks back on; the core, which this room does not know, counts as many.
ROUNDS_BACK = 6
LATE = timedelta(days=14)
ENDED = (BookingState.DECLINED, BookingState.LAPSED, BookingState.CANCELLED)


@dataclass(frozen=True, slots=True)
class SchoolRound:
    """One school in one published round: requests handed in, and places by what became of them."""

    round_id: int
    asked: int
    had: int
    returned: int
    late: int
    called_off: int


Counts = dict[int, list[SchoolRound]]


def rounds_before(*, moment: datetime, first_day: date | None = None) -> list[Round]:
    """The last six rounds that were published by `moment`, the newest first; with `first_day` only rounds that begin earlier."""
    found = (
        select(Round)
        .join(Publication, Publication.round_id == Round.id)
        .where(Publication.number == 1, Publication.published_at <= moment)
    )
    if first_day is not None:
        found = found.where(Round.first_day < first_day)
    return list(db.session.scalars(found.order_by(Round.first_day.desc()).limit(ROUNDS_BACK)))


def counts_of(rounds: Sequence[Round], *, moment: datetime) -> Counts:
    """By school, its rounds among `rounds` in their order; a round in which it neither asked nor had a place is left out.

    Three statements, whatever the number of schools."""
    numbers = [round_.id for round_ in rounds]
    asked = _asked(numbers)
    ends = _ends(numbers, moment)
    found: Counts = defaultdict(list)
    for school, number in sorted(asked.keys() | ends.keys(), key=lambda pair: numbers.index(pair[1])):
        end = ends[school, number]
        found[school].append(
            SchoolRound(
                number, asked[school, number], end["had"], end["returned"], end["late"], end["called_off"]
            )
        )
    return dict(found)


def _asked(numbers: Sequence[int]) -> Counter[tuple[int, int]]:
    # What was handed in can no longer be changed once its round is published.
    found = (
        select(VisitRequest.school_id, VisitRequest.round_id, func.count(VisitRequest.id))
        .where(VisitRequest.round_id.in_(numbers), VisitRequest.state == RequestState.SUBMITTED)
        .group_by(VisitRequest.school_id, VisitRequest.round_id)
    )
    return Counter({(school, number): count for school, number, count in db.session.execute(found)})


def _ends(numbers: Sequence[int], moment: datetime) -> dict[tuple[int, int], Counter[str]]:
    whose = [Booking.round_id.in_(numbers), Booking.created_at <= moment]
    ends: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    # Most places stand, and the database counts them; looking at each costs a city's page half a second.
    standing = (
        select(Booking.school_id, Booking.round_id, func.count(Booking.id))
        .where(*whose, Booking.state.not_in(ENDED))
        .group_by(Booking.school_id, Booking.round_id)
    )
    for school, number, count in db.session.execute(standing):
        ends[school, number]["had"] = count
    columns = (
        Booking.school_id,
        Booking.round_id,
        Booking.publication_id,
        Booking.state,
        Booking.cancelled_by,
        Booking.confirm_by,
        Booking.decided_at,
        Booking.starts_at,
        _replaced(moment).label("replaced"),
    )
    for row in db.session.execute(select(*columns).where(*whose, Booking.state.in_(ENDED))):
        end = end_of(row, moment)
        if end != "called_off" or not row.replaced:
            ends[row.school_id, row.round_id][end] += 1
    return ends


def _replaced(moment: datetime) -> Exists:
    """Whether the request of a booking that ended had another place by `moment`, given when it ended or later, and the school has
    not given that one back: a place that it did not ask for may not suit it."""
    other = aliased(Booking)
    called_off = and_(other.state == BookingState.CANCELLED, other.cancelled_by != "school")
    return (
        select(other.id)
        .where(
            other.visit_request_id == Booking.visit_request_id,
            other.id != Booking.id,
            other.created_at >= Booking.decided_at,
            other.created_at <= moment,
            or_(other.state.not_in(ENDED), other.decided_at > moment, called_off),
        )
        .exists()
    )


def end_of(booking: Any, moment: datetime) -> str:
    """What had become of a place by `moment`: "had", "called_off", "late" or "returned"."""
    if booking.state not in ENDED or booking.decided_at is None or booking.decided_at > moment:
        return "had"
    if booking.state is BookingState.CANCELLED:
        if booking.cancelled_by != "school":
            return "called_off"
        return "late" if booking.starts_at - booking.decided_at < LATE else "returned"
    published = booking.publication_id is not None
    answered = booking.state is BookingState.DECLINED and booking.decided_at <= booking.confirm_by
    return "late" if published and not answered else "returned"


def schools_in(numbers: Iterable[int]) -> list[School]:
    """The schools with these numbers, by English name."""
    wanted = School.id.in_(list(numbers))
    return list(db.session.scalars(select(School).where(wanted).order_by(School.name_en, School.id)))


def asking_now() -> set[int]:
    """The schools with a request handed in for a round that is not published yet."""
    ahead = (RoundState.COLLECTING, RoundState.CLOSED, RoundState.REVIEW)
    return set(
        db.session.scalars(
            select(VisitRequest.school_id)
            .join(Round, Round.id == VisitRequest.round_id)
            .where(VisitRequest.state == RequestState.SUBMITTED, Round.state.in_(ahead))
        )
    )
