"""The fairness ledger: each school's balance over the last rounds, the weight that the rule makes of it, and slices of the whole.

A second, smaller bridge: it knows the tables and, of the core, the rule of the ledger alone (`matching/fairness.py`). What is
counted, and as of when, is told in `queries/ledger.py`. Start at `ledger_at`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.matching.fairness import (
    BASE,
    LEAST_POINTS,
    MOST_POINTS,
    POINTS,
    ROUNDS,
    Balance,
    Line,
    Tally,
    weight_of,
)
from outreach.models import FinanceType, Round, School
from outreach.queries import ledger as questions
from outreach.queries.ledger import SchoolRound
from outreach.queries.schools import search_words

# What a page says of the rule.
__all__ = ["BASE", "LEAST_POINTS", "MOST_POINTS", "POINTS", "ROUNDS", "Line"]

# Whether a school asks for the first time: never yet, in one round of the ledger, in several.
NEW, ONCE, OFTEN = "new", "once", "often"
# What the list may be sorted by; a minus before the word turns it round.
SORTS: dict[str, Callable[[Standing], int]] = {
    "asked": lambda one: one.balance.asked,
    "had": lambda one: one.balance.had,
    "denied": lambda one: one.balance.denied,
    "late": lambda one: one.balance.late,
    "called_off": lambda one: one.balance.called_off,
    "weight": lambda one: one.weight,
}
NEEDIEST_FIRST = "-weight"


def weight_for(school: School, counts: Sequence[SchoolRound]) -> int:
    """The weight of a school in the next round, by the rule."""
    return weight_of(balance_of(counts), school.weight)


def balance_of(counts: Sequence[SchoolRound]) -> Balance:
    """The rows of the ledger as the rule reads them."""
    return Balance(tuple(map(_tally, counts)))


def _tally(one: SchoolRound) -> Tally:
    return Tally(
        asked=one.asked, had=one.had, returned=one.returned, late=one.late, called_off=one.called_off
    )


@dataclass(frozen=True, slots=True)
class InRound:
    """One school in one round, as its page tells it."""

    round_: Round
    tally: Tally


@dataclass(frozen=True, slots=True)
class Standing:
    """A school in the ledger: its rounds, the newest first, and what the rule makes of them."""

    school: School
    rounds: tuple[InRound, ...]

    @property
    def balance(self) -> Balance:
        """All its rounds together."""
        return Balance(tuple(one.tally for one in self.rounds))

    @property
    def weight(self) -> int:
        """The weight with which it goes into a round that closes at the ledger's moment."""
        return weight_of(self.balance, self.school.weight)

    @property
    def history(self) -> str:
        """Whether it is a first-time school."""
        asked = self.balance.rounds
        return NEW if not asked else ONCE if asked == 1 else OFTEN

    @property
    def section(self) -> str:
        """The level as the Education Bureau counts: a special school is neither primary nor secondary."""
        special = self.school.finance_type is FinanceType.SPECIAL
        return "special" if special else self.school.level.value


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rounds that count, the newest first, and every school that asked in them or asks now, by English name."""

    rounds: tuple[Round, ...]
    standings: tuple[Standing, ...]


def ledger_at(moment: datetime) -> Ledger:
    """The whole ledger as a round would read it whose requests close now."""
    rounds = questions.rounds_before(moment=moment)
    counts = questions.counts_of(rounds, moment=moment)
    schools = questions.schools_in(counts.keys() | questions.asking_now())
    return Ledger(
        tuple(rounds), tuple(_standing(school, rounds, counts.get(school.id, ())) for school in schools)
    )


def _standing(school: School, rounds: Sequence[Round], counts: Iterable[SchoolRound]) -> Standing:
    by_number = {round_.id: round_ for round_ in rounds}
    return Standing(school, tuple(InRound(by_number[one.round_id], _tally(one)) for one in counts))


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the list is narrowed to and sorted by; empty means all, the neediest first."""

    words: str = ""
    district: str = ""
    section: str = ""
    finance_type: str = ""
    history: str = ""
    sort: str = NEEDIEST_FIRST

    def of(self, standings: Iterable[Standing]) -> list[Standing]:
        """The standings that are wanted, in the wanted order; among equals by English name, as they come."""
        found = [one for one in standings if self._wants(one)]
        key = SORTS.get(self.sort.removeprefix("-"))
        return found if key is None else sorted(found, key=key, reverse=self.sort.startswith("-"))

    def _wants(self, one: Standing) -> bool:
        school = one.school
        names = f"{school.name_en}\n{school.name_zh}\n{school.registration}".lower()
        pairs = (
            (self.district, school.district),
            (self.section, one.section),
            (self.finance_type, school.finance_type.value),
            (self.history, one.history),
        )
        return all(not wanted or wanted == given for wanted, given in pairs) and all(
            word in names for word in search_words(self.words)
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """Some schools of the ledger together, by one of their facts. `asked` and `had` count requests and places."""

    code: str
    schools: int
    served: int
    asked: int
    had: int

    @property
    def share(self) -> float:
        """Of its schools, the part that had at least one place."""
        return self.served / self.schools


SLICES: dict[str, Callable[[Standing], str]] = {
    "district": lambda one: one.school.district,
    "section": lambda one: one.section,
    "finance_type": lambda one: one.school.finance_type.value,
    "history": lambda one: one.history,
}


def slices_of(standings: Iterable[Standing], *, least: int = 1) -> dict[str, list[Slice]]:
    """The schools that asked, by district, level, type and number of rounds; slices of fewer than `least` schools left out."""
    asked = [one for one in standings if one.balance.asked]
    found = {}
    for name, fact in SLICES.items():
        codes = sorted({fact(one) for one in asked}, key=lambda code: (code == OFTEN, code))
        cut = [_slice(code, [one.balance for one in asked if fact(one) == code]) for code in codes]
        found[name] = [one for one in cut if one.schools >= least]
    return found


def whole_of(standings: Iterable[Standing], *, least: int = 1) -> Slice | None:
    """All schools that asked, together; None where there are fewer than `least`."""
    asked = [one.balance for one in standings if one.balance.asked]
    return _slice("", asked) if len(asked) >= max(1, least) else None


def _slice(code: str, balances: Sequence[Balance]) -> Slice:
    return Slice(
        code,
        schools=len(balances),
        served=sum(one.served > 0 for one in balances),
        asked=sum(one.asked for one in balances),
        had=sum(one.had for one in balances),
    )
