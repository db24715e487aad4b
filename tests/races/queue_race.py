"""A full slot with a waitlist, and everybody at once: places are given back, offers answered or left to lapse, some leave
the list, some join it, and others try to book past all of them.

`WaitlistRace` writes the accounts once. Each `run` is a round on a day of its own: two waves of people who press their
buttons together, over real HTTP, and the verdict of `queue_history.py`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from outreach.clock import utc_now
from outreach.services.bookings import lapse_bookings
from outreach.services.transaction import Refusal
from tests.races.queue_history import Answer, Tally, verdict
from tests.races.queue_stage import SETTLED, Scene, Stage
from tests.races.racers import PATIENCE, Racer, all_at_once, teachers

LAPSERS = 2
Act = Callable[[], None]


class WaitlistRace:
    """As many groups hold a place as wait for one, and as many try to book directly."""

    def __init__(self, app: Flask, groups: int, seed: int = 7) -> None:
        self.app, self.groups, self.few = app, groups, max(1, groups // 10)
        self.chance = random.Random(seed)
        self.stage = Stage(app, self.chance)
        self.racers = teachers(app, 3 * groups + self.few)

    def run(self, host: str) -> Tally:
        """One round; what is due to lapse lapses meanwhile, by two workers at once."""
        self.chance.shuffle(self.racers)
        holders, waiters = self.racers[: self.groups], self.racers[self.groups : 2 * self.groups]
        bookers, newcomers = self.racers[2 * self.groups : 3 * self.groups], self.racers[3 * self.groups :]
        with self.app.app_context():
            scene = self.stage.scene(holders, waiters)
        pressing = _Pressing(host, self.stage.host, scene)
        acts = [act for hold in scene.holds for act in pressing.answers(*hold)]
        acts += [pressing.leave(*waiter) for waiter in self.chance.sample(scene.waiting, self.few)]
        acts += [pressing.book(who, self.stage.size(), "first") for who in bookers]
        acts += [pressing.join(who, self.stage.size()) for who in newcomers]
        self._wave(acts)
        with self.app.app_context():
            offers = self.stage.offers(scene, self.racers)
        later = [act for hold in offers for act in pressing.answers(*hold)]
        later += [pressing.book(who, self.stage.size(), "second") for who in bookers[: self.few]]
        self._wave(later)
        silent = len(acts) + len(later) - len(pressing.told)
        with self.app.app_context():
            _lapse_all()
            return verdict(scene.slot, pressing.told, host=self.stage.host.user, silent=silent)

    def _wave(self, acts: list[Act]) -> None:
        self.chance.shuffle(acts)
        with lapsing(self.app):
            all_at_once(acts)


class _Pressing:
    """Everybody's buttons in one round, and what they were told."""

    def __init__(self, host: str, coordinator: Racer, scene: Scene) -> None:
        self._host, self._coordinator, self._slot = host, coordinator, scene.slot
        self.told: list[Answer] = []

    def _act(self, pressed: str, thing: int, who: Racer, path: str, **fields: Any) -> Act:
        def press() -> None:
            status, location = who.press(self._host, path, **fields)
            self.told.append(Answer(pressed, thing, who.school, status, location))

        return press

    def answers(self, who: Racer, booking: int, role: str) -> Iterator[Act]:
        """What a role comes to: one button, or two that get in each other's way."""
        button = partial(self._act, role, booking)
        at, cancel = f"/bookings/{booking}", {"reason": "Sports day", "version": 1}
        if role in SETTLED:
            yield button(who, f"{at}/cancel", cancelled_by="school", **cancel)
        if role == "cancel both":
            yield button(self._coordinator, f"{at}/cancel", cancelled_by="company", **cancel)
        if role in ("confirm", "both", "late"):
            yield button(who, f"{at}/confirm", version=1)
        if role in ("decline", "both"):
            yield button(who, f"{at}/decline", version=1)

    def leave(self, who: Racer, entry: int) -> Act:
        """Leave the list."""
        return self._act("leave", entry, who, f"/waitlist/{entry}/leave")

    def join(self, who: Racer, pupils: int) -> Act:
        """Join the list."""
        return self._act("join", self._slot, who, f"/slots/{self._slot}/wait", **who.group(pupils))

    def book(self, who: Racer, pupils: int, attempt: str) -> Act:
        """Book directly."""
        fields = who.group(pupils) | {"form_key": f"{self._slot}-{attempt}"}
        return self._act("book", self._slot, who, f"/slots/{self._slot}/book", **fields)


@contextmanager
def lapsing(app: Flask) -> Iterator[None]:
    """Two workers give back what nobody confirmed in time, until the block ends; a fault of theirs is the block's."""
    over, faults = threading.Event(), list[Exception]()

    def work() -> None:
        with app.app_context():
            while not over.wait(0.2):
                try:
                    _lapse_all()
                except (Refusal, SQLAlchemyError) as fault:
                    faults.append(fault)
                    return

    workers = [threading.Thread(target=work) for _ in range(LAPSERS)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        over.set()
        for worker in workers:
            worker.join(PATIENCE)
    if faults:
        raise faults[0]


def _lapse_all() -> None:
    while lapse_bookings(now=utc_now()):
        pass
