"""Files that look like the official school file, in every form in which it has been seen, about schools that do not exist.

`look_alike` makes the rows and says what a reader must make of them; `written` turns rows into bytes of one form.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from dataclasses import dataclass, field

from outreach.models.district import DISTRICTS, District

HEADINGS = (
    "SCHOOL NO.",
    "ENGLISH CATEGORY",
    "中文類別",
    "ENGLISH NAME",
    "中文名稱",
    "ENGLISH ADDRESS",
    "中文地址",
    "LONGITUDE",
    "經度",
    "LATITUDE",
    "緯度",
    "EASTING",
    "坐標東",
    "NORTHING",
    "坐標北",
    "STUDENTS GENDER",
    "就讀學生性別",
    "SESSION",
    "學校授課時間",
    "DISTRICT",
    "分區",
    "FINANCE TYPE",
    "資助種類",
    "SCHOOL LEVEL",
    "學校類型",
    "TELEPHONE",
    "聯絡電話",
    "FAX NUMBER",
    "傳真號碼",
    "WEBSITE",
    "網頁",
    "RELIGION",
    "宗教",
)

FORMS = ("utf16-comma", "utf16-tab", "utf8-comma", "utf8-bom-comma", "utf8-tab", "json-names", "json-letters")

LEVELS = {
    "primary": ("PRIMARY", "小學", "2"),
    "secondary": ("SECONDARY", "中學", "3"),
    "kindergarten": ("KINDERGARTEN", "幼稚園", "1"),
}
SESSIONS = {
    "whole_day": ("WHOLE DAY", "全日", "3"),
    "morning": ("A.M.", "上午", "1"),
    "afternoon": ("P.M.", "下午", "2"),
    "evening": ("EVENING", "夜校", "4"),
}
# type: English and Chinese category for a level, then English and Chinese finance type
TYPES = {
    "aided": ("Aided {0} Schools", "資助{1}", "AIDED", "資助"),
    "government": ("Government {0} Schools", "官立{1}", "GOVERNMENT", "官立"),
    "dss": ("Direct Subsidy Scheme {0} Schools", "直接資助計劃{1}", "DIRECT SUBSIDY SCHEME", "直接資助計劃"),
    "caput": ("Caput {0} Schools", "按位津貼{1}", "CAPUT", "按位津貼"),
    "private": ("Private {0} Schools", "私立{1}", "PRIVATE", "私立"),
    "pis": ("Private {0} Schools", "私立{1}", "PRIVATE INDEPENDENT SCH SCHEME", "私立獨立學校計劃"),
    "esf": (
        "English Schools Foundation ({0})",
        "英基學校協會（{1}）",
        "ENGLISH SCHOOLS FOUNDATION",
        "英基學校協會",
    ),
    "international": ("International Schools ({0})", "國際學校（{1}）", "PRIVATE", "私立"),
    "special": ("Aided Special Schools", "資助特殊學校", "AIDED", "資助"),
}
GIVEN = (
    "MING TAK",
    "WING YAN",
    "PO LEUNG",
    "SHUN HING",
    "TSUN YIP",
    "KWONG YUET",
    "YEE SHUN",
    "HONG CHI",
    "CHI FUNG",
)
GIVEN_ZH = ("明德", "榮恩", "保樑", "順興", "進業", "廣悅", "怡信", "康智", "志峰")


@dataclass
class LookAlike:
    """Rows of a file and the truth about them."""

    rows: list[dict[str, str]] = field(default_factory=list)
    sections: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


def school_row(
    registration: int = 512345,
    *,
    level: str = "primary",
    place: int = 1,
    session: str = "whole_day",
    kind: str = "aided",
    district: District = DISTRICTS[8],
    **changes: str,
) -> dict[str, str]:
    """One row with believable cells; `changes` replaces cells by heading, spaces written as underscores."""
    spot = f"{114.1 + registration % 97 / 1000:.8f}", f"{22.3 + registration % 89 / 1000 + place / 10000:.8f}"
    cells = {
        "STUDENTS GENDER": "CO-ED",
        "就讀學生性別": "男女",
        "RELIGION": "NOT APPLICABLE",
        "宗教": "不適用",
    }
    cells |= _own_cells(registration, level, place, session, kind, district)
    pairs = {
        "TELEPHONE": f"2{registration:06}0",
        "FAX NUMBER": "N.A.",
        "WEBSITE": f"http://www.s{registration}.example.org",
    }
    pairs |= {"LONGITUDE": spot[0], "LATITUDE": spot[1], "EASTING": "835193.0", "NORTHING": "833560.0"}
    twins = dict(itertools.pairwise(HEADINGS))
    cells |= pairs | {twins[heading]: value for heading, value in pairs.items()}
    changed = {heading.replace("_", " "): value for heading, value in changes.items()}
    cells |= changed | {twins[heading]: value for heading, value in changed.items() if heading in pairs}
    return {heading: cells[heading] for heading in HEADINGS}


def _own_cells(
    registration: int, level: str, place: int, session: str, kind: str, district: District
) -> dict[str, str]:
    """The cells that differ from row to row, except those that stand twice."""
    level_en, level_zh, level_digit = LEVELS[level]
    session_en, session_zh, session_digit = SESSIONS[session]
    category_en, category_zh, finance_en, finance_zh = TYPES[kind]
    name = registration % len(GIVEN)
    return {
        "SCHOOL NO.": f"{registration}{place:04}{level_digit}{session_digit}",
        "ENGLISH CATEGORY": category_en.format(level_en.title()),
        "中文類別": category_zh.format("", level_zh),
        "ENGLISH NAME": f"{GIVEN[name]} SCHOOL NO. {registration}",
        "中文名稱": f"{GIVEN_ZH[name]}第{registration}學校",
        "ENGLISH ADDRESS": f"{place} SCHOOL ROAD, {district.name_en.upper()}",
        "中文地址": f"{district.name_zh}校園道{place}號",
        "DISTRICT": district.name_en.upper(),
        "分區": district.name_zh,
        "FINANCE TYPE": finance_en,
        "資助種類": finance_zh,
        "SCHOOL LEVEL": level_en,
        "學校類型": level_zh,
        "SESSION": session_en,
        "學校授課時間": session_zh,
    }


def look_alike(*, primary: int = 40, secondary: int = 35, special: int = 6, seed: int = 0) -> LookAlike:
    """A file with everything that the official one has: kindergartens, evening and half-day sessions, further places
    (one school at 19 of them, in both levels), missing cells, doubled telephones, shared names, full-width digits."""
    chance = random.Random(seed)
    made = LookAlike(sections={"primary": primary, "secondary": secondary, "special": special})
    ordinary = [kind for kind in TYPES if kind not in ("special", "caput")]
    registration = 500000
    for level, count in (("primary", primary), ("secondary", secondary)):
        for number in range(count):
            registration += 7
            kind = "aided" if number % 3 else ordinary[number // 3 % len(ordinary)]
            row = school_row(registration, level=level, kind=kind, district=DISTRICTS[number % 18])
            made.rows += [row, *_extras(row, registration, level, kind, number)]
    _add_special(made, special, registration)
    for number in range(30):
        made.rows.append(school_row(600000 + number, level="kindergarten", LONGITUDE="N.A."))
    for number in range(3):
        made.rows.append(school_row(500007 + 7 * number, session="evening"))
    made.left_out = {"kindergarten": 30, "evening": 3}
    made.left_out["place"] = len(made.rows) - 33 - primary - secondary - special
    chance.shuffle(made.rows)
    return made


def _extras(
    row: dict[str, str], registration: int, level: str, kind: str, number: int
) -> list[dict[str, str]]:
    """Oddities spread over the schools; returns further rows of the same school."""
    if number % 10 == 1:
        row["中文地址"] = row["分區"] + "校園道１２號"
    if number % 10 == 2:
        row["TELEPHONE"] = row["聯絡電話"] = f"2{registration}0,2{registration}1"
    if number % 10 == 3:
        row["TELEPHONE"] = row["聯絡電話"] = row["WEBSITE"] = row["網頁"] = "N.A."
    if number % 10 == 4:
        row["DISTRICT"] = row["DISTRICT"].title().replace(" And ", " & ") + " District"
    if number % 10 == 5:
        district = next(one for one in DISTRICTS if one.name_zh == row["分區"])
        return [school_row(registration, level=level, kind=kind, place=2, district=district)]
    if number % 10 == 6:
        half = school_row(registration, level=level, kind=kind, session="morning")
        return [half | {key: row[key] for key in ("DISTRICT", "分區", "ENGLISH ADDRESS", "中文地址")}]
    return []


def _add_special(made: LookAlike, count: int, registration: int) -> None:
    """Special schools of both levels under one registration; the first of them is the hospital school with 19 places."""
    for number in range(count):
        level = ("primary", "secondary")[number % 2]
        registration += 7 * (1 - number % 2)
        for place in range(1, 20 if number < 2 else 2):
            row = school_row(
                registration, level=level, kind="special", place=place, district=DISTRICTS[place % 18]
            )
            made.rows.append(row | {"ENGLISH NAME": row["ENGLISH NAME"] + f" ({level.upper()} SECTION)"})


def letters(count: int) -> list[str]:
    """A, B, ... Z, AA, AB, ...: the keys of a spreadsheet's columns."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [alphabet[n] if n < 26 else alphabet[n // 26 - 1] + alphabet[n % 26] for n in range(count)]


def written(rows: list[dict[str, str]], form: str) -> bytes:
    """The rows as a file of one of the FORMS. TAB copies lack SCHOOL NO.; JSON copies have "" for a missing cell."""
    headings = [heading for heading in HEADINGS if heading in (rows[0] if rows else HEADINGS)]
    if form.startswith("json"):
        rows = [
            {heading: "" if row[heading] == "N.A." else row[heading] for heading in headings} for row in rows
        ]
        if form == "json-letters":
            keys = dict(zip(headings, letters(len(headings)), strict=True))
            rows = [
                {keys[heading]: row[heading] for heading in headings} for row in [dict.fromkeys(keys), *rows]
            ]
            rows[0] = {key: heading for heading, key in keys.items()}
        return json.dumps(rows, ensure_ascii=False, indent=4).replace("\n", "\r\n").encode()
    tabs = form.endswith("tab")
    if tabs:
        headings = [heading for heading in headings if heading != "SCHOOL NO."]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headings, delimiter="\t" if tabs else ",", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    encoding = {"utf16": "utf-16", "utf8": "utf-8"}[form.split("-")[0]]
    return text.getvalue().encode("utf-8-sig" if "bom" in form else encoding)
