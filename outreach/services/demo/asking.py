"""Handing in the planned requests, each by the teacher of its school."""

from __future__ import annotations

from datetime import datetime

from outreach.models import Round
from outreach.services.demo.demand import RequestPlan
from outreach.services.demo.entering import Entered
from outreach.services.request_facts import FreeTime, RequestFacts, Wish
from outreach.services.requests import write_request


def hand_in(entered: Entered, round_: Round, asked: RequestPlan, *, now: datetime) -> None:
    """Write the request and hand it in at once."""
    write_request(
        round_id=round_.id,
        school_id=entered.schools[asked.school],
        facts=_facts(entered, asked),
        form_key=f"demonstration-{asked.key}",
        hand_in=True,
        by=entered.teachers[asked.school],
        now=now,
    )


def _facts(entered: Entered, asked: RequestPlan) -> RequestFacts:
    return RequestFacts(
        group_label=asked.group,
        pupils=asked.pupils,
        staff=asked.staff,
        grade=asked.grade,
        kinds=asked.kinds,
        languages=asked.languages,
        topics=asked.topics,
        wishes=tuple(_wish(entered, key) for key in asked.choices),
        open=asked.open,
        free_times=tuple(FreeTime(window.weekday, window.start, window.end) for window in asked.windows),
        exceptions=asked.exceptions,
        max_travel_minutes=asked.max_travel_minutes,
        wheelchair=asked.wheelchair,
        crew=asked.crew,
        note=asked.note,
    )


def _wish(entered: Entered, key: str) -> Wish:
    """A whole firm, or one of its offers."""
    if key in entered.companies:
        return Wish("company", entered.companies[key])
    return Wish("offer", entered.offers[key])
