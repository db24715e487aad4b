"""Who is compared: ours and the peers, each as a command line, or why it is left out here."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.timefold.start import LeftOut, prepared

OURS = "outreach"
TITLES = {
    OURS: "Outreach",
    "cp-sat": "CP-SAT, plain model",
    "cp-sat-lns": "CP-SAT, plain model, neighbourhoods only",
    "highs": "HiGHS, plain model",
    "scip": "SCIP, plain model",
    "timefold-java": "Timefold (Java)",
    "timefold-python": "Timefold (Python)",
    "deferred": "deferred acceptance",
    "fcfs": "first come first served",
}
# What `outreach match` needs to start and to read before its own limit begins; the peers' deadline counts from their start.
STARTING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Order:
    """What one solver is asked to do."""

    solver: str
    problem: Path
    limit: float
    workers: int
    plan: Path
    timefold: Path

    def command(self) -> list[str]:
        """The command line; to be made right before it is started, since a peer's deadline is in it."""
        if self.solver == OURS:
            seconds = str(max(0.5, self.limit - STARTING_SECONDS))
            effort = ["--seconds", seconds, "--workers", str(self.workers), "--quiet", "--json-lines"]
            return [
                sys.executable, "-m", "outreach", "match", str(self.problem), "--out", str(self.plan), *effort
            ]  # fmt: skip
        deadline = str(time.monotonic() + self.limit)
        return [
            sys.executable, "-m", "tests.bench.peers", self.solver, str(self.problem), "--deadline", deadline,
            "--workers", str(self.workers), "--timefold", str(self.timefold),
        ]  # fmt: skip


def present(wanted: Iterable[str], timefold: Path) -> list[str]:
    """The solvers that can run here, in their order; one line for what is left out."""
    chosen = [name for name in TITLES if name in set(wanted)]
    if any(name.startswith("timefold") for name in chosen):
        try:
            prepared(timefold)
        except LeftOut as why:
            print(f"Timefold is left out: {why}", flush=True)
            return [name for name in chosen if not name.startswith("timefold")]
    return chosen
