"""The columns of the official file and the words in them.

Each fact stands in an English and a Chinese column; the second is read where the first is missing. Words are compared after
`plain`, so that case, spaces and full-width forms do not matter.
"""

from __future__ import annotations

import re
import unicodedata

MISSING = frozenset({"", "n.a.", "n.a", "na", "n/a", "nil", "-", "--"})


def fold(text: str) -> str:
    """NFKC with every run of white space as one space: full-width digits become digits."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def plain(text: str) -> str:
    """`fold` without case and white space: for comparing names and words, never for showing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


# Our name -> the English and the Chinese heading.
COLUMNS: dict[str, tuple[str, str]] = {
    "number": ("SCHOOL NO.", "學校編號"),
    "category": ("ENGLISH CATEGORY", "中文類別"),
    "name_en": ("ENGLISH NAME", ""),
    "name_zh": ("中文名稱", ""),
    "address_en": ("ENGLISH ADDRESS", ""),
    "address_zh": ("中文地址", ""),
    "longitude": ("LONGITUDE", "經度"),
    "latitude": ("LATITUDE", "緯度"),
    "gender": ("STUDENTS GENDER", "就讀學生性別"),
    "session": ("SESSION", "學校授課時間"),
    "district": ("DISTRICT", "分區"),
    "finance": ("FINANCE TYPE", "資助種類"),
    "level": ("SCHOOL LEVEL", "學校類型"),
    "phone": ("TELEPHONE", "聯絡電話"),
    "website": ("WEBSITE", "網頁"),
}

# Without these a row says nothing that we could schedule by; the others may be absent from the whole file.
REQUIRED = ("name_en", "name_zh", "longitude", "latitude", "session", "district", "finance", "level")

# The same, folded once: a file has thousands of rows.
KEYS = {name: tuple(plain(word) for word in pair if word) for name, pair in COLUMNS.items()}

HEADINGS = {plain(heading): heading for pair in COLUMNS.values() for heading in pair if heading}


def heading(name: str) -> str:
    """The English heading of one of our columns, as a fault names it."""
    return COLUMNS[name][0]


def _words(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): meaning for meaning, words in table.items() for word in words}


LEVELS = _words(
    {
        "kindergarten": (
            "KINDERGARTEN",
            "幼稚園",
            "KINDERGARTEN-CUM-CHILD CARE CENTRES",
            "KINDERGARTEN-CUM-CHILD CARE CENTRE",
            "幼稚園暨幼兒中心",
        ),
        "primary": ("PRIMARY", "小學"),
        "secondary": ("SECONDARY", "中學"),
    }
)

SESSIONS = _words(
    {
        "whole_day": ("WHOLE DAY", "全日", "WHOLE-DAY"),
        "morning": ("A.M.", "上午", "AM"),
        "afternoon": ("P.M.", "下午", "PM"),
        "evening": ("EVENING", "夜校"),
    }
)

GENDERS = _words({"mixed": ("CO-ED", "男女"), "girls": ("GIRLS", "女"), "boys": ("BOYS", "男")})

FINANCE = _words(
    {
        "government": ("GOVERNMENT", "官立"),
        "aided": ("AIDED", "資助"),
        "caput": ("CAPUT", "按位津貼"),
        "dss": ("DIRECT SUBSIDY SCHEME", "直接資助計劃", "DSS"),
        "esf": ("ENGLISH SCHOOLS FOUNDATION", "英基學校協會", "ESF"),
        "private": ("PRIVATE", "私立"),
        "pis": ("PRIVATE INDEPENDENT SCH SCHEME", "PRIVATE INDEPENDENT SCHOOL SCHEME", "私立獨立學校計劃"),
    }
)


def type_of(finance: str, category: str) -> str | None:
    """The type by which fairness is counted, or None for an unknown word.

    The category goes first: it alone tells special schools (all of them aided) and international ones (all private).
    """
    words = category.casefold()
    if "special" in words or "特殊" in category:
        return "special"
    if "international" in words or "國際" in category:
        return "international"
    return FINANCE.get(plain(finance))
