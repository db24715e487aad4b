"""The JSON form `outreach-plan/1` of a plan, and writing it so that a reader never sees half a file."""

from __future__ import annotations

import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from outreach.matching import json_form as form
from outreach.matching.assignment_json import assignment_json, read_assignment
from outreach.matching.duals_json import duals_json, read_duals
from outreach.matching.json_form import Node
from outreach.matching.plan import CONTRADICTORY, STATUSES, Objective, Plan, Solver, Unplaced, Value
from outreach.matching.problem_writing import exact_number
from outreach.matching.refusal import ProblemRefused

FORMAT = "outreach-plan/1"


def sha256_of(content: bytes) -> str:
    """The digest that ties a plan to its problem: of the problem file's bytes."""
    return hashlib.sha256(content).hexdigest()


def read_plan(content: bytes) -> Plan:
    """The plan in a file's bytes. Raises `ProblemRefused` for what is no plan; whether it is a good one, `check` says."""
    return plan_of(form.parse(content))


def plan_of(value: object) -> Plan:
    """The plan in an already parsed JSON value. Raises `ProblemRefused`."""
    node = Node(value, "")
    node.get("format", form.word_of((FORMAT,)))
    problem = node.get("problem", Node)
    return Plan(
        problem_name=problem.find("name", form.text, ""),
        sha256=problem.get("sha256", form.text),
        status=node.get("status", form.word_of(STATUSES)),
        assignments=node.get("assignments", form.listing(read_assignment)),
        objectives=node.find("objectives", form.listing(_objective), ()),
        unplaced=node.find("unplaced", form.listing(_unplaced), ()),
        conflict=node.find("conflict", form.listing(read_assignment), ()),
        seconds=node.find("seconds", form.number, 0.0),
        solver=node.find("solver", _solver, Solver()),
        duals=node.find("duals", form.listing(read_duals), ()),
    )


def _exact(value: object, path: str) -> Value:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ProblemRefused(path, f"is {form.kind_of(value)}, not a finite number")
    return value


def _objective(value: object, path: str) -> Objective:
    node = Node(value, path)
    return Objective(
        name=node.get("name", form.text),
        value=node.get("value", _exact),
        bound=node.get("bound", _exact),
        proven=node.get("proven", form.truth),
    )


def _unplaced(value: object, path: str) -> Unplaced:
    node = Node(value, path)
    return Unplaced(node.get("request", form.identifier), node.get("reason", form.text))


def _solver(value: object, path: str) -> Solver:
    node = Node(value, path)
    return Solver(
        version=node.find("version", form.text, ""),
        seed=node.find("seed", form.whole, 0),
        workers=node.find("workers", form.whole, 1),
    )


def plan_json(plan: Plan) -> dict[str, object]:
    """The JSON value of a plan."""
    value: dict[str, object] = {
        "format": FORMAT,
        "problem": {"name": plan.problem_name, "sha256": plan.sha256},
        "status": plan.status,
        "assignments": [assignment_json(assignment) for assignment in plan.assignments],
        "objectives": [
            {
                "name": goal.name,
                "value": exact_number(Decimal(goal.value)),
                "bound": exact_number(Decimal(goal.bound)),
                "proven": goal.proven,
            }
            for goal in plan.objectives
        ],
        "unplaced": [{"request": left.request, "reason": left.reason} for left in plan.unplaced],
        "seconds": plan.seconds,
        "solver": {"version": plan.solver.version, "seed": plan.solver.seed, "workers": plan.solver.workers},
    }
    if plan.duals:
        value["duals"] = [duals_json(one) for one in plan.duals]
    if plan.status == CONTRADICTORY:
        value["conflict"] = [assignment_json(pin) for pin in plan.conflict]
    return value


def plan_bytes(plan: Plan) -> bytes:
    """The file of a plan: UTF-8 JSON, one assignment a line would not be shorter to read for a machine, so one line."""
    return json.dumps(plan_json(plan), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write_plan(plan: Plan, path: Path) -> None:
    """Put the plan at `path` in one step."""
    write_at_once(plan_bytes(plan), path)


def write_at_once(content: bytes, path: Path) -> None:
    """Put a file at `path` in one step: whoever reads, or kills the writer, finds the old file or the new one."""
    # Not by tempfile: its files are closed to everybody else, and a plan is as open as any file somebody makes here.
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
