"""What every race has besides: it says how long it took, and under `make soak` where it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

import pytest

Progress = Callable[[int, int], None]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Note the seconds as a figure, also of a race that failed."""
    began = time.monotonic()
    try:
        return (yield)
    finally:
        seconds = f"{time.monotonic() - began:.0f}"
        pyfuncitem.user_properties.append(("figure", ("seconds", seconds)))


@pytest.fixture
def progress(request: pytest.FixtureRequest, full: bool) -> Progress:
    """`progress(10, 50)` writes a line, so that whoever watches a long race knows that it goes on."""
    writer, began = request.config.pluginmanager.get_plugin("terminalreporter"), time.monotonic()

    def tell(done: int, of: int) -> None:
        if full and writer is not None:
            writer.ensure_newline()
            writer.write_line(f"  {request.node.name}: {done} of {of}, {time.monotonic() - began:.0f} s")

    return tell
