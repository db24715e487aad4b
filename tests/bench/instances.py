"""The instances that can be measured, by name: the shared ones, and generated ones that anybody can make again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.generate import Document, city
from tests.bench.shapes import famous, halls, knapsack, teams

SHARED = Path(os.environ.get("OUTREACH_SHARED", Path(__file__).parents[3] / "shared")) / "matching"
SEED = 101

# What stands in for a shared instance that is not at hand, and what was never shared.
MADE: dict[str, Callable[[], Document]] = {
    "tiny": lambda: city(8, 3, SEED),
    "small": lambda: city(100, 20, SEED),
    "city": lambda: city(1100, 120, SEED),
    "startups": lambda: city(1100, 4700, SEED),
    "halls": lambda: halls(300, 6, SEED),
    "teams": lambda: teams(300, 60, SEED),
    "famous": lambda: famous(300, 40, SEED),
    "knapsack": lambda: knapsack(1000, 100, SEED),
    "grow-100": lambda: city(100, 20, SEED),
    "grow-300": lambda: city(300, 45, SEED),
    "grow-1100": lambda: city(1100, 120, SEED),
    "grow-3300": lambda: city(3300, 360, SEED),
}
GROWTH = ("grow-100", "grow-300", "grow-1100", "grow-3300")
SHAPES = ("halls", "teams", "famous", "knapsack")


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem file and where it comes from: `shared` or `generated`."""

    name: str
    path: Path
    source: str


def instance(name: str, folder: Path) -> Instance:
    """The file of an instance; a generated one is written into `folder`. KeyError for a name that is not in `MADE`."""
    shared = SHARED / f"{name}.json"
    if shared.is_file():
        return Instance(name, shared, "shared")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(MADE[name]()))
    return Instance(name, path, "generated")
