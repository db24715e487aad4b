"""Repairs of a published round: asked when a slot or a team's session is cancelled, answered by `outreach repair`, judged before
anybody sees them.

The way of a repair: `ask_repair` inside the deed that cancels -> the worker asks `question_repair` for the round as it is at that
moment -> the core's three answers -> `judged_repairs` holds each against the rules once more and tells who moves where
-> a page shows them -> `carrying_out.py` makes one of them binding.

A study's `question` keeps what was asked, the events, and the version of every row that the answers may touch; its `answer` keeps
each policy's changes as rows can hold them, not the core's whole new plans.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from outreach.clock import local, wall
from outreach.models import IN_FORCE, Booking, Round, Slot, Study, StudyKind, User
from outreach.queries.repairs import SLOT_CANCELLED, TEAM_ILL, Asked, asked_of, subject_of
from outreach.queries.rounds import published_plan, round_in_force_on
from outreach.queries.standing import Standing, standing_of
from outreach.services.bridge import Unreadable, name_of, number_of
from outreach.services.bridge_repairs import Changes, changed_by, events_since, kept_scene, plan_in
from outreach.services.bridge_standing import Scene, scene_of
from outreach.services.studies import Question, Unanswerable, queue_study

FORMAT = "outreach-repair/1"
# The territory needs about half of it; somebody waits at the screen.
SECONDS = 30
WORKERS = 2


def ask_repair(slot: Slot, ended: Iterable[Booking], *, by: User | None, now: datetime) -> Study | None:
    """Inside the deed that has just cancelled a slot: look for other places for those who lost theirs."""
    event = {"kind": SLOT_CANCELLED, "slot": name_of("slot", slot.id)}
    return _ask(event, slot, ended, by=by, now=now)


def ask_repair_of_session(ended: Booking, *, by: User | None, now: datetime) -> Study | None:
    """The same for a team's session that its company has just cancelled: the team does not come at these hours."""
    hours = [wall(ended.day, ended.start_time), wall(ended.day, ended.end_time)]
    event = {"kind": TEAM_ILL, "team": name_of("team", ended.team_id or 0), "windows": [hours]}
    return _ask(event, ended, [ended], by=by, now=now)


def _ask(
    event: dict[str, Any],
    cancelled: Slot | Booking,
    ended: Iterable[Booking],
    *,
    by: User | None,
    now: datetime,
) -> Study | None:
    """None where nobody is to be looked for: no round in force holds the day, or all had booked directly. A group that picked
    its place from the catalogue has told nobody what else it would like; its teacher picks another one."""
    ended = list(ended)
    round_ = round_in_force_on(cancelled.day)
    struck = [one.id for one in ended if one.visit_request_id is not None]
    if round_ is None or not struck:
        return None
    asked = Asked(event, tuple(struck), direct=len(ended) - len(struck))
    return queue_repair(subject_of(cancelled), round_, asked, by=by, now=now)


def queue_repair(subject: str, round_: Round, asked: Asked, *, by: User | None, now: datetime) -> Study:
    """Inside the caller's deed: queue the question what is to be done about an event."""
    return queue_study(
        kind=StudyKind.REPAIR,
        subject=subject,
        round_id=round_.id,
        seconds=SECONDS,
        workers=WORKERS,
        question=json.dumps({"asked": asked.document()}),
        by=by,
        now=now,
    )


def ask_anew_in(study: Study, *, by: User, now: datetime) -> Study:
    """Inside the caller's deed: the same question about the round as it is by now."""
    return queue_repair(study.subject, study.round_, asked_of(study), by=by, now=now)


def question_repair(study: Study, *, now: datetime) -> Question:
    """The round as it is now with all its bookings, and what happened. Raises `Unanswerable`."""
    if study.round_.state not in IN_FORCE:
        raise Unanswerable("The round is over.")
    asked = asked_of(study)
    standing = standing_of(study.round_, asked.struck, now=now)
    try:
        scene = scene_of(standing, now=now)
    except Unreadable as refused:
        raise Unanswerable(str(refused)) from refused
    events = events_of(scene, asked, study.round_, now=now)
    problem, digest = scene.problem_text()
    plan = scene.plan_text(digest, published_plan(study.round_))
    kept: dict[str, Any] = {
        "asked": asked.document(),
        "events": events,
        "seen": _seen(standing),
        "bookings": {name: booking.id for name, booking in scene.booking_of.items()},
        "fallen": [booking.id for booking in standing.fallen],
    }
    files = {"problem.json": problem, "plan.json": plan, "events.json": json.dumps(events)}
    command = (
        *("repair", "problem.json", "plan.json", "events.json", "--out", "repair.json"),
        *("--seconds", str(study.seconds_limit), "--workers", str(study.workers)),
    )
    columns = {"problem": problem, "problem_sha256": digest, "plan": plan, "question": json.dumps(kept)}
    return Question(files, command, "repair.json", columns)


