"""A proposal on a page: neither the placed nor the others make it longer than a page of a list."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import RoundState, RunState
from outreach.services.runs import claim_run, finish_run, start_run
from tests import build
from tests.build import NOW
from tests.cast import Cast
from tests.html import faults_of
from tests.services.test_bridge import plan_for

LEFT_OUT = 60


@pytest.fixture
def proposal(app: Flask, cast: Cast) -> str:
    """The address of a proposal that places one of 61 requests."""
    with app.app_context():
        round_ = build.round_(RoundState.CLOSED)
        offer = build.offer(cast.company())
        build.slot(offer)
        for _number in range(LEFT_OUT + 1):
            build.visit_request(round_, cast.school(), cast.user("tess"), [offer])
        start_run(round_id=round_.id, seconds=5, workers=1, by=cast.user("stan"), now=NOW)
        claimed = claim_run(now=NOW)
        assert claimed is not None
        plan = plan_for(claimed.problem)
        found = finish_run(
            run_id=claimed.run_id, claimed_at=NOW, state=RunState.DONE, plan_text=plan, fault="", now=NOW
        )
        assert found is not None
        return f"/proposals/{found.id}"


def test_requests_without_a_place_come_page_by_page(proposal: str, as_: Callable[[str], FlaskClient]) -> None:
    stan = as_("stan")
    pages = [stan.get(proposal + tail).text for tail in ("", "?unplaced=2")]
    left_out = [re.findall(r"/requests/(\d+)", page[page.index('id="unplaced"') :]) for page in pages]
    assert ([len(rows) for rows in left_out], len({*left_out[0], *left_out[1]})) == ([50, 10], LEFT_OUT)
    assert f'href="{proposal}?unplaced=2#unplaced"' in pages[0]
    for page in pages:
        assert (f'<span class="figure-value">{LEFT_OUT}</span>' in page, faults_of(page)) == (True, [])
