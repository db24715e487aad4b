"""What the tests of repairs begin with; other tests of deeds have stages of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.cast import Cast
from tests.repair_stage import RepairStage, make_chain, make_stage


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[RepairStage]:
    """A published round with two offers and no date yet."""
    with app.app_context():
        yield make_stage(cast)


@pytest.fixture
def chain(stage: RepairStage) -> dict[str, int]:
    """Two groups, each of which would move."""
    return make_chain(stage)
