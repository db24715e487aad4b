"""One round after another of one city, drawn by chance: who asks, when they can, which slots exist, and what goes wrong later.

The schools, firms and wishes stay; everything else is drawn anew for each round from the seed, and is the same whoever
does the matching. `drawn` makes the round's problem, `mishap` tells what becomes of a place that was given.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.generate import Document

# A school asks in so many rounds; a free day of a class is free in so many of them.
ASKING = 0.75
FREE = 0.7
# Of the places that were given: taken away by the host (a whole slot or team's day), given back late by the school.
CALLED_OFF = 0.03
LATE = 0.03

HAD, CALLED, GIVEN_BACK = "had", "called_off", "late"


@dataclass(frozen=True, slots=True)
class Draw:
    """How rounds are drawn from `document`: so large a part of its slots and of its teams' days exists in each round."""

    document: Document
    supply: float
    seed: int

    def rng(self, *about: object) -> random.Random:
        """A source of chance of its own for each question, so that no answer moves another one."""
        return random.Random("/".join(map(str, (self.seed, *about))))


def drawn(draw: Draw, number: int, weights: Mapping[str, int]) -> Document:
    """The problem of round `number`. Requests come in a new order each time: in a queue nobody is always the first."""
    rng = draw.rng("round", number)
    document = draw.document
    asking = {school["id"] for school in document["schools"] if rng.random() < ASKING}
    requests = [_asked(one, rng) for one in document["requests"] if one["school"] in asking]
    rng.shuffle(requests)
    slots = [slot for slot in document["slots"] if rng.random() < draw.supply]
    teams = [_freed(team, draw.supply, rng) for team in document["teams"]]
    schools = [one | {"weight": weights[one["id"]]} for one in document["schools"]]
    name = f"{document['name']}, round {number}"
    fresh = {"schools": schools, "slots": slots, "teams": [team for team in teams if team["windows"]]}
    return document | fresh | {"name": name, "requests": requests}


def _asked(request: Document, rng: random.Random) -> Document:
    days = request["windows"]
    free = [day for day in days if rng.random() < FREE]
    return request | {"windows": free or [rng.choice(days)]}


def _freed(team: Document, supply: float, rng: random.Random) -> Document:
    return team | {"windows": [window for window in team["windows"] if rng.random() < supply]}


def mishap(draw: Draw, number: int, place: str, request: str) -> str:
    """What becomes of a place in round `number`: it is had, called off with all of its slot, or given back late.

    `place` names the slot, or the team and its day."""
    if draw.rng("host", number, place).random() < CALLED_OFF:
        return CALLED
    return GIVEN_BACK if draw.rng("school", number, request).random() < LATE else HAD


def place_of(assignment: Any) -> str:
    """What is called off as a whole: a slot, or a team's day."""
    return assignment.slot or f"{assignment.team}/{assignment.start // (24 * 60)}"
