"""Writing, changing, posting and withdrawing offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from outreach.models import AuditEntry, BookingState, Offer, OfferKind, OfferState, db
from outreach.services.offers import (
    PLACE,
    OfferDoesNotHold,
    OfferFacts,
    OfferIsBooked,
    edit_offer,
    post_offer,
    withdraw_offer,
    write_offer,
)
from outreach.services.transaction import ChangedMeanwhile
from tests import build, visit_rows
from tests.build import NOW
from tests.cast import Cast

VISIT = OfferFacts(
    kind=OfferKind.FIELD_VISIT,
    title_en="A morning with robots",
    summary_zh="學生為機械臂編寫程式。",
    address_en="1 Science Park East Avenue",
    district="P",
    longitude=114.2133,
    latitude=22.4267,
    grades=("P5", "P6"),
    languages=("yue", "en"),
    topics=("robotics",),
    min_pupils=10,
    max_pupils=40,
)


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Deeds need the application."""
    with app.app_context():
        yield


def written(cast: Cast, facts: OfferFacts = VISIT) -> Offer:
    """Cora's new offer."""
    return write_offer(company_id=cast.robo, facts=facts, by=cast.user("cora"), now=NOW)


def test_an_offer_is_a_draft_that_holds_what_was_written(cast: Cast) -> None:
    number = written(cast).id
    offer = db.session.get_one(Offer, number)
    assert (offer.state, offer.company_id, offer.title_en, offer.title_zh) == (
        OfferState.DRAFT,
        cast.robo,
        "A morning with robots",
        "",
    )
    assert (offer.grades, offer.languages, offer.topics) == (("P5", "P6"), ("yue", "en"), ("robotics",))
    assert [(entry.action, entry.thing_id) for entry in db.session.query(AuditEntry)] == [
        ("offer.create", number)
    ]


