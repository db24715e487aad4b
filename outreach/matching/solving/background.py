"""A solver's call in a thread of its own, so that the clock is kept by the one who waits and another core can work meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from outreach.matching.solving.engine import POLL_SECONDS, Clock

T = TypeVar("T")


def _nothing() -> None:
    return


class Task(Generic[T]):
    """Starts at once. HiGHS cannot be interrupted: a task whose time is over is left behind, its answer is not heard."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._answer: T | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._work()
        except (RuntimeError, ValueError) as failure:  # passed on to the one who waits
            self._failure = failure

    def done(self) -> bool:
        return not self._thread.is_alive()

    def wait(self, clock: Clock, meanwhile: Callable[[], object] = _nothing) -> T | None:
        """The answer, or None when the clock ends first; `meanwhile` is called again and again. Raises what the work raised."""
        while self._thread.is_alive() and clock.left() > 0:
            self._thread.join(POLL_SECONDS)
            meanwhile()
        if self._thread.is_alive():
            return None
        if self._failure is not None:
            raise self._failure
        return self._answer
