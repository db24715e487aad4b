"""The firms: four large ones by their real names, and inventions at the places where start-ups really sit."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from outreach.services.demo.names import Name
from outreach.services.demo.reading import rows_of

# The profile sentences say who they are; everything that they offer in the demonstration is invented.
LARGE = ("Tencent", "Alibaba", "Lenovo", "SenseTime")


@dataclass(frozen=True, slots=True)
class Area:
    """Where firms sit: an address to print and a point (degrees) to travel to."""

    key: str
    name: Name
    address: Name
    district: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class HubPlan:
    """A body that acts for the firms under it."""

    key: str
    name: Name


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """A firm; `sector` is its main topic, `product` the thing its offers talk about, `hub` a hub's key."""

    key: str
    name: Name
    profile: Name
    product: Name
    sector: str
    area: Area
    hub: str | None
    max_sessions_per_week: int | None

    @property
    def large(self) -> bool:
        """One of the four that everybody asks for."""
        return self.name.en in LARGE


AREAS: dict[str, Area] = {
    row["key"]: Area(
        key=row["key"],
        name=Name(row["name_en"], row["name_zh"]),
        address=Name(row["address_en"], row["address_zh"]),
        district=row["district"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
    )
    for row in rows_of("areas")
}
HUBS: tuple[HubPlan, ...] = tuple(
    HubPlan(row["key"], Name(row["name_en"], row["name_zh"])) for row in rows_of("hubs")
)


def company_plans(firms: int, rng: Random) -> tuple[CompanyPlan, ...]:
    """The first `firms` firms of the list; raises ValueError where it holds fewer, or the four large ones do not fit."""
    rows = list(rows_of("firms"))
    if not len(LARGE) < firms <= len(rows):
        raise ValueError(f"a city has {len(LARGE) + 1} to {len(rows)} firms")
    return tuple(_company(number, row, rng) for number, row in enumerate(rows[:firms]))


def _company(number: int, row: dict[str, str], rng: Random) -> CompanyPlan:
    large = row["name_en"] in LARGE
    return CompanyPlan(
        key=f"firm-{number:03}",
        name=Name(row["name_en"], row["name_zh"]),
        profile=Name(row["profile_en"], row["profile_zh"]),
        product=Name(row["product_en"], row["product_zh"]),
        sector=row["sector"],
        area=AREAS[row["area"]],
        hub=row["hub"] or None,
        max_sessions_per_week=None if large else rng.choice((2, 3, 3, 4)),
    )
