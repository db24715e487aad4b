"""The duals of the proposal that a round was published with go with the question what is to be repaired."""

from __future__ import annotations

import json

from outreach.models import Proposal, Publication, RunState, SolveRun
from tests import build
from tests.build import NOW
from tests.repair_stage import FRIDAY, THURSDAY, RepairStage, worked_out


def test_the_core_gets_the_duals_of_the_published_proposal(stage: RepairStage) -> None:
    struck = stage.slot(stage.offer, THURSDAY)
    stage.slot(stage.other, FRIDAY)
    request = stage.ask("tess", [stage.offer, stage.other])
    stage.book(request, struck)
    duals = [
        {"goal": "groups", "held": {}, "requests": {f"request-{request}": 1.0}, "schools": {}, "reach": {}, "companies": []}
    ]  # fmt: skip
    written = {"format": "outreach-plan/1", "problem": {"sha256": ""}, "status": "optimal", "assignments": []}
    publish(stage, json.dumps(written | {"duals": duals}))
    stage.cancel(struck)
    assert json.loads(worked_out().plan or "")["duals"] == duals


def test_a_proposal_that_cannot_be_read_any_more_is_no_obstacle(stage: RepairStage) -> None:
    struck = stage.slot(stage.offer, THURSDAY)
    stage.book(stage.ask("tess", [stage.offer]), struck)
    publish(stage, "{}")
    stage.cancel(struck)
    assert "duals" not in json.loads(worked_out().plan or "")


def publish(stage: RepairStage, plan: str) -> None:
    """The round's places as if they came from a proposal with this plan."""
    stan = stage.cast.people["stan"]
    asked = {"requested_by_id": stan, "requested_at": NOW, "seconds_limit": 5, "workers": 1}
    run = build.kept(SolveRun(round_id=stage.round_, state=RunState.DONE, **asked))
    facts = {"objectives": [], "plan": plan, "status": "optimal", "created_at": NOW}
    proposal = build.kept(Proposal(solve_run_id=run.id, round_id=stage.round_, **facts))
    first = {"number": 1, "published_by_id": stan, "published_at": NOW}
    build.kept(Publication(round_id=stage.round_, proposal_id=proposal.id, **first))
