"""The list to take to the firms: which extra slots would place most of those who wait, as `outreach recruit` has shown it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import select

from outreach.models import Proposal, Study, StudyKind, db

FORMAT = "outreach-recruit/1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One slot, that is to be looked for alone: what it is, and what it brings.

    `groups` get a place and nobody loses one (at most `most` could); `waiting` could take it; `moves` groups change their place."""

    kind: str
    topic: str
    grades: tuple[str, ...]
    district: str
    day: date
    half: str
    start: time
    end: time
    max_pupils: int
    max_groups: int
    languages: tuple[str, ...]
    groups: int
    most: int
    waiting: int
    schools: int
    moves: int

    @property
    def proven(self) -> bool:
        """Whether no plan places more with this slot."""
        return self.groups == self.most


def newest_recruiting(proposal: Proposal) -> Study | None:
    """The newest question for slots about a proposal, in whatever state."""
    asked = (Study.proposal_id == proposal.id, Study.kind == StudyKind.RECRUIT)
    return db.session.scalars(select(Study).where(*asked).order_by(Study.id.desc()).limit(1)).first()


def wanted_slots(study: Study | None) -> tuple[Wanted, ...]:
    """The slots of a study that has an answer, the most useful first."""
    return () if study is None or study.answer is None else wanted_in(study.answer)


def wanted_in(answer: str) -> tuple[Wanted, ...]:
    """The slots in a text of the form `outreach-recruit/1`. Raises `ValueError`, `KeyError` or `TypeError` where it is none."""
    document = json.loads(answer)
    if document["format"] != FORMAT:
        raise ValueError(f"format: {document['format']!r} is not {FORMAT!r}")
    return tuple(_wanted(one) for one in document["slots"])


def _wanted(told: dict[str, Any]) -> Wanted:
    return Wanted(
        kind=told["kind"],
        topic=told["topic"],
        grades=tuple(told["grades"]),
        district=told["district"],
        day=date.fromisoformat(told["date"]),
        half=told["half"],
        start=time.fromisoformat(told["start"]),
        end=time.fromisoformat(told["end"]),
        max_pupils=int(told["max_pupils"]),
        max_groups=int(told["max_groups"] or 0),
        languages=tuple(told["languages"]),
        groups=int(told["groups"]["value"]),
        most=int(told["groups"]["bound"]),
        waiting=int(told["waiting"]),
        schools=len(told["schools"]),
        moves=len(told["moves"]),
    )
