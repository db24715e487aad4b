"""Measure the matching core: `make bench`, or `python -m tests.bench.matching [small] [city] [--seconds N] [--json FILE]`.

Each instance is solved by the command line in a process of its own, so that time and memory are those a user pays. The shared
instances are used where they are at hand, else a generated city of the same shape. Every plan is judged by `outreach check`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.generate import city

SHARED = Path(os.environ.get("OUTREACH_SHARED", Path(__file__).parents[3] / "shared")) / "matching"
SHAPES = {"small": (100, 20), "city": (1100, 120)}
DEFAULT_SECONDS = {"small": 60.0, "city": 60.0}


def main(arguments: list[str] | None = None) -> None:
    """Measure, print a table, and write the figures as JSON."""
    parser = argparse.ArgumentParser(description="Measure the matching core.")
    parser.add_argument("instances", nargs="*", default=["small"], metavar="small|city")
    parser.add_argument("--seconds", type=float, help="time limit of each run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, default=Path("bench-results/matching.json"))
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.instances if name not in SHAPES]
    if unknown:
        parser.error(f"no instance {unknown[0]!r}; there are {', '.join(SHAPES)}")
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.instances:
            seconds = chosen.seconds or DEFAULT_SECONDS[name]
            figures.append(measured(name, seconds, chosen.workers, Path(folder)))
            print(table(figures[-1]), flush=True)
    about = {"machine": platform.machine(), "python": platform.python_version(), "cores": os.cpu_count()}
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(about | {"runs": figures}, indent=1) + "\n")
    print(f"figures: {chosen.json}")


def measured(name: str, seconds: float, workers: int, folder: Path) -> dict[str, Any]:
    """Solve and judge one instance; everything worth keeping about it."""
    problem, source = instance(name, folder)
    plan = folder / f"{name}.plan.json"
    command = [sys.executable, "-m", "outreach", "match", str(problem), "--out", str(plan), "--quiet"]
    began = time.monotonic()
    child = subprocess.Popen([*command, "--seconds", str(seconds), "--workers", str(workers)])
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    if status:
        raise SystemExit(f"outreach match ended with {os.waitstatus_to_exitcode(status)} on {name}")
    judged = subprocess.run(
        [sys.executable, "-m", "outreach", "check", str(problem), str(plan)],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    found = json.loads(plan.read_text())
    return {
        "instance": name,
        "source": source,
        "limit": seconds,
        "workers": workers,
        "status": found["status"],
        "objectives": found["objectives"],
        "placed": len(found["assignments"]),
        "seconds": round(wall, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_megabytes": round(usage.ru_maxrss / 1024),
        "faultless": judged.returncode == 0,
    }


def instance(name: str, folder: Path) -> tuple[Path, str]:
    """The file of an instance and where it comes from."""
    shared = SHARED / f"{name}.json"
    if shared.is_file():
        return shared, "shared"
    generated = folder / f"{name}.json"
    generated.write_text(json.dumps(city(*SHAPES[name], seed=101)))
    return generated, "generated"


def table(run: dict[str, Any]) -> str:
    """The figures of one run for people."""
    judgement = "no fault" if run["faultless"] else "FAULTS"
    lines = [
        f"{run['instance']} ({run['source']}): {run['status']}, {run['placed']} placed",
        f"  {run['seconds']} s, {run['processor_seconds']} s of processor, {run['peak_megabytes']} MB, {judgement}",
        f"  {'goal':<12}{'value':>10}{'bound':>10}{'gap':>9}  proven",
    ]
    for goal in run["objectives"]:
        value, bound = goal["value"], goal["bound"]
        gap = abs(bound - value) / max(abs(bound), abs(value), 1)
        proven = "yes" if goal["proven"] else "no"
        lines.append(f"  {goal['name']:<12}{value:>10}{bound:>10}{gap:>8.2%}  {proven}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
