"""The page of a repair: three answers and their proofs for staff, a short word for the company, nothing for others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Proposal, Publication, RunState, Slot, SlotState, SolveRun, Study, db
from outreach.services.transaction import one_transaction
from tests import build
from tests.booking_stage import change
from tests.build import NOW
from tests.cast import Cast
from tests.forms import press, send
from tests.html import faults_of
from tests.repair_stage import FRIDAY, MONDAY, THURSDAY, answered, make_stage

As = Callable[[str], FlaskClient]
Numbers = dict[str, int]


@pytest.fixture
def asked(app: Flask, cast: Cast) -> Numbers:
    """Tess' group has lost its place; the question about another one waits."""
    with app.app_context():
        stage = make_stage(cast)
        struck = stage.slot(stage.offer, THURSDAY)
        near, far = stage.slot(stage.other, FRIDAY), stage.slot(stage.other, MONDAY)
        fell, holds = stage.ask("tess", [stage.offer, stage.other]), stage.ask("theo", [stage.other])
        found = {"round": stage.round_, "offer": stage.offer, "struck": struck, "near": near, "far": far}
        found |= {
            "fell": fell,
            "holds": holds,
            "lost": stage.book(fell, struck),
            "held": stage.book(holds, near),
        }
        stage.cancel(struck)
        return found | {"study": db.session.query(Study).one().id}


@pytest.fixture
def found(app: Flask, asked: Numbers) -> Numbers:
    """The same, answered: Theo's group makes room."""
    with app.app_context():
        answered({asked["fell"]: asked["near"], asked["holds"]: asked["far"]})
    return asked


def page_of(as_: As, name: str, path: str) -> str:
    answer = as_(name).get(path)
    assert (answer.status_code, faults_of(answer.text)) == (200, [])
    return answer.text


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def test_while_it_works_the_page_asks_for_itself(asked: Numbers, as_: As) -> None:
    path = f"/repairs/{asked['study']}"
    page = page_of(as_, "stan", path)
    assert f'hx-get="{path}/progress"' in page
    assert "Stop and keep what is found" in page
    part = as_("stan").get(f"{path}/progress", headers={"HX-Request": "true"}).text
    assert (part.count("<html"), part.count('id="progress"')) == (0, 1)


def test_staff_compare_who_moves_and_read_the_proof(found: Numbers, as_: As) -> None:
    page = page_of(as_, "stan", f"/repairs/{found['study']}")
    said = words(page)
    assert "hx-get" not in page
    assert "All three ways come to the same" in said
    assert "Touch the fewest schools · Move nobody's date · Serve the most" in said.replace("&#39;", "'")
    assert "Schools touched 2 Groups moved 2 Groups without a place 0 Groups that gain one 0" in said
    assert "Proven: touching fewer schools, or changing fewer bookings, is impossible." in said
    assert "Tai Wai Riverside Primary School P5A · 30 pupils From: 4 March 2027 (Thursday), 10:00 am" in said
    assert "To: 5 March 2027 (Friday), 10:00 am, A look at the cloud, Harbour Data" in said
    assert page.count("Carry this out") == 1


def test_answers_that_differ_stand_beside_each_other(app: Flask, found: Numbers, as_: As) -> None:
    with app.app_context(), one_transaction():
        study = db.session.get_one(Study, found["study"])
        text = (study.answer or "").replace('"proven": true', '"proven": false')
        first, second, third = text.split('{"policy"')[1:]
        study.answer = (
            '{"answers": [{"policy"'
            + first
            + '{"policy": "same-dates", "proven": true, "proof": [], "changes": ['
            + f'{{"request": {found["fell"]}, "booking": {found["lost"]}, "fell": true, "to": null}}]}},'
            + '{"policy"'
            + third
        )
        assert second
    page = page_of(as_, "stan", f"/repairs/{found['study']}")
    said = words(page)
    assert "The smallest change, in three ways" in said
    assert page.count("Carry this out") == 2
    assert "Not proven: at least 1 school must be touched." in said
    assert "Who is left without a place" in said


