"""Work in a process of its own: where it is Python, a second thread would only wait."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing import resource_tracker


class Other:
    """A process that has begun: `serve` is called there with its end of `connection` and the arguments.

    It is daemonic: it ends with the one who started it, or with `end`. What it is given has to be picklable.
    """

    def __init__(self, serve: Callable[..., None], *arguments: object) -> None:
        # A fork would copy the threads of a solver half.
        context = multiprocessing.get_context("spawn")
        self.connection, there = context.Pipe()
        self._process = context.Process(target=serve, args=(there, *arguments), daemon=True)
        # Ctrl-C at a terminal goes to both processes; the other one does not hear it, from its first moment on. The tracker comes
        # first: its start would take the mask away again.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        there.close()

    def alive(self) -> bool:
        """Whether it has not come to its end."""
        return self._process.is_alive()

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()
