"""The JSON form `outreach-recruit/1`: which one more slot would place most of the groups that wait.

```jsonc
{ "format": "outreach-recruit/1",
  "problem": {"name", "sha256"},
  "placed": 1488, "waiting": 679,                     // requests of the plan, and all others
  "without": {"value": 0, "bound": 0, "proven": true},   // groups that could have a place with no new slot, nobody losing one
  "ideas": 193536,                                    // slots that were scored
  "tried": 20,                                        // of them solved again
  "priced": true,                                     // scored by the duals of the pattern LP (false: no time, plain counting)
  "slots": [                                          // the best first; each alone, not all together
    { "kind": "field_visit" | "coding_session", "topic": "ai",       // "" where the problem knows no topics
      "grades": ["P4", "P5", "P6"], "district": "Sha Tin", "date": "2027-03-08", "half": "morning" | "afternoon",
      "start": "10:00", "end": "11:30",               // of a visit; of a session when the team is free
      "minutes": 90, "min_pupils": 10, "max_pupils": 40, "max_groups": 2, "languages": ["en", "yue"],
      "groups": {"value": 2, "bound": 2, "proven": true},   // that wait and get a place; nobody who has a place loses it
      "waiting": 14,                                  // groups that could take it as it is
      "gains": [{"request", "school", "to": assignment}],
      "moves": [{"request", "school", "from": assignment, "to": assignment}],
      "schools": [ids],                               // that had no place before
      "also": [{"date", "half"}],                     // half-days that promise the same
      "add": {"change": "add", "companies": [...], "offers": [...], "slots": [...], "teams": [...]} } ],
  "seconds": 12.3 }
```
`value` was reached by a plan that `check` finds faultless for the problem with `add`: the given plan with `gains` added and `moves`
carried out. `bound`: no plan in which everybody keeps a place has more. `add` is a change of a scenario (`outreach-scenario/1`) as
it stands: so the same slot can be looked at with `outreach whatif`. Ids of all `add` differ.
"""

from __future__ import annotations

import json

from outreach.matching.assignment_json import assignment_json
from outreach.matching.problem import FIELD_VISIT, Assignment, Problem
from outreach.matching.problem_writing import company_json, offer_json, slot_json, team_json
from outreach.matching.recruiting.extra import Count, Extra, Recruit
from outreach.matching.recruiting.ideas import Added
from outreach.matching.times import clock_text, date_text

FORMAT = "outreach-recruit/1"
HALVES = ("morning", "afternoon")

Json = dict[str, object]


def recruit_json(problem: Problem, sha256: str, found: Recruit) -> Json:
    """The JSON value of an answer."""
    return {
        "format": FORMAT,
        "problem": {"name": problem.name, "sha256": sha256},
        "placed": found.placed,
        "waiting": found.waiting,
        "without": _count(found.without),
        "ideas": found.ideas,
        "tried": found.tried,
        "priced": found.priced,
        "slots": [extra_json(problem, one) for one in found.extras],
        "seconds": found.seconds,
    }


def recruit_bytes(problem: Problem, sha256: str, found: Recruit) -> bytes:
    """The file of an answer: UTF-8 JSON."""
    return json.dumps(recruit_json(problem, sha256, found), ensure_ascii=False, indent=1).encode() + b"\n"


def extra_json(problem: Problem, extra: Extra) -> Json:
    """The JSON value of one slot."""
    idea, offer = extra.idea, extra.firm.offer
    opens, closes = hours_of(extra.firm)
    return {
        "kind": idea.kind,
        "topic": idea.topic,
        "grades": list(idea.grades),
        "district": idea.district,
        "date": date_text(idea.day),
        "half": HALVES[idea.half],
        "start": clock_text(opens),
        "end": clock_text(closes),
        "minutes": closes - opens if idea.kind == FIELD_VISIT else offer.minutes,
        "min_pupils": offer.min_pupils,
        "max_pupils": offer.max_pupils,
        "max_groups": offer.max_groups,
        "languages": sorted(offer.languages),
        "groups": _count(extra.groups),
        "waiting": extra.waiting,
        "gains": [_who(problem, new) | {"to": assignment_json(new)} for new in extra.gains],
        "moves": [
            _who(problem, new) | {"from": assignment_json(old), "to": assignment_json(new)}
            for old, new in extra.moves
        ],
        "schools": list(extra.schools),
        "also": [{"date": date_text(day), "half": HALVES[half]} for day, half in extra.also],
        "add": _add(extra.firm),
    }


def hours_of(firm: Added) -> tuple[int, int]:
    """When a firm's slot begins and ends, or between when its team is free, as moments."""
    if firm.slot is not None:
        return firm.slot.start, firm.slot.end
    assert firm.team is not None
    return firm.team.windows[0]


def _count(count: Count) -> Json:
    return {"value": count.value, "bound": count.bound, "proven": count.proven}


def _who(problem: Problem, new: Assignment) -> Json:
    return {"request": new.request, "school": problem.visit_request[new.request].school}


def _add(firm: Added) -> Json:
    return {
        "change": "add",
        "companies": [company_json(firm.company)],
        "offers": [offer_json(firm.offer)],
        "slots": [slot_json(firm.slot)] if firm.slot else [],
        "teams": [team_json(firm.team)] if firm.team else [],
    }