def test_staff_carry_one_out_and_find_it_done(app: Flask, found: Numbers, as_: As) -> None:
    path = f"/repairs/{found['study']}"
    stan = as_("stan")
    answer = press(stan, f"{path}/carry-out", policy="fewest-schools")
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = page_of(as_, "stan", path)
    assert "Carry this out" not in page
    assert "Version 1 of the round" in words(page)
    with app.app_context():
        assert db.session.query(Publication).one().policy == "fewest-schools"
    assert "What was cancelled" in words(page_of(as_, "stan", f"/rounds/{found['round']}"))
    assert f'href="{path}"' not in page_of(as_, "stan", "/")


def test_a_stale_repair_leads_back_with_words_and_a_button(app: Flask, found: Numbers, as_: As) -> None:
    path, stan = f"/repairs/{found['study']}", as_("stan")
    with app.app_context():
        change(Slot, found["far"], state=SlotState.CANCELLED)
    answer = press(stan, f"{path}/carry-out", policy="most-served", next=path)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = stan.get(path).text
    assert "so nothing was done. Look for repairs anew." in page
    again = press(stan, f"{path}/anew")
    assert again.headers["Location"] != path
    assert "A newer search has been asked for" in stan.get(path).text
    assert press(stan, f"{path}/carry-out", policy="weird").status_code == 400


def test_what_waits_is_found_from_the_overview_the_round_and_the_slot(found: Numbers, as_: As) -> None:
    link = f'href="/repairs/{found["study"]}"'
    for path in ("/", f"/rounds/{found['round']}", f"/offers/{found['offer']}/slots"):
        assert link in page_of(as_, "stan", path)
    assert "1 repair waits for your decision" in words(page_of(as_, "stan", "/"))
    for path in (f"/offers/{found['offer']}/slots", f"/slots/{found['struck']}/cancel"):
        assert link in page_of(as_, "cora", path)


def test_the_company_learns_what_becomes_of_its_groups_and_no_more(found: Numbers, as_: As) -> None:
    path = f"/repairs/{found['study']}"
    page = page_of(as_, "cora", path)
    said = words(page)
    assert "Tai Wai Riverside Primary School" in said
    assert "Being looked for" in said
    for unsaid in ("Aberdeen", "Harbour Data", "cloud", "Carry this out", "Proven"):
        assert unsaid not in page
    press(as_("stan"), f"{path}/carry-out", policy="fewest-schools")
    assert "Another place is found" in words(page_of(as_, "cora", path))
    # Cole's company gets the groups; the repair of somebody else's slot is not his to read.
    assert as_("cole").get(path).status_code == 404


def test_the_teacher_reads_that_another_place_is_looked_for(found: Numbers, as_: As) -> None:
    path = f"/bookings/{found['lost']}"
    said = "The programme office is looking for another place for this group."
    assert said in words(page_of(as_, "tess", path))
    press(as_("stan"), f"/repairs/{found['study']}/carry-out", policy="fewest-schools")
    assert said not in words(page_of(as_, "tess", path))


def test_a_lost_day_is_asked_about_from_the_round(app: Flask, found: Numbers, as_: As) -> None:
    path, stan = f"/rounds/{found['round']}/lost-day", as_("stan")
    assert f'href="{path}"' in page_of(as_, "stan", f"/rounds/{found['round']}")
    page_of(as_, "stan", path)
    refused = send(stan, path, day="2027-03-09")
    assert (refused.status_code, faults_of(refused.text)) == (409, [])
    assert "Nobody has a visit on that day there." in refused.text
    answer = send(stan, path, day="2027-03-05", districts=["D"])
    assert answer.status_code == 303
    page = page_of(as_, "stan", answer.headers["Location"])
    assert "Day lost: 5 March 2027 (Friday), Southern" in words(page)
    for where in ("/", f"/rounds/{found['round']}"):
        assert "Day lost: 5 March 2027 (Friday), Southern" in words(page_of(as_, "stan", where))
    assert as_("cora").get(answer.headers["Location"]).status_code == 404


