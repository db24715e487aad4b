"""Names of schools that do not exist, in the forms Hong Kong's schools really have, in both languages.

The English of a Chinese name is the usual Cantonese romanisation of its characters, so the two always agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from outreach.services.demo.places import Neighbourhood, Section
from outreach.services.demo.reading import rows_of

Finance = Literal["government", "aided", "dss", "private", "international", "special"]

# How one school in a hundred of each section is paid for, after the official list (rounded; a special school is its own).
FINANCE_SHARES: dict[Section, dict[Finance, int]] = {
    "primary": {"aided": 70, "government": 6, "dss": 4, "private": 12, "international": 8},
    "secondary": {"aided": 70, "government": 6, "dss": 11, "private": 6, "international": 7},
    "special": {"special": 100},
}
ENDINGS: dict[Section, tuple[tuple[str, str], ...]] = {
    "primary": (("Primary School", "小學"), ("Primary School", "小學"), ("School", "學校")),
    "secondary": (("Secondary School", "中學"), ("College", "書院"), ("College", "中學")),
    "special": (("School", "學校"),),
}


@dataclass(frozen=True, slots=True)
class Name:
    """One name in English and in Traditional Chinese."""

    en: str
    zh: str


def _characters(use: str) -> tuple[Name, ...]:
    return tuple(Name(row["en"], row["zh"]) for row in rows_of("characters") if row["use"] == use)


SURNAMES, HONOURS, GIVEN, VIRTUES = (_characters(use) for use in ("surname", "honour", "given", "virtue"))
SPONSORS = tuple(Name(row["en"], row["zh"]) for row in rows_of("sponsors"))
SAINTS = tuple(Name(row["en"], row["zh"]) for row in rows_of("saints"))
INTERNATIONAL = tuple(Name(row["en"], row["zh"]) for row in rows_of("schools_international"))


def joined(*parts: Name) -> Name:
    """Chinese runs together; English is spaced."""
    return Name(" ".join(part.en for part in parts), "".join(part.zh for part in parts))


def person(rng: Random) -> Name:
    """A fictional person's name, surname first: Chan Tsz Ching 陳子晴."""
    return joined(rng.choice(SURNAMES), rng.choice(GIVEN))


def _in_brackets(name: Name, part: Neighbourhood) -> Name:
    return Name(f"{name.en} ({part.name_en})", f"{name.zh}（{part.name_zh}）")


def _ending(section: Section, rng: Random) -> Name:
    return Name(*rng.choice(ENDINGS[section]))


def _virtue(rng: Random) -> Name:
    return joined(*rng.sample(VIRTUES, 2))


def _government(section: Section, rng: Random) -> Name:
    road, ending = _virtue(rng), ENDINGS[section][0]
    return Name(f"{road.en} Road Government {ending[0]}", f"{road.zh}道官立{ending[1]}")


def _honoured(rng: Random) -> Name:
    return joined(rng.choice(SURNAMES), *rng.sample(HONOURS, 2))


def _sponsored(section: Section, part: Neighbourhood, rng: Random) -> Name:
    sponsor, ending = rng.choice(SPONSORS), _ending(section, rng)
    form = rng.random()
    if form < 0.55:
        memorial = (Name("Memorial", "紀念"),) if rng.random() < 0.35 else ()
        return joined(sponsor, _honoured(rng), *memorial, ending)
    if form < 0.8:
        return joined(sponsor, _virtue(rng), ending)
    return _in_brackets(joined(sponsor, ending), part)


def school_name(section: Section, finance: Finance, part: Neighbourhood, rng: Random) -> Name:
    """A plausible fictional name for such a school; the caller refuses a repetition."""
    if finance == "international":
        return _in_brackets(rng.choice(INTERNATIONAL), part)
    if finance == "government":
        return _government(section, rng)
    if finance in ("dss", "private") and rng.random() < 0.6:
        # Two virtues alone would often be a real school's name; a founder's full name is not.
        return joined(_honoured(rng), _ending(section, rng))
    if finance == "aided" and rng.random() < 0.04:
        return _in_brackets(joined(rng.choice(SAINTS), _ending(section, rng)), part)
    return _sponsored(section, part, rng)


def unused_school_name(
    section: Section, finance: Finance, part: Neighbourhood, taken: set[str], rng: Random
) -> Name:
    """A school name neither of whose forms is in `taken`; both are then added to it."""
    while True:
        name = school_name(section, finance, part, rng)
        if name.en not in taken and name.zh not in taken:
            taken.update((name.en, name.zh))
            return name


def finance_of(section: Section, rng: Random) -> Finance:
    """Who pays for a school of this section, in the real proportions."""
    shares = FINANCE_SHARES[section]
    return rng.choices(list(shares), weights=list(shares.values()))[0]