def events_of(scene: Scene, asked: Asked, round_: Round, *, now: datetime) -> dict[str, Any]:
    """The events file of a question: empty where nobody of the plan is in the slot any more, where the hours are over, or where
    the team gives nothing in the round any more."""
    happened, here = asked.event, local(now)
    if happened["kind"] == SLOT_CANCELLED:
        idle = not any(one.slot == happened["slot"] for one in scene.plan.values())
    else:
        over = any(end <= wall(here.date(), here.time()) for _start, end in happened.get("windows", ()))
        idle = over or (happened["kind"] == TEAM_ILL and happened["team"] not in scene.problem.team)
    return events_since([] if idle else [happened], last_day=round_.last_day, now=now)


def _seen(standing: Standing) -> dict[str, dict[int, int]]:
    """The versions of the rows that a repair may touch, by their tables."""
    rows = standing.rows
    return {
        "booking": {one.id: one.version for one in (*standing.bookings, *standing.fallen)},
        "visit_request": {one.id: one.version for one in rows.visit_requests},
        "slot": {one.id: one.version for one in rows.slots},
        "team": {one.id: one.version for one in rows.teams},
    }


def repairs_in(answer: str) -> dict[str, Any]:
    """The core's file. Raises `Unanswerable` where it is none."""
    try:
        document: dict[str, Any] = json.loads(answer)
        if document["format"] != FORMAT:
            raise Unanswerable(f"format: {document['format']!r} is not {FORMAT!r}")
        for told in document["answers"]:
            for key in ("policy", "proven", "proof", "assignments"):
                told[key]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unanswerable(f"The answer cannot be read: {fault!r}") from fault
    return document


def judged_repairs(study: Study, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Each policy's repair as the study keeps it. Nothing of it is believed: the new plan is held against every rule of the
    changed problem, and who moves is told by comparing it with the bookings. Raises `Unanswerable`."""
    question = json.loads(study.question or "{}")
    try:
        problem, plan = kept_scene(study.problem or "", study.plan or "")
        changed = changed_by(problem, plan, question["events"])
        found = []
        for told in document["answers"]:
            after = plan_in(told["assignments"])
            faults = changed.faults(after)
            if faults:
                raise Unanswerable(f"{told['policy']}: {' '.join(faults[:5])}")
            changes = _told(changed.changes(after), after, question)
            found.append({key: told[key] for key in ("policy", "proven", "proof")} | {"changes": changes})
    except Unreadable as refused:
        raise Unanswerable(str(refused)) from refused
    return found


def _told(
    changes: dict[str, Changes], after: Iterable[str], question: dict[str, Any]
) -> list[dict[str, Any]]:
    bookings, fallen = question["bookings"], set(question["fallen"])
    kept = set(after)
    # Whoever fell and could not stand in the plan is without a place there: nothing has changed, but they have lost theirs.
    lost = {name: Changes(None, None) for name, number in bookings.items() if number in fallen - kept}
    lost = {name: one for name, one in lost.items() if name not in kept and name not in changes}
    found = []
    for name, change in (changes | lost).items():
        booking, row = bookings.get(name), change.row
        found.append(
            {
                "request": number_of(name) if name.startswith("request-") else None,
                "booking": booking,
                "fell": booking in fallen,
                "to": None if row is None else _place(row),
            }
        )
    return found


def _place(row: Any) -> dict[str, Any]:
    return {
        "slot": row.slot_id,
        "team": row.team_id,
        "offer": row.offer_id,
        "day": row.day.isoformat(),
        "start": f"{row.start_time:%H:%M}",
        "end": f"{row.end_time:%H:%M}",
        "travel": row.travel_minutes,
    }


def keep_repairs(study: Study, found: list[dict[str, Any]]) -> None:
    """Inside the caller's deed: keep the judged repairs of a study that has just ended."""
    study.answer = json.dumps({"answers": found})
