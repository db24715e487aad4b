"""Why a request has no place, what would give it one, and how we know: the answer of `explain`.

Everything here was shown: a loss by a plan that has it (and, where `proven`, by a bound), a change by the assignments that carry
it out. What could not be shown in the time is called so.
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach.matching.funnel import Step
from outreach.matching.plan import NO_CANDIDATE, Value
from outreach.matching.problem import Assignment, VisitRequest

IMPOSSIBLE = "impossible"
OUTCOMPETED = "outcompeted"
NOT_WORTH_IT = "not-worth-it"
NOT_ESTABLISHED = "not-established"
REASONS = (NO_CANDIDATE, IMPOSSIBLE, OUTCOMPETED, NOT_WORTH_IT, NOT_ESTABLISHED)

SERVING = frozenset({"equity", "groups", "pupils"})
"""Goals that say how many are served: whoever would cost one of these was outcompeted."""

SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Because:
    """With the request forced in, `goal` is the first to fall, by `loss`; 0 where an equally good plan has the request.

    The plan that shows it: the given one without the places of `losing` and with `instead` (the request's own assignment, and
    whatever else is new). `proven`: no plan with the request falls by less in this goal and keeps those before it.
    """

    goal: str
    loss: Value
    proven: bool
    instead: tuple[Assignment, ...]
    losing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the request's own that gives it a place while nobody loses theirs.

    `field` is a key of the request in the JSON form (or `split`); `asked` is the changed request (two halves for a split);
    `witness` holds the assignments that differ from the plan. `effort` orders the changes: less comes first.
    """

    field: str
    effort: float
    asked: tuple[VisitRequest, ...]
    witness: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One unplaced request. `holders` are the requests whose places it could have had, for the programme office only."""

    request: str
    reason: str
    funnel: tuple[Step, ...]
    because: Because | None = None
    changes: tuple[Change, ...] = ()
    holders: tuple[str, ...] = ()
