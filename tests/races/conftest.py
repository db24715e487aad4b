"""What every race has besides: it says how long it took, and under `make soak` where it is."""

from __future__ import annotations

import sys
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


def pytest_itemcollected(item: pytest.Item) -> None:
    """`make soak` runs the two engines side by side: while SQLite's one writer works, PostgreSQL has the other core."""
    given = getattr(item, "callspec", None)
    if given is not None and "database" in given.params:
        item.add_marker(pytest.mark.xdist_group(given.params["database"]))


@pytest.fixture
def progress(request: pytest.FixtureRequest, full: bool) -> Progress:
    """`progress(10, 50)` writes a line, so that whoever watches a long race knows that it goes on."""
    capture, began = request.config.pluginmanager.get_plugin("capturemanager"), time.monotonic()

    def tell(done: int, of: int) -> None:
        if full and capture is not None:
            line = f"  {request.node.name}: {done} of {of}, {time.monotonic() - began:.0f} s"
            # Past the capture, and to the one stream that another process hands through.
            with capture.global_and_fixture_disabled():
                print(line, file=sys.stderr, flush=True)

    return tell
