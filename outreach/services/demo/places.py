"""The 18 districts: how many schools each really has, and where in it a school may stand.

Counts are those of the official school list of December 2025. Centres are neighbourhoods where schools really
are, with a spread small enough to stay on land; no place is the address of a particular school.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from random import Random
from typing import Literal

from outreach.services.demo.reading import rows_of

Section = Literal["primary", "secondary", "special"]
SECTIONS: tuple[Section, ...] = ("primary", "secondary", "special")
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A named part of a district: `lon`, `lat` in degrees, `spread` a radius in km, `share` a relative weight."""

    name_en: str
    name_zh: str
    lon: float
    lat: float
    spread: float = 0.2
    share: int = 1


@dataclass(frozen=True, slots=True)
class District:
    """One of the 18 districts with its official letter and the number of schools of each section."""

    code: str
    name_en: str
    name_zh: str
    counts: tuple[int, int, int]
    parts: tuple[Neighbourhood, ...]


def _districts() -> tuple[District, ...]:
    parts: dict[str, list[Neighbourhood]] = {}
    for row in rows_of("neighbourhoods"):
        spot = Neighbourhood(
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            spread=float(row["spread"]),
            share=int(row["share"]),
        )
        parts.setdefault(row["district"], []).append(spot)
    return tuple(
        District(
            code=row["code"],
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            counts=(int(row["primary"]), int(row["secondary"]), int(row["special"])),
            parts=tuple(parts[row["code"]]),
        )
        for row in rows_of("districts")
    )


DISTRICTS = _districts()


def shared_out(schools: int) -> dict[tuple[str, Section], int]:
    """How many schools of each district and section make up a city of `schools`, in the real proportions.

    Largest remainders decide; every district has at least one school, taken from the largest cell where needed.
    Raises ValueError below 18 schools.
    """
    if schools < len(DISTRICTS):
        raise ValueError(f"a city needs at least {len(DISTRICTS)} schools, one for each district")
    real = {(d.code, section): n for d in DISTRICTS for section, n in zip(SECTIONS, d.counts, strict=True)}
    total = sum(real.values())
    shares = {cell: n * schools // total for cell, n in real.items()}
    by_remainder = sorted(real, key=lambda cell: (-(real[cell] * schools % total), cell))
    for cell in by_remainder[: schools - sum(shares.values())]:
        shares[cell] += 1
    for district in DISTRICTS:
        if not _in_district(shares, district.code):
            spare = [cell for cell in shares if _in_district(shares, cell[0]) > 1]
            shares[max(spare, key=lambda cell: (shares[cell], cell))] -= 1
            shares[district.code, "primary"] += 1
    return shares


def _in_district(shares: dict[tuple[str, Section], int], code: str) -> int:
    return sum(shares[code, section] for section in SECTIONS)


def neighbourhood(district: District, rng: Random) -> Neighbourhood:
    """A part of the district, drawn by its share of schools."""
    return rng.choices(district.parts, weights=[part.share for part in district.parts])[0]


def place_in(part: Neighbourhood, rng: Random) -> tuple[float, float]:
    """A point (lon, lat) inside the part's circle, evenly spread, rounded to about a metre."""
    distance, angle = part.spread * sqrt(rng.random()), 2 * pi * rng.random()
    lat = part.lat + distance * sin(angle) / KM_PER_DEGREE
    lon = part.lon + distance * cos(angle) / (KM_PER_DEGREE * cos(radians(part.lat)))
    return round(lon, 5), round(lat, 5)