def test_a_coding_session_has_no_place_of_its_own(cast: Cast) -> None:
    offer = written(cast, replace(VISIT, kind=OfferKind.CODING_SESSION))
    assert (offer.address_en, offer.district, offer.longitude, offer.latitude) == ("", None, None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_en": ""}, "title_en"),
        ({"min_pupils": 41}, "min_pupils"),
        ({"max_pupils": 1001}, "max_pupils"),
        ({"max_pupils": 0, "min_pupils": 0}, "max_pupils"),
        ({"min_pupils": -1}, "max_pupils"),
        ({"max_groups": 0}, "max_groups"),
        ({"max_groups": 51}, "max_groups"),
        ({"minutes": 14}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"grades": ("P7",)}, "grades"),
        ({"languages": ("fr",)}, "languages"),
        ({"topics": ("cooking",)}, "topics"),
        ({"longitude": None}, "place"),
        ({"district": "I"}, "place"),
        ({"longitude": 113.5}, "longitude"),
        ({"latitude": 23.0}, "longitude"),
    ],
)
def test_what_no_offer_may_say(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(OfferDoesNotHold) as refusal:
        written(cast, replace(VISIT, **changes))
    assert refusal.value.field == field
    assert db.session.query(Offer).count() == 0


def test_posting_twice_is_posting_once(cast: Cast) -> None:
    number = written(cast).id
    for _ in range(2):
        post_offer(offer_id=number, by=cast.user("cora"), now=NOW)
    assert db.session.get_one(Offer, number).state is OfferState.POSTED
    assert db.session.query(AuditEntry).filter_by(action="offer.post").count() == 1


@pytest.mark.parametrize("field", ["grades", "languages", "topics", "summary_en"])
def test_an_offer_that_leaves_out_what_teachers_need_is_not_posted(cast: Cast, field: str) -> None:
    lacking = replace(VISIT, summary_zh="") if field == "summary_en" else replace(VISIT, **{field: ()})
    number = written(cast, lacking).id
    with pytest.raises(OfferDoesNotHold) as refusal:
        post_offer(offer_id=number, by=cast.user("cora"), now=NOW)
    assert refusal.value.field == field
    assert db.session.get_one(Offer, number).state is OfferState.DRAFT


def test_all_that_an_offer_lacks_is_said_at_once(cast: Cast) -> None:
    bare = replace(VISIT, grades=(), languages=(), topics=(), summary_en="", summary_zh="")
    with pytest.raises(OfferDoesNotHold) as refusal:
        post_offer(offer_id=written(cast, bare).id, by=cast.user("cora"), now=NOW)
    said = [one.field for one in (refusal.value, *refusal.value.also)]
    assert said == ["grades", "languages", "topics", "summary_en"]


def test_a_posted_offer_stays_complete_when_it_is_changed(cast: Cast) -> None:
    offer = build.offer(cast.company())
    with pytest.raises(OfferDoesNotHold):
        edit_offer(
            offer_id=offer.id,
            facts=replace(VISIT, topics=()),
            seen_version=offer.version,
            by=cast.user("cora"),
            now=NOW,
        )


def test_the_second_of_two_changes_is_told_of_the_first(cast: Cast) -> None:
    offer = build.offer(cast.company())
    number, seen = offer.id, offer.version
    changed = replace(VISIT, title_en="First")
    edit_offer(offer_id=number, facts=changed, seen_version=seen, by=cast.user("cora"), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        edit_offer(
            offer_id=number,
            facts=replace(VISIT, title_en="Second"),
            seen_version=seen,
            by=cast.user("hana"),
            now=NOW,
        )
    assert db.session.get_one(Offer, number).title_en == "First"


def test_an_offer_with_dates_keeps_its_kind(cast: Cast) -> None:
    offer = build.offer(cast.company())
    build.slot(offer)
    with pytest.raises(OfferDoesNotHold) as refusal:
        edit_offer(
            offer_id=offer.id,
            facts=replace(VISIT, kind=OfferKind.CODING_SESSION),
            seen_version=offer.version,
            by=cast.user("cora"),
            now=NOW,
        )
    assert refusal.value.field == "kind"


def test_an_offer_without_dates_may_change_its_kind(cast: Cast) -> None:
    offer = build.offer(cast.company())
    facts = replace(VISIT, kind=OfferKind.CODING_SESSION)
    edit_offer(offer_id=offer.id, facts=facts, seen_version=offer.version, by=cast.user("cora"), now=NOW)
    assert db.session.get_one(Offer, offer.id).kind is OfferKind.CODING_SESSION


@pytest.mark.parametrize(
    ("state", "stands"),
    [
        (BookingState.AWAITING, True),
        (BookingState.CONFIRMED, True),
        (BookingState.DECLINED, False),
        (BookingState.CANCELLED, False),
        (BookingState.ATTENDED, False),
    ],
)
def test_only_live_bookings_hold_an_offer_and_its_place(
    cast: Cast, state: BookingState, stands: bool
) -> None:
    made = visit_rows.scene(cast)
    visit_rows.book(made, state)
    offer = db.session.get_one(Offer, made.offer)
    seen = offer.version

    def moves() -> None:
        facts = replace(VISIT, longitude=114.13)
        edit_offer(offer_id=made.offer, facts=facts, seen_version=seen, by=cast.user("cora"), now=NOW)

    def withdraws() -> None:
        withdraw_offer(offer_id=made.offer, by=cast.user("cora"), now=NOW)

    for deed in (moves, withdraws):
        if stands:
            with pytest.raises(OfferIsBooked):
                deed()
        else:
            deed()
    offer = db.session.get_one(Offer, made.offer)
    assert (offer.state, offer.longitude) == (
        (OfferState.POSTED, build.SCIENCE_PARK[0]) if stands else (OfferState.WITHDRAWN, 114.13)
    )


@pytest.mark.parametrize(
    "change", [{"address_en": "2 Other Street"}, {"address_zh": "別街2號"}, {"district": "Q"}]
)
def test_a_booked_offer_keeps_its_address_too(cast: Cast, change: dict[str, str]) -> None:
    made = visit_rows.scene(cast)
    visit_rows.book(made, BookingState.CONFIRMED)
    offer = db.session.get_one(Offer, made.offer)
    place = {name: getattr(offer, name) for name in PLACE}
    by = cast.user("cora")

    def edits(**facts: object) -> Offer:
        wanted = replace(VISIT, **{**place, **facts})  # type: ignore[arg-type]
        version = db.session.get_one(Offer, made.offer).version
        return edit_offer(offer_id=made.offer, facts=wanted, seen_version=version, by=by, now=NOW)

    assert edits(title_en="Robots, in other words").title_en == "Robots, in other words"
    with pytest.raises(OfferIsBooked) as refusal:
        edits(**change)
    assert refusal.value.field == "place"


def test_a_withdrawn_offer_can_be_posted_again_and_withdrawing_twice_is_once(cast: Cast) -> None:
    offer = build.offer(cast.company())
    for _ in range(2):
        withdraw_offer(offer_id=offer.id, by=cast.user("cora"), now=NOW)
    assert db.session.query(AuditEntry).filter_by(action="offer.withdraw").count() == 1
    post_offer(offer_id=offer.id, by=cast.user("cora"), now=NOW)
    assert db.session.get_one(Offer, offer.id).state is OfferState.POSTED
