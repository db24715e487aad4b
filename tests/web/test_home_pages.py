"""The first page and the menu of people whose roles are not the usual one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Booking, BookingState, Membership, Role, RoundState, db
from outreach.queries.home import Beginnings, beginnings
from outreach.services.transaction import one_transaction
from tests import build
from tests.booking_stage import change, make_stage
from tests.build import NOW
from tests.cast import Cast
from tests.html import faults_of
from tests.invited import invited

As = Callable[[str], FlaskClient]


def menu_of(page: str) -> list[str]:
    """The addresses of the menu."""
    (menu,) = re.findall(r"<nav[^>]*site-navigation.*?</nav>", page, re.DOTALL)
    return re.findall(r'href="([^"]*)"', menu)


def test_whoever_has_no_role_is_told_so_and_led_to_what_waits(app: Flask, as_: As, cast: Cast) -> None:
    number = invited(app, cast, "tess@example.org")
    with app.app_context(), one_transaction():
        db.session.query(Membership).filter_by(user_id=cast.people["tess"]).delete()
    page = as_("tess").get("/").text
    assert ("You act for nobody at present" in page, faults_of(page)) == (True, [])
    assert f'href="/invitations/{number}"' in page
    assert (menu_of(page), "/requests/new" in page) == (["/offers"], False)


def test_the_hub_finds_its_companies_in_the_menu(as_: As) -> None:
    assert menu_of(as_("hana").get("/").text) == [
        "/",
        "/offers/mine",
        "/companies",
        "/teams",
        "/roster",
        "/people",
    ]
    assert "/companies" not in menu_of(as_("cora").get("/").text)


def lit(page: str) -> list[str]:
    """The entries of the menu that are marked as the place of the page."""
    (menu,) = re.findall(r"<nav[^>]*site-navigation.*?</nav>", page, re.DOTALL)
    return re.findall(r'href="([^"]*)" aria-current="page"', menu)


def test_the_menu_shows_where_a_page_belongs(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        made = build.offer(cast.company())
        offer, one = f"/offers/{made.id}", f"/slots/{build.slot(made, date(2026, 12, 3)).id}/edit"
    edit, dates = f"{offer}/edit", f"{offer}/slots"
    places = {
        ("stan", "/invitations"): "/people",
        ("stan", edit): "/offers",
        ("stan", one): "/offers",
        ("cora", "/offers/mine"): "/offers/mine",
        ("cora", offer): "/offers/mine",
        ("cora", edit): "/offers/mine",
        ("cora", dates): "/offers/mine",
        ("cora", f"{dates}/series"): "/offers/mine",
        ("cora", one): "/offers/mine",
        ("cora", f"/companies/{cast.robo}"): "/",
        ("hana", f"/companies/{cast.robo}"): "/companies",
        ("tess", offer): "/offers",
        ("tess", f"/companies/{cast.robo}"): "/offers",
        ("tess", f"/schools/{cast.primary}"): "/schools/own",
        ("tess", f"/schools/{cast.primary}/balance"): "/schools/own",
        ("stan", f"/schools/{cast.primary}/balance"): "/ledger",
    }
    shown = {(who, path): lit(as_(who).get(path).text) for who, path in places}
    assert shown == {asked: [entry] for asked, entry in places.items()}
    assert [lit(as_(who).get("/account").text) for who in ("tess", "cora", "stan")] == [[], [], []]


def test_a_teacher_who_also_coordinates_reaches_the_pages_of_both(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context(), one_transaction():
        db.session.add(Membership(user_id=cast.people["tess"], role=Role.COORDINATOR, company_id=cast.robo))
    tess = as_("tess")
    menu = menu_of(tess.get("/").text)
    assert menu == [
        "/",
        "/offers/mine",
        "/teams",
        "/roster",
        "/people",
        "/offers",
        "/requests",
        "/bookings",
        "/schools/own",
    ]
    assert [path for path in menu if tess.get(path).status_code not in (200, 302, 303)] == []


def steps_of(page: str) -> list[str]:
    """Which of the first steps are done, in their order."""
    return re.findall(r'class="step step-(\w+)"', page)


def test_a_new_programme_begins_with_first_steps(app: Flask, as_: As, cast: Cast) -> None:
    page = as_("ada").get("/").text
    assert (steps_of(page), faults_of(page)) == (["done", "done", "done", "todo"], [])
    with app.app_context():
        db.session.query(Membership).filter(Membership.role.in_([Role.TEACHER, Role.COORDINATOR])).delete()
        db.session.commit()
        assert beginnings() == Beginnings(schools=True, companies=True, people=False, rounds=False)
        build.round_(RoundState.CLOSED)
    invited(app, cast)
    page = as_("ada").get("/").text
    assert (steps_of(page), "To do: run the scheduler." in page) == ([], True)


def test_a_hub_without_companies_begins_with_a_company(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context(), one_transaction():
        cast.company().hub_id = None
    hana = as_("hana")
    page = hana.get("/").text
    assert ("Begin with a company" in page, 'href="/companies/new"' in page) == (True, True)
    page = hana.get("/people/invite/coordinator").text
    assert ("Enter the company first" in page, "<form" in page.split("<main")[1], faults_of(page)) == (
        True,
        False,
        [],
    )


def test_a_catalogue_without_offers_blames_no_search(as_: As) -> None:
    tess = as_("tess")
    assert "No offers yet" in tess.get("/offers").text
    assert "No offer fits this search" in tess.get("/offers?words=robot").text


def sections_of(page: str) -> list[str]:
    """The headings of a first page, in their order."""
    return re.findall(r"<h2>([^<]*)</h2>", page.split("<main")[1])


def test_a_teacher_who_also_coordinates_sees_what_waits_on_either_side(
    app: Flask, as_: As, cast: Cast
) -> None:
    with app.app_context():
        stage = make_stage(cast)
        mine = stage.book(stage.slot())
        theirs = stage.book(stage.slot(day=date(2027, 3, 5)), by="theo", school="secondary")
        change(Booking, mine, state=BookingState.AWAITING, confirm_by=NOW)
        change(Booking, theirs, state=BookingState.AWAITING, confirm_by=NOW)
        with one_transaction():
            role = Membership(user_id=cast.people["tom"], role=Role.COORDINATOR, company_id=cast.robo)
            db.session.add(role)
    page = as_("tom").get("/").text
    assert sections_of(page) == [
        "Please confirm",
        "Open for requests",
        "Next visits",
        "Fairness ledger",
        "Who comes",
    ]
    assert faults_of(page) == []
    to_confirm, _open, outings, _ledger, groups = page.split("<h2>")[1:]
    linked = [re.findall(r'href="/bookings/(\d+)"', part) for part in (to_confirm, outings, groups)]
    # What another school has to answer is nothing for this teacher, but it comes to this coordinator.
    assert linked == [[str(mine)], [], [str(mine), str(theirs)]]
