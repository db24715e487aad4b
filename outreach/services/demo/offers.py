"""What the firms offer: different field visits and coding sessions for each topic, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from outreach.services.demo.firms import CompanyPlan
from outreach.services.demo.names import Name
from outreach.services.demo.reading import tables_of

Kind = Literal["field_visit", "coding_session"]

# Not everybody writes in both languages: the first offer of this firm has Chinese words only.
CHINESE_ONLY = "Bamboo Script"
# A second topic that a firm of this sector can honestly claim.
RELATED: dict[str, tuple[str, ...]] = {
    "ai": ("data", "coding", "robotics"),
    "robotics": ("coding", "hardware", "ai"),
    "games": ("coding", "ai"),
    "data": ("coding", "smart_city", "ai"),
    "cloud": ("data", "security", "coding"),
    "security": ("cloud", "coding"),
    "hardware": ("robotics", "green"),
    "biotech": ("data", "green"),
    "green": ("smart_city", "hardware"),
    "fintech": ("data", "security"),
    "smart_city": ("data", "green"),
    "coding": ("games", "ai"),
}
LANGUAGES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("yue", "en"), 60),
    (("yue",), 20),
    (("yue", "en", "cmn"), 12),
    (("en",), 8),
)


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """One offer of one company; a visit happens at the company's area."""

    key: str
    company: str
    kind: Kind
    title: Name
    summary: Name
    topics: tuple[str, ...]
    grades: tuple[str, ...]
    languages: tuple[str, ...]
    minutes: int
    min_pupils: int
    max_pupils: int
    max_groups: int
    wheelchair: bool


VISITS, SESSIONS, LARGE_OFFERS = (
    tables_of(name, "offer") for name in ("offers_visits", "offers_sessions", "offers_large")
)


def offers_of(company: CompanyPlan, rng: Random) -> tuple[OfferPlan, ...]:
    """The one to three offers of a firm, each in words of its own."""
    if company.large:
        chosen = [table for table in LARGE_OFFERS if table["firm"] == company.name.en]
    else:
        visits = [table for table in VISITS if table["topic"] == company.sector]
        sessions = [table for table in SESSIONS if table["topic"] == company.sector]
        chosen = rng.sample(visits, 2 if len(visits) > 1 and rng.random() < 0.15 else 1)
        if rng.random() < 0.55:
            chosen.append(rng.choice(sessions))
    return tuple(_offer(company, number, table, rng) for number, table in enumerate(chosen, 1))


def _offer(company: CompanyPlan, number: int, table: dict[str, Any], rng: Random) -> OfferPlan:
    kind: Kind = table.get("kind") or ("field_visit" if table in VISITS else "coding_session")
    min_pupils, max_pupils, max_groups = _limits(table, kind, rng)
    return OfferPlan(
        key=f"{company.key}-offer-{number}",
        company=company.key,
        kind=kind,
        title=_in_words(table, "title", company, number),
        summary=_in_words(table, "summary", company, number),
        topics=tuple(table.get("topics") or (company.sector, rng.choice(RELATED[company.sector]))),
        grades=tuple(table["grades"]),
        languages=_languages(company, rng),
        minutes=table["minutes"],
        min_pupils=min_pupils,
        max_pupils=max_pupils,
        max_groups=max_groups,
        wheelchair=rng.random() < 0.7,
    )


def _limits(table: dict[str, Any], kind: Kind, rng: Random) -> tuple[int, int, int]:
    if "max_pupils" in table:
        return 0, table["max_pupils"], table.get("max_groups", 1)
    if kind == "field_visit" and rng.random() < 0.4:
        return rng.choice((10, 15)), rng.choice((60, 70, 80)), 2
    return rng.choice((0, 8, 10, 15)), rng.choice((30, 35, 40, 40, 45)), 1


def _languages(company: CompanyPlan, rng: Random) -> tuple[str, ...]:
    if company.large:
        return ("yue", "en", "cmn")
    return rng.choices([languages for languages, _ in LANGUAGES], weights=[share for _, share in LANGUAGES])[
        0
    ]


def _in_words(table: dict[str, Any], what: str, company: CompanyPlan, number: int) -> Name:
    english = "" if company.name.en == CHINESE_ONLY and number == 1 else table[f"{what}_en"]
    return Name(
        english.format(product=company.product.en),
        table[f"{what}_zh"].format(product=company.product.zh),
    )
