"""Offers are many, different, bilingual and within the codes that the tables know."""

from __future__ import annotations

from random import Random

from outreach.models.words import GRADES, LANGUAGES, TOPICS
from outreach.services.demo.firms import company_plans
from outreach.services.demo.offers import RELATED, offers_of

RNG = Random(2)
FIRMS = {firm.key: firm for firm in company_plans(120, RNG)}
OFFERS = [offer for firm in FIRMS.values() for offer in offers_of(firm, RNG)]


def test_every_firm_offers_something_and_no_two_offers_are_alike() -> None:
    assert {offer.company for offer in OFFERS} == set(FIRMS)
    assert len(OFFERS) > 160
    for what in ("title", "summary"):
        pairs = [(getattr(o, what).en, getattr(o, what).zh) for o in OFFERS]
        if what == "title":
            assert len(set(pairs)) == len(pairs)
        assert all(zh for _, zh in pairs)
        assert sum(not en for en, _ in pairs) == 1


def test_the_one_offer_in_chinese_only_is_in_the_default_city() -> None:
    rng = Random(20)
    firms = company_plans(20, rng)
    without_english = [offer for firm in firms for offer in offers_of(firm, rng) if not offer.title.en]
    assert [(FIRMS[offer.company].name.en, offer.summary.en) for offer in without_english] == [
        ("Bamboo Script", "")
    ]


def test_texts_are_filled_in_and_each_in_its_language() -> None:
    for offer in OFFERS:
        for words in (offer.title, offer.summary):
            assert "{" not in words.en + words.zh
            assert words.en.isascii(), words.en
            assert not set(words.zh) & set(",;:?!()"), words.zh


def test_titles_fit_their_column() -> None:
    assert max(len(offer.title.en) for offer in OFFERS) <= 200


def test_codes_are_those_of_the_tables() -> None:
    for offer in OFFERS:
        assert set(offer.topics) <= set(TOPICS)
        assert set(offer.grades) <= set(GRADES)
        assert set(offer.languages) <= set(LANGUAGES)
        assert len(set(offer.topics)) == len(offer.topics)
    assert set(RELATED) == set(TOPICS)
    assert {topic for offer in OFFERS for topic in offer.topics} == set(TOPICS)
    assert {grade for offer in OFFERS for grade in offer.grades} == set(GRADES) - {"P1", "P2", "S6"} | {
        "P1",
        "P2",
    }


def test_limits_make_sense() -> None:
    for offer in OFFERS:
        assert 0 <= offer.min_pupils < offer.max_pupils <= 120
        assert offer.max_groups in (1, 2, 3)
        assert offer.minutes in (60, 90, 120)


def test_both_kinds_and_displays_occur_and_the_large_four_have_both() -> None:
    assert {offer.kind for offer in OFFERS} == {"field_visit", "coding_session"}
    assert any(offer.max_groups == 3 for offer in OFFERS)
    for firm in FIRMS.values():
        if firm.large:
            kinds = {offer.kind for offer in OFFERS if offer.company == firm.key}
            assert kinds == {"field_visit", "coding_session"}