def test_a_study_of_another_kind_is_no_repair(app: Flask, found: Numbers, as_: As) -> None:
    with app.app_context():
        change(Study, found["study"], kind="explain", subject="proposal-1")
    assert as_("stan").get(f"/repairs/{found['study']}").status_code == 404


def test_the_published_proposal_stays_published_and_names_the_version_in_force(
    app: Flask, found: Numbers, as_: As
) -> None:
    with app.app_context():
        asked = {"round_id": found["round"], "requested_by_id": 1, "requested_at": NOW}
        run = build.kept(SolveRun(seconds_limit=5, workers=1, state=RunState.DONE, **asked))
        facts = {"objectives": [], "plan": '{"unplaced": []}', "status": "optimal", "created_at": NOW}
        proposal = build.kept(Proposal(solve_run_id=run.id, round_id=found["round"], **facts)).id
        first = {"round_id": found["round"], "number": 1, "published_by_id": 1, "published_at": NOW}
        build.kept(Publication(proposal_id=proposal, **first))
    assert "This version is published and binding." in words(page_of(as_, "stan", f"/proposals/{proposal}"))
    press(as_("stan"), f"/repairs/{found['study']}/carry-out", policy="fewest-schools")
    page = words(page_of(as_, "stan", f"/proposals/{proposal}"))
    assert "Repairs have changed it since: version 2 is in force." in page


def test_answers_that_come_to_the_same_tell_what_is_proven_under_each_policy(found: Numbers, as_: As) -> None:
    said = words(page_of(as_, "stan", f"/repairs/{found['study']}"))
    assert "All three ways come to the same" in said
    for proof in (
        "Proven: touching fewer schools, or changing fewer bookings, is impossible.",
        "Proven: with nobody's date moved, fewer losses or fewer changes are impossible.",
        "Proven: no plan serves more, and none that serves as many changes less.",
    ):
        assert said.count(proof) == 1


@pytest.mark.parametrize("name", ["cora", "stan"])
def test_cancelling_leads_to_what_becomes_of_the_groups(app: Flask, cast: Cast, as_: As, name: str) -> None:
    with app.app_context():
        stage = make_stage(cast)
        struck = stage.slot(stage.offer, THURSDAY)
        stage.book(stage.ask("tess", [stage.offer]), struck)
    client = as_(name)
    answer = send(client, f"/slots/{struck}/cancel", reason="The room is flooded")
    with app.app_context():
        study = db.session.query(Study).one().id
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/repairs/{study}")
    assert "The slot is cancelled" in client.get(f"/repairs/{study}").text


def test_a_slot_cancelled_once_more_does_not_lead_to_the_old_repair(
    app: Flask, found: Numbers, as_: As
) -> None:
    with app.app_context():
        change(Slot, found["struck"], state=SlotState.OPEN)
    answer = send(as_("cora"), f"/slots/{found['struck']}/cancel", reason="Again")
    assert answer.headers["Location"] == f"/offers/{found['offer']}/slots"


def test_the_company_follows_a_session_that_it_has_cancelled(app: Flask, cast: Cast, as_: As) -> None:
    with app.app_context():
        stage = make_stage(cast)
        offer = build.offer(cast.company(), build.OfferKind.CODING_SESSION, minutes=90)
        team = build.team(cast.company(), [offer], [MONDAY])
        hours = {"start_time": time(10), "end_time": time(11, 30)}
        booking = stage.book(stage.ask("tess", [offer.id]), team=team.id, offer=offer.id, day=MONDAY, **hours)
    cora = as_("cora")
    assert "its team is no longer free at these hours" in cora.get(f"/bookings/{booking}/cancel").text
    send(cora, f"/bookings/{booking}/cancel", reason="Our trainer is ill")
    page = cora.get(f"/bookings/{booking}").text
    (path,) = re.findall(r'href="(/repairs/\d+)"', page)
    assert "Being looked for" in words(page_of(as_, "cora", path))
    assert (as_("cole").get(path).status_code, as_("tess").get(path).status_code) == (404, 403)
    assert f'href="{path}"' in page_of(as_, "stan", "/")
