"""Why a request has no place, in words: for the teacher without another school's name, for the programme office with
everything. What would help is said in `change_words.py`.

Sentences speak of "the group", so that both read the same ones. What was not shown is called so: "proven" and "at most" are
the core's own words for how much is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import pairwise

from flask_babel import LazyString, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from outreach.models import Reason
from outreach.queries.goals import shown
from outreach.web.context import GOAL_WORDS

NO_CANDIDATE, IMPOSSIBLE, OUTCOMPETED = "no-candidate", "impossible", "outcompeted"
NOT_WORTH_IT, NOT_ESTABLISHED = "not-worth-it", "not-established"

REASON_WORDS: dict[str, LazyString] = {
    NO_CANDIDATE: _l("Nothing fits"),
    IMPOSSIBLE: _l("No schedule has room"),
    OUTCOMPETED: _l("Fewer would be served"),
    NOT_WORTH_IT: _l("The whole would be worse"),
    NOT_ESTABLISHED: _l("Not established"),
}

STEP_WORDS: dict[str, LazyString] = {
    "all": _l("Offered in this round"),
    "kind": _l("Kind of visit"),
    "grade": _l("Grade"),
    "language": _l("Languages"),
    "pupils": _l("Number of pupils"),
    "wheelchair": _l("Wheelchair access"),
    "ban": _l("Ruled out by the programme office"),
    "interest": _l("Topics and wishes"),
    "travel": _l("Longest way there"),
    "time": _l("Free times"),
}


def steps_of(reason: Reason) -> list[tuple[str, LazyString, int]]:
    """The funnel: each answer with the number of dates that are left after it. Rules that nobody asked for are left out."""
    counted = [(step["rule"], step["slots"] + step["team_windows"]) for step in reason.funnel]
    return [
        (rule, STEP_WORDS[rule], left)
        for at, (rule, left) in enumerate(counted)
        if rule not in ("wheelchair", "ban") or left < counted[at - 1][1]
    ]


def why(reason: Reason) -> list[str]:
    """The reason in sentences that name no other school."""
    steps = steps_of(reason)
    if reason.reason == NO_CANDIDATE:
        return [_nothing_left(steps)]
    if reason.reason == NOT_ESTABLISHED:
        return [
            _("Why the group has no place could not be established in the time. A guess would be no answer."),
            *_narrowest(steps),
        ]
    fits = steps[-1][2] if steps else 0
    return [_fitting(fits), _held_against(reason), *_narrowest(steps)]


def _nothing_left(steps: list[tuple[str, LazyString, int]]) -> str:
    """The rule after which nothing is left."""
    before = 0
    for rule, _words, left in steps:
        if left == 0:
            return NOTHING[rule](before) if before else str(_("Nothing is offered in this round."))
        before = left
    return str(_("Nothing that is offered fits the request."))


NOTHING: dict[str, Callable[[int], str]] = {
    "kind": lambda before: _n(
        "The one date of this round is of another kind than was asked for.",
        "Of %(count)s dates in this round, none is of the kind that was asked for.",
        before,
        count=format_decimal(before),
    ),
    "grade": lambda before: _n(
        "The one date of that kind is for other grades.",
        "Of %(count)s dates of that kind, none is for the grade of the group.",
        before,
        count=format_decimal(before),
    ),
    "language": lambda before: _n(
        "The one date for the grade is in none of the languages that were asked for.",
        "Of %(count)s dates for the grade, none is in a language that was asked for.",
        before,
        count=format_decimal(before),
    ),
    "pupils": lambda before: _n(
        "The one date for the grade in a language of the group has no room for so many pupils.",
        "Of %(count)s dates for the grade in a language of the group, none has room for so many pupils.",
        before,
        count=format_decimal(before),
    ),
    "wheelchair": lambda before: _n(
        "The one date with room for the group cannot be reached with a wheelchair.",
        "Of %(count)s dates with room for the group, none can be reached with a wheelchair.",
        before,
        count=format_decimal(before),
    ),
    "ban": lambda before: _n(
        "The one date with room for the group was ruled out by the programme office.",
        "Of %(count)s dates with room for the group, all were ruled out by the programme office.",
        before,
        count=format_decimal(before),
    ),
    "interest": lambda before: _n(
        "The one date with room for the group is neither of a topic nor of a company that was asked for.",
        "Of %(count)s dates with room for the group, none is of a topic or a company that was asked for.",
        before,
        count=format_decimal(before),
    ),
    "travel": lambda before: _n(
        "The one date that suits the topics and wishes is too far away.",
        "Of %(count)s dates that suit the topics and wishes, none is near enough.",
        before,
        count=format_decimal(before),
    ),
    "time": lambda before: _n(
        "The one date that suits the topics and wishes and is near enough is at a time when the group is not free.",
        "Of %(count)s dates that suit the topics and wishes and are near enough, none is at a time when the group is free.",
        before,
        count=format_decimal(before),
    ),
}


def _fitting(fits: int) -> str:
    return _n(
        "%(count)s date fits all answers of the request.",
        "%(count)s dates fit all answers of the request.",
        fits,
        count=format_decimal(fits),
    )


def _narrowest(steps: list[tuple[str, LazyString, int]]) -> Iterator[str]:
    """The answer that takes most dates away."""
    lost = [
        (before - left, words, before, left) for (*_rest, before), (_rule, words, left) in pairwise(steps)
    ]
    most = max(lost, key=lambda one: one[0], default=None)
    if most is not None and most[0]:
        _gone, words, before, left = most
        yield _(
            "What narrows it most is “%(answer)s”: of %(before)s dates it leaves %(left)s.",
            answer=str(words),
            before=format_decimal(before),
            left=format_decimal(left),
        )


def _held_against(reason: Reason) -> str:
    """What stands against a request that has dates to choose from."""
    because = reason.because
    if reason.reason == IMPOSSIBLE or because is None:
        return _("No schedule can give the group one of them. This is proven.")
    if not because["loss"]:
        if because["losing"]:
            return _(
                "Another schedule, as good as this one, has a place for the group and leaves out another. It was an even choice."
            )
        return _("Another schedule, as good as this one, has a place for the group. It was an even choice.")
    if reason.reason == OUTCOMPETED:
        proven = _("This is proven.") if because["proven"] else _("No better schedule was found.")
        return _("%(sentence)s %(proof)s", sentence=_served(because["goal"], because["loss"]), proof=proven)
    return _worse(because["goal"], because["loss"], proven=because["proven"])


def _served(goal: str, loss: float) -> str:
    if goal == "equity":
        return _("If the group had one of them, fewer schools would be served, counted by need.")
    if goal == "groups":
        return _n(
            "If the group had one of them, %(count)s group fewer would have a place.",
            "If the group had one of them, %(count)s groups fewer would have a place.",
            int(loss),
            count=format_decimal(loss),
        )
    return _n(
        "If the group had one of them, %(count)s pupil fewer would have a place.",
        "If the group had one of them, %(count)s pupils fewer would have a place.",
        int(loss),
        count=format_decimal(loss),
    )


def _worse(goal: str, loss: float, *, proven: bool) -> str:
    """As many are served, but a later goal falls."""
    number = format_decimal(loss)
    if goal == "preference":
        words = _(
            "A schedule with the group serves as many, but meets all wishes less well: by %(number)s points at most.",
            number=number,
        )
    elif goal == "travel":
        words = _(
            "A schedule with the group serves as many, but all together travel longer: by %(number)s minutes at most.",
            number=number,
        )
    elif goal == "cost":
        words = _(
            "A schedule with the group serves as many, but costs more: by %(number)s at most.", number=number
        )
    else:
        words = _(
            "A schedule with the group serves as many, but changes more places: %(number)s at most.",
            number=number,
        )
    return _("%(sentence)s %(proof)s", sentence=words, proof=_("This is proven.")) if proven else words


def fall_words(goal: str, loss: float, *, proven: bool) -> str:
    """By how much a goal would fall: exactly, or by no more than that."""
    number = format_decimal(shown(goal, loss))
    goal_name = str(GOAL_WORDS[goal])
    if proven:
        return _("%(goal)s: %(number)s, proven", goal=goal_name, number=number)
    return _("%(goal)s: %(number)s at most", goal=goal_name, number=number)


def in_a_row(sentences: list[str]) -> str:
    """Sentences one after the other, with a space between them only where the language has one."""
    return reduce(lambda before, after: _("%(sentence)s %(proof)s", sentence=before, proof=after), sentences)
