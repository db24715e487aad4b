"""The bridge's second arch: a round in force -> the problem and the plan that a repair starts from.

The plan is made of bookings as they are, and a plan has to be faultless in its problem. So a request with a booking carries the
booking's facts and is free at least while it is away; a booking without a request that could go elsewhere is a request of its
own, `booking-12`, pinned; a booking that breaks a rule by now (its offer was changed since) is set aside with all that it takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from outreach.clock import wall
from outreach.matching import problem as core
from outreach.matching.check import faults_of
from outreach.matching.duals import Duals
from outreach.matching.placed import placed
from outreach.matching.plan import FEASIBLE, Plan
from outreach.matching.plan_json import plan_bytes, read_plan, sha256_of
from outreach.matching.points import rank_of
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.freezing import with_window
from outreach.matching.repairing.working import without
from outreach.matching.times import DAY, minutes_of
from outreach.matching.travel import Ways
from outreach.models import Booking, OfferState
from outreach.queries.standing import Standing
from outreach.services.bridge import Unreadable, name_of, problem_of
from outreach.services.bridge_repairs import assigned

# Bookings that break a rule are rare, and setting one aside seldom uncovers another.
ROUNDS_OF_SETTING_ASIDE = 4


@dataclass(frozen=True)
class Scene:
    """What a repair starts from: the problem, the bookings in it as assignments, by the names of their requests."""

    problem: core.Problem
    plan: Mapping[str, core.Assignment]
    booking_of: Mapping[str, Booking]
    """Of every request in the plan, and of those that fell but cannot stand in it beside what was booked since."""

    def problem_text(self) -> tuple[str, str]:
        """The problem as canonical JSON and its digest."""
        content = problem_bytes(self.problem)
        return content.decode(), sha256_of(content)

    def plan_text(self, digest: str, proposal: str | None) -> str:
        """The bookings as a plan of that problem, with the duals of the proposal that they came from: a repair begins with them."""
        duals: tuple[Duals, ...] = ()
        if proposal is not None:
            # Kept as it was written at the time; of another form it is no loss but of time.
            with suppress(ProblemRefused):
                duals = read_plan(proposal.encode()).duals
        plan = Plan(self.problem.name, digest, FEASIBLE, tuple(self.plan.values()), duals=duals)
        return plan_bytes(plan).decode()


def scene_of(standing: Standing, *, now: datetime) -> Scene:
    """The problem and the plan of a round in force. Raises `Unreadable` where the rows contradict each other."""
    try:
        return _Drawing(standing, now).scene()
    except ProblemRefused as refused:
        raise Unreadable(str(refused)) from refused


class _Drawing:
    def __init__(self, standing: Standing, now: datetime) -> None:
        self.now = now
        self.problem = problem_of(standing.rows)
        self.bookings: dict[str, Booking] = {}
        self.fallen: set[str] = set()
        asking = {one.id for one in standing.rows.visit_requests}
        for booking in (*standing.bookings, *standing.fallen):
            asks = booking.visit_request_id in asking
            name = (
                name_of("request", booking.visit_request_id or 0) if asks else name_of("booking", booking.id)
            )
            self.bookings[name] = booking
            if booking in standing.fallen:
                self.fallen.add(name)

    def scene(self) -> Scene:
        booking_of = dict(self.bookings)
        # What would have begun by now is not moved from there: it only asks for another place.
        self.bookings = {
            name: one
            for name, one in self.bookings.items()
            if name not in self.fallen or one.starts_at > self.now
        }
        self._write()
        for _turn in range(ROUNDS_OF_SETTING_ASIDE):
            faults = faults_of(self.problem, tuple(self._plan().values()), pins=False)
            broken = {name for fault in faults for name in fault.where} & self.bookings.keys()
            if not broken:
                break
            self._set_aside(broken & self.fallen or broken)
        return Scene(self.problem, self._plan(), booking_of)

    def _plan(self) -> dict[str, core.Assignment]:
        return {name: assigned(name, booking) for name, booking in self.bookings.items()}

    def _write(self) -> None:
        """The problem with everything that the bookings need to be a plan of it."""
        self.problem = replace(
            self.problem, slots=tuple(self._slots()), teams=tuple(self._teams()), requests=tuple(self._own())
        )
        own = {name: one for name, one in self._plan().items() if name.startswith("booking-")}
        self.problem = replace(
            self.problem,
            requests=tuple(map(self._as_booked, self.problem.requests)),
            pins=tuple(own.values()),
            bans=tuple(self._bans()),
        )

    def _own(self) -> Iterable[core.VisitRequest]:
        """The requests, and one for each booking that has none which could go elsewhere."""
        yield from self.problem.requests
        for name, booking in self.bookings.items():
            if name.startswith("booking-"):
                place = assigned(name, booking)
                yield _request_of(name, booking, scores={place.slot or place.team: 0})

    def _slots(self) -> Iterable[core.Slot]:
        """A slot that has fewer pupils than its minimum takes place all the same: that is the company's to decide."""
        pupils: dict[str, int] = defaultdict(int)
        for name, booking in self.bookings.items():
            pupils[assigned(name, booking).slot] += booking.pupils
        for slot in self.problem.slots:
            least = self.problem.limits(slot).min_pupils
            here = pupils.get(slot.id, least)
            yield replace(slot, min_pupils=here) if here < least else slot

    def _teams(self) -> Iterable[core.Team]:
        held: dict[str, list[core.Window]] = defaultdict(list)
        for booking in self.bookings.values():
            if booking.team_id is not None:
                span = minutes_of(wall(booking.day, booking.start_time)), _end(booking)
                held[name_of("team", booking.team_id)].append(span)
        for team in self.problem.teams:
            windows = team.windows
            for span in held.get(team.id, ()):
                windows = with_window(windows, span)
            yield replace(team, windows=windows)

    def _as_booked(self, asked: core.VisitRequest) -> core.VisitRequest:
        """The request with the facts of its booking, free while it is away, ready for what it has."""
        booking = self.bookings.get(asked.id)
        if booking is None:
            return asked
        facts = _request_of(asked.id, booking)
        place = placed(self.problem, Ways(self.problem.travel), assigned(asked.id, booking))
        wished = asked.scores is not None or asked.open or asked.topics & place.offer.topics
        knows = wished or rank_of(asked, place.offer) is not None
        return replace(
            asked,
            group=facts.group,
            crew=facts.crew,
            pupils=facts.pupils,
            grade=facts.grade,
            languages=facts.languages,
            wheelchair=facts.wheelchair,
            kinds=asked.kinds | facts.kinds,
            choices=asked.choices if knows else (*asked.choices, place.offer.id),
            windows=with_window(asked.windows, (place.leaves, place.returns)),
            max_travel_minutes=max(asked.max_travel_minutes, place.start - place.leaves),
        )

    def _bans(self) -> Iterable[core.Ban]:
        """Nobody is newly given an offer that was withdrawn."""
        gone = {one.offer for one in self.bookings.values() if one.offer.state is not OfferState.POSTED}
        for offer in sorted(gone, key=lambda one: one.id):
            for asked in self.problem.requests:
                booking = self.bookings.get(asked.id)
                if booking is None or booking.offer_id != offer.id:
                    yield core.Ban(asked.id, offer=name_of("offer", offer.id))

    def _set_aside(self, names: set[str]) -> None:
        """Take bookings out of the plan. What fell simply asks again; what stands keeps its seats, its day and its hours."""
        standing = [self.bookings.pop(name) for name in sorted(names)]
        standing = [one for one in standing if one.live]
        lost = {name for name in names if name not in self.fallen}
        requests = [one for one in self.problem.requests if one.id not in lost]
        slots, teams = dict(self.problem.slot), dict(self.problem.team)
        for booking in standing:
            day = minutes_of(f"{booking.day}T00:00")
            school = name_of("school", booking.school_id)
            requests = [
                _not_on(one, day) if one.school == school and not self._away(one.id, booking.day) else one
                for one in requests
            ]
            if booking.slot_id is not None:
                self._fewer_seats(slots, name_of("slot", booking.slot_id), booking.pupils)
            else:
                team = teams[name_of("team", booking.team_id or 0)]
                teams[team.id] = replace(team, windows=tuple(without(team.windows, (day, day + DAY))))
        self.problem = replace(
            self.problem,
            requests=tuple(requests),
            slots=tuple(slots.values()),
            teams=tuple(teams.values()),
            pins=tuple(pin for pin in self.problem.pins if pin.request not in lost),
            bans=tuple(ban for ban in self.problem.bans if ban.request not in lost),
        )

    def _away(self, name: str, day: date) -> bool:
        """A request that has its booking on that day: what stands is not asked whether it may."""
        return name in self.bookings and self.bookings[name].day == day

    def _fewer_seats(self, slots: dict[str, core.Slot], name: str, pupils: int) -> None:
        limits = self.problem.limits(slots[name])
        left, groups = limits.max_pupils - pupils, limits.max_groups - 1
        if left > 0 and groups > 0:
            slots[name] = replace(slots[name], min_pupils=0, max_pupils=left, max_groups=groups)
        else:
            del slots[name]


def _not_on(asked: core.VisitRequest, day: int) -> core.VisitRequest:
    return replace(asked, windows=tuple(without(asked.windows, (day, day + DAY))))


def _end(booking: Booking) -> int:
    return minutes_of(wall(booking.day, booking.end_time))


def _request_of(name: str, booking: Booking, scores: Mapping[str, int] | None = None) -> core.VisitRequest:
    """The group of a booking as the problem knows groups, free all of its day, for nothing but the kind that it has."""
    school = name_of("school", booking.school_id)
    day = minutes_of(f"{booking.day}T00:00")
    return core.VisitRequest(
        id=name,
        school=school,
        group=f"{school}/{booking.group_label}",
        crew=f"{school}/{booking.crew}" if booking.crew else None,
        kinds=frozenset({str(booking.offer.kind)}),
        pupils=booking.pupils,
        grade=booking.grade,
        languages=frozenset(booking.languages),
        windows=((day, day + DAY),),
        max_travel_minutes=DAY,
        wheelchair=booking.wheelchair,
        scores=scores,
    )
