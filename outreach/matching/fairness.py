"""The rule of the fairness ledger: what a school asked and had in earlier rounds becomes its weight in the next one.

A rule that a headmaster can recompute by hand: points for the last six rounds are added up, held between -50 and +100, and are
per cent of the school's base weight (100, unless staff have set another). Start at `weight_of`.

| in each of the last six rounds                                        | points |
|-----------------------------------------------------------------------|--------|
| the school asked and, by no doing of its own, was left without a place | +20    |
| each place that the company, the programme or the weather called off  | +10    |
| each place that it had                                                | -10    |
| each place that it gave back late, or let lapse                       | -20    |

A place called off for which the group got and kept another one does not count; the other one does.

Why so and not otherwise. The unit is the school, not the request: who is turned away with one request of three had a place, and
points for each request refused would pay for asking more often. A place given back in good time costs nothing, since nobody
should fear to say no, and earns nothing, since nobody should collect weight by it. A school that asks for the first time has
the base: it comes before those who had places and after those who were turned away. The upper bound keeps two schools at the
base worth as much as the neediest one; the window forgives everything after six rounds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

ROUNDS = 6
BASE = 100
LEAST_POINTS, MOST_POINTS = -50, 100

EMPTY, CALLED_OFF, HAD, LATE = "empty", "called_off", "had", "late"
POINTS = {EMPTY: 20, CALLED_OFF: 10, HAD: -10, LATE: -20}


@dataclass(frozen=True, slots=True)
class Tally:
    """One school in one round: requests handed in, and what became of every place that it was given.

    `had` stood to the end, `returned` the school gave back in good time, `late` it did not, `called_off` others took away.
    Raises ValueError for a number below zero."""

    asked: int = 0
    had: int = 0
    returned: int = 0
    late: int = 0
    called_off: int = 0

    def __post_init__(self) -> None:
        if any(getattr(self, one.name) < 0 for one in fields(self)):
            raise ValueError(f"a tally counts; nothing in it is below zero: {self}")

    @property
    def denied(self) -> int:
        """Requests for which there never was a place."""
        return max(0, self.asked - self.had - self.returned - self.late - self.called_off)

    @property
    def empty(self) -> bool:
        """It asked and had nothing, by no doing of its own: no place was found, or others called off what there was."""
        return self.asked > 0 and not (self.had or self.returned or self.late)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reckoning: how often something happened, and the points for it."""

    what: str
    times: int

    @property
    def each(self) -> int:
        """Points for one time."""
        return POINTS[self.what]

    @property
    def points(self) -> int:
        """Points for all of them."""
        return self.times * self.each


@dataclass(frozen=True, slots=True)
class Balance:
    """A school's rounds that the ledger holds, the newest first; those it did not take part in may be left out.

    Raises ValueError for more than `ROUNDS`: whoever reads the ledger decides which rounds are the last six."""

    tallies: tuple[Tally, ...] = ()

    def __post_init__(self) -> None:
        if len(self.tallies) > ROUNDS:
            raise ValueError(f"the ledger holds {ROUNDS} rounds, not {len(self.tallies)}")

    @property
    def rounds(self) -> int:
        """Rounds in which the school asked."""
        return sum(one.asked > 0 for one in self.tallies)

    @property
    def served(self) -> int:
        """Rounds in which it had a place."""
        return sum(one.had > 0 for one in self.tallies)

    @property
    def asked(self) -> int:
        """Requests handed in."""
        return sum(one.asked for one in self.tallies)

    @property
    def had(self) -> int:
        """Places that stood."""
        return sum(one.had for one in self.tallies)

    @property
    def denied(self) -> int:
        """Requests for which there never was a place."""
        return sum(one.denied for one in self.tallies)

    @property
    def returned(self) -> int:
        """Places given back in good time."""
        return sum(one.returned for one in self.tallies)

    @property
    def late(self) -> int:
        """Places given back late, or lapsed."""
        return sum(one.late for one in self.tallies)

    @property
    def called_off(self) -> int:
        """Places that others called off."""
        return sum(one.called_off for one in self.tallies)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The reckoning, every line of it, also where it counts nothing."""
        empty = sum(one.empty for one in self.tallies)
        times = {EMPTY: empty, CALLED_OFF: self.called_off, HAD: self.had, LATE: self.late}
        return tuple(Line(what, times[what]) for what in POINTS)

    @property
    def points(self) -> int:
        """The sum of the lines, held between the two bounds."""
        return max(LEAST_POINTS, min(MOST_POINTS, sum(line.points for line in self.lines)))


def weight_of(balance: Balance, base: int = BASE) -> int:
    """The weight of a school in the next round: its base and the points as per cent of it, fractions dropped."""
    return base * (100 + balance.points) // 100
