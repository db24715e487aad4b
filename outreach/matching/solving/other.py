"""Work in a process of its own: where it is Python, a second thread would only wait.

What it does has a name ("module:function"): who starts it need not wait for those modules, which it loads itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path


class Other:
    """A process that has begun: it loads these modules, waits for what it is given, and calls `serve` with its connection and that.

    It ends with `end`, or with the one who started it; that one was killed it has to learn itself. Nobody waits for it to come.
    """

    def __init__(self, serve: str, modules: Sequence[str] = ()) -> None:
        context = _context()
        self.connection, there = context.Pipe()
        # A fork has this end of the pipe too: as long as it holds it, it would not hear that nobody else does any more.
        mine = None if isinstance(context, SpawnContext) else self.connection
        arguments = (there, mine, serve, modules)
        self._process: BaseProcess = context.Process(target=_begin, args=arguments, daemon=True)
        # Ctrl-C at a terminal goes to both processes; the other one does not hear it, from its first moment on. The tracker (of
        # a new interpreter) comes first: its start would take the mask away again.
        if isinstance(context, SpawnContext):
            resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        there.close()
        self._sending: threading.Thread | None = None

    def give(self, *arguments: object) -> None:
        """What `serve` gets beside the connection, once. It is pickled at once and sent by and by."""
        # A pipe holds little: whoever sends a city waits until the other one has started and reads.
        self._sending = threading.Thread(target=self._send, args=(pickle.dumps(arguments),), daemon=True)
        self._sending.start()

    def say(self, word: object) -> None:
        """Send something after the arguments. The other side may have come to its end: then it is heard by nobody."""
        self._sent()
        self._send(pickle.dumps(word))

    def _sent(self) -> None:
        if self._sending is not None:
            self._sending.join()

    def _send(self, pickled: bytes) -> None:
        with suppress(OSError):
            self.connection.send_bytes(pickled)

    def alive(self) -> bool:
        """Whether it has not come to its end."""
        return self._process.is_alive()

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._process.kill()
        self._process.join()
        self._sent()
        self.connection.close()


def _context() -> ForkContext | SpawnContext:
    """A fork, if this process has a single thread, a solver's own ones counted: else it would copy some of them half. A new
    interpreter does as well, but takes a tenth of a second longer to come."""
    with suppress(OSError):
        if len(list(Path("/proc/self/task").iterdir())) == 1:
            return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _begin(connection: Connection, other_end: Connection | None, serve: str, modules: Sequence[str]) -> None:
    if other_end is not None:
        other_end.close()
        # Whoever forked it may have handlers of its own.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # As in `cli/files.py`: what a city brings along stays, nobody has to look through it again and again.
    gc.disable()
    module, _, name = serve.partition(":")
    work = getattr(import_module(module), name)
    for one in modules:
        import_module(one)
    # Whoever started it may have nothing for it.
    with suppress(EOFError):
        arguments: Sequence[object] = connection.recv()
        gc.freeze()
        gc.enable()
        work(connection, *arguments)
