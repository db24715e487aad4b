"""Well-known places of Hong Kong: sites where technology firms sit, and the centre of each district.

A coordinator knows a name, not degrees. A constant like the districts: start at `PLACES`.
"""

from __future__ import annotations

from typing import NamedTuple

from outreach.models.district import DISTRICT, DISTRICTS


class Place(NamedTuple):
    """A place by its name in both languages, with the district it belongs to and its point in degrees."""

    code: str
    name_en: str
    name_zh: str
    district: str
    longitude: float
    latitude: float


SITES: tuple[Place, ...] = (
    Place("science-park", "Science Park", "科學園", "P", 114.2133, 22.4267),
    Place("cyberport", "Cyberport", "數碼港", "D", 114.1300, 22.2610),
    Place("tai-po-innopark", "Tai Po InnoPark", "大埔創新園", "P", 114.1880, 22.4610),
    Place("yuen-long-innopark", "Yuen Long InnoPark", "元朗創新園", "M", 114.0370, 22.4570),
    Place("tseung-kwan-o-innopark", "Tseung Kwan O InnoPark", "將軍澳創新園", "Q", 114.2690, 22.2870),
    Place("innocentre", "InnoCentre, Kowloon Tong", "九龍塘創新中心", "G", 114.1770, 22.3350),
    Place("productivity-building", "HKPC Building, Kowloon Tong", "九龍塘生產力大樓", "G", 114.1795, 22.3345),
    Place("kwun-tong", "Kwun Tong business area", "觀塘商貿區", "J", 114.2240, 22.3115),
    Place("kowloon-bay", "Kowloon Bay business area", "九龍灣商貿區", "J", 114.2090, 22.3210),
    Place("san-po-kong", "San Po Kong", "新蒲崗", "H", 114.1980, 22.3360),
    Place("lai-chi-kok", "Lai Chi Kok", "荔枝角", "F", 114.1460, 22.3370),
    Place("tsim-sha-tsui", "Tsim Sha Tsui", "尖沙咀", "E", 114.1740, 22.3020),
    Place("kwai-chung", "Kwai Chung", "葵涌", "S", 114.1290, 22.3660),
    Place("sha-tin-siu-lek-yuen", "Siu Lek Yuen", "小瀝源", "R", 114.2080, 22.3870),
    Place("fo-tan", "Fo Tan", "火炭", "R", 114.1960, 22.3960),
    Place("central", "Central", "中環", "A", 114.1570, 22.2820),
    Place("sheung-wan", "Sheung Wan", "上環", "A", 114.1510, 22.2860),
    Place("causeway-bay", "Causeway Bay", "銅鑼灣", "B", 114.1830, 22.2790),
    Place("quarry-bay", "Quarry Bay", "鰂魚涌", "C", 114.2120, 22.2870),
    Place("chai-wan", "Chai Wan", "柴灣", "C", 114.2370, 22.2660),
    Place("wong-chuk-hang", "Wong Chuk Hang", "黃竹坑", "D", 114.1690, 22.2490),
)

# Where most people of a district would say its centre is; the point is not the middle of its map.
_CENTRES = {
    "A": (114.1480, 22.2850),
    "B": (114.1750, 22.2770),
    "C": (114.2000, 22.2880),
    "D": (114.1550, 22.2490),
    "E": (114.1690, 22.3190),
    "F": (114.1610, 22.3320),
    "G": (114.1890, 22.3290),
    "H": (114.1950, 22.3420),
    "J": (114.2260, 22.3130),
    "K": (114.1150, 22.3730),
    "L": (113.9730, 22.3910),
    "M": (114.0310, 22.4440),
    "N": (114.1280, 22.5010),
    "P": (114.1670, 22.4460),
    "Q": (114.2600, 22.3080),
    "R": (114.1880, 22.3810),
    "S": (114.1290, 22.3580),
    "T": (113.9430, 22.2890),
}

CENTRES: tuple[Place, ...] = tuple(
    Place(
        f"district-{district.code}",
        f"{district.name_en} (centre of the district)",
        f"{district.name_zh}（區中心）",
        district.code,
        *_CENTRES[district.code],
    )
    for district in DISTRICTS
)

PLACES: dict[str, Place] = {place.code: place for place in (*SITES, *CENTRES)}


def place_near(district: str, longitude: float, latitude: float) -> Place:
    """The known place of a district that lies nearest to a point; a KeyError for a district that is none."""
    known = [place for place in PLACES.values() if place.district == DISTRICT[district].code]
    # A degree of longitude is 0.92 of a degree of latitude here; near enough for choosing among names.
    return min(
        known,
        key=lambda place: (0.92 * (place.longitude - longitude)) ** 2 + (place.latitude - latitude) ** 2,
    )
