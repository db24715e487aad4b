"""The shared instances, where they are at hand; a clone without them skips these tests with a message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("OUTREACH_SHARED", Path(__file__).parents[3] / "shared")) / "matching"


def shared_file(name: str) -> Path:
    """The path of a shared problem; skips the test where it is absent."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the shared instance {name} is not beside this repository")
    return path
