"""The 18 districts of Hong Kong: a fact of the territory, so a constant and no table.

Codes are those of the Education Bureau: A to T, without I and O. Start at `DISTRICTS`; a file's spelling of a district is
turned into a code by `district_of`, a code into its district by `DISTRICT`.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from typing import NamedTuple


class Region(enum.StrEnum):
    """The three regions in which people think of the districts."""

    HONG_KONG_ISLAND = "HK"
    KOWLOON = "KLN"
    NEW_TERRITORIES = "NT"


class District(NamedTuple):
    """One district; names are as the government writes them and are never translated."""

    code: str
    name_en: str
    name_zh: str
    region: Region


DISTRICTS: tuple[District, ...] = (
    District("A", "Central and Western", "中西區", Region.HONG_KONG_ISLAND),
    District("B", "Wan Chai", "灣仔區", Region.HONG_KONG_ISLAND),
    District("C", "Eastern", "東區", Region.HONG_KONG_ISLAND),
    District("D", "Southern", "南區", Region.HONG_KONG_ISLAND),
    District("E", "Yau Tsim Mong", "油尖旺區", Region.KOWLOON),
    District("F", "Sham Shui Po", "深水埗區", Region.KOWLOON),
    District("G", "Kowloon City", "九龍城區", Region.KOWLOON),
    District("H", "Wong Tai Sin", "黃大仙區", Region.KOWLOON),
    District("J", "Kwun Tong", "觀塘區", Region.KOWLOON),
    District("K", "Tsuen Wan", "荃灣區", Region.NEW_TERRITORIES),
    District("L", "Tuen Mun", "屯門區", Region.NEW_TERRITORIES),
    District("M", "Yuen Long", "元朗區", Region.NEW_TERRITORIES),
    District("N", "North", "北區", Region.NEW_TERRITORIES),
    District("P", "Tai Po", "大埔區", Region.NEW_TERRITORIES),
    District("Q", "Sai Kung", "西貢區", Region.NEW_TERRITORIES),
    District("R", "Sha Tin", "沙田區", Region.NEW_TERRITORIES),
    District("S", "Kwai Tsing", "葵青區", Region.NEW_TERRITORIES),
    District("T", "Islands", "離島區", Region.NEW_TERRITORIES),
)

DISTRICT: dict[str, District] = {district.code: district for district in DISTRICTS}

# Spellings met in files of other years and in hand-made lists, beside "&" for "and" and a missing space or "District".
_ALIASES = {
    "yautsimmongkok": "E",
    "shamshuipoh": "F",
    "outlyingislands": "T",
    "island": "T",
    "深水埔": "F",
    "深水步": "F",
}


def _spelling(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and")
    return re.sub(r"[\W_]+", "", plain).removesuffix("district").removesuffix("區").removesuffix("区")


_BY_SPELLING = {
    _spelling(name): district.code for district in DISTRICTS for name in (district.name_en, district.name_zh)
} | _ALIASES


def district_of(text: str) -> str | None:
    """The code of a district written in English or Chinese, with or without "District", in any case; None if unknown."""
    return _BY_SPELLING.get(_spelling(text))


def zone_of(district: str, longitude: float, latitude: float) -> str:
    """The side of the harbour from which a coach starts: "island" or "mainland", the two zones of the matching core.

    Lantau is joined to Kowloon by road, so it is "mainland". Cheung Chau, Peng Chau and Lamma (east of 114.02, or south of
    22.22 beyond Lantau's end) are reached by the ferries from Central, so they are "island": a ride from there to a firm
    on the mainland does cross the harbour.
    """
    if district != "T":
        return "island" if district in "ABCD" else "mainland"
    by_ferry = longitude >= 114.02 or (longitude >= 114.01 and latitude <= 22.22)
    return "island" if by_ferry else "mainland"
