"""From one record to one place of a school, or to the reason why not.

`read_row` answers with a `Place`, with the reason for which the row is left out, or with every fault that it found in it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from outreach.models.district import district_of
from outreach.services.school_file import columns
from outreach.services.school_file.columns import KEYS, MISSING, fold, heading, plain
from outreach.services.school_file.rows import RowFault, SchoolRow
from outreach.services.school_file.tables import Record

# What the columns of the table `school` hold; the longest official name has 140 characters, the longest address 284.
LIMITS = {"name_en": 200, "name_zh": 200, "address_en": 300, "address_zh": 300}
LONGEST_CELL = 2_000
LONGEST_WORD = 80
# The land of Hong Kong with its islands, rounded outwards.
BOUNDS = {"longitude": (113.8, 114.5), "latitude": (22.1, 22.6)}

_NUMBER = re.compile(r"[0-9]{12}")
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,20})?")
_PHONE = re.compile(r"(?:\+?852)?([2-9][0-9]{7})")
_WEBSITE = re.compile(r"https?://[^\s\"'<>\\^`{|}]{3,292}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a school: a place and a session. `number` is the school number, "" where the file has none."""

    number: str
    school: SchoolRow


def read_row(record: Record, *, numbered: bool) -> Place | str | list[RowFault]:
    """A place; or "kindergarten" or "evening" for a row that is left out; or the faults of a row that cannot be read."""
    row = _Row(record)
    level = row.word("level", columns.LEVELS)
    if level == "kindergarten":
        return "kindergarten"
    session = row.word("session", columns.SESSIONS)
    if session == "evening" and not row.faults:
        return "evening"
    place = row.place(level, session, numbered=numbered)
    return row.faults or place


class _Row:
    """One record being read; each question notes its own fault and gives an empty answer, so that all faults are found."""

    def __init__(self, record: Record) -> None:
        self.line = record.line
        self.cells = record.cells
        self.faults: list[RowFault] = []
        self._raw: dict[str, list[str]] = {}

    def fault(self, name: str, code: str, **params: str) -> None:
        self.faults.append(RowFault(self.line, heading(name), code, params))

    def raw(self, name: str) -> list[str]:
        """What the English and the Chinese column hold, missing ones left out."""
        if name not in self._raw:
            cells = (_visible(self.cells.get(key, "")) for key in KEYS[name])
            self._raw[name] = [cell for cell in cells if not _missing(cell)]
        return self._raw[name]

    def text(self, name: str) -> str:
        """One cell as clean text; "" where it is missing."""
        cells = self.raw(name)
        if not cells:
            return ""
        limit = LIMITS.get(name, LONGEST_CELL)
        # Measured before it is folded: one sign may fold to eighteen.
        value = fold(cells[0]) if len(cells[0]) <= 2 * limit else ""
        if not 0 < len(value) <= limit:
            self.fault(name, "too_long", limit=str(limit))
        elif any(map(_unreadable, value)):
            self.fault(name, "unreadable_characters")
        else:
            return value
        return ""

    def word(self, name: str, meanings: dict[str, str]) -> str:
        """The meaning of a cell that holds one of a few words, in either language."""
        cells = self.raw(name)
        for cell in cells:
            if len(cell) <= LONGEST_WORD and (found := meanings.get(plain(cell))):
                return found
        self.unknown(name, cells)
        return ""

    def unknown(self, name: str, cells: list[str]) -> None:
        """Note that a cell is missing, or which word was not understood."""
        if cells:
            self.fault(name, "unknown_word", value=_shown(cells[0]))
        else:
            self.fault(name, "missing")

    def place(self, level: str, session: str, *, numbered: bool) -> Place:
        """The whole row; worthless when a fault was noted on the way."""
        number = self.number() if numbered else ""
        name_en, name_zh = self.names()
        key = plain(name_en)
        school = SchoolRow(
            registration=number[:6],
            level=level,
            source_key=f"{number[:6]}-{level}"
            if numbered
            else f"{sha256(key.encode()).hexdigest()[:24]}-{level}",
            name_key=key,
            name_en=name_en,
            name_zh=name_zh,
            address_en=self.text("address_en"),
            address_zh=self.text("address_zh"),
            district=self.district(),
            finance_type=self.finance_type(),
            session=session,
            gender=self.gender(),
            longitude=self.degrees("longitude"),
            latitude=self.degrees("latitude"),
            phone=_phone(self.text("phone")),
            website=_website(self.text("website")),
            line=self.line,
            first_place_known=numbered,
        )
        return Place(number, school)

    def names(self) -> tuple[str, str]:
        """Both names; where one is missing the other stands for it, as the file itself does for international schools."""
        before = len(self.faults)
        name_en, name_zh = self.text("name_en"), self.text("name_zh")
        if not name_en and not name_zh and len(self.faults) == before:
            self.fault("name_en", "missing")
        return name_en or name_zh, name_zh or name_en

    def number(self) -> str:
        text = "".join(self.text("number").split())
        if not self.raw("number"):
            self.fault("number", "missing")
        elif text and not _NUMBER.fullmatch(text):
            self.fault("number", "bad_number", value=text[:60])
        return text

    def district(self) -> str:
        cells = self.raw("district")
        for cell in cells:
            if len(cell) <= LONGEST_WORD and (code := district_of(cell)):
                return code
        self.unknown("district", cells)
        return ""

    def finance_type(self) -> str:
        cells = self.raw("finance")
        category = " ".join(cell[:LONGEST_WORD] for cell in self.raw("category"))
        for cell in cells or [""]:
            if len(cell) <= LONGEST_WORD and (found := columns.type_of(cell, category)):
                return found
        self.unknown("finance", cells)
        return ""

    def gender(self) -> str:
        """ "" where the file does not say: nothing is decided by it."""
        return next(
            (
                columns.GENDERS[key]
                for cell in self.raw("gender")
                if (key := plain(cell[:40])) in columns.GENDERS
            ),
            "",
        )

    def degrees(self, name: str) -> float:
        low, high = BOUNDS[name]
        if not self.raw(name):
            self.fault(name, "missing")
        elif not (text := self.text(name)):
            return 0.0
        elif not _DECIMAL.fullmatch(text):
            self.fault(name, "bad_coordinate", value=text[:60])
        elif not low <= float(text) <= high:
            self.fault(name, "outside_hong_kong", value=text[:60])
        else:
            return float(text)
        return 0.0


def _missing(cell: str) -> bool:
    """Blank, or one of the words for "not given", which are all short."""
    return not cell.strip() or (len(cell) < LONGEST_WORD and fold(cell).casefold() in MISSING)


def _visible(text: str) -> str:
    """Without signs that show nothing, such as zero-width spaces and changes of direction."""
    if text.isprintable():
        return text
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def _unreadable(sign: str) -> bool:
    """A control character, half of a surrogate pair, or what a decoder puts in place of damage."""
    return sign == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(sign) in ("Cc", "Cs")


def _shown(text: str) -> str:
    """The beginning of a cell, fit to be printed in a fault."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _unreadable(sign) else sign for sign in fold(text[:60]))


def _phone(text: str) -> str:
    """The first eight-digit number: doubled ones come glued by anything, the second half often cut by a spreadsheet."""
    found = _PHONE.search(re.sub(r"[\s()-]", "", text))
    return found.group(1) if found else ""


def _website(text: str) -> str:
    """An address that is safe to link to, else ""."""
    address = f"http://{text}" if text.casefold().startswith("www.") else text
    return address if _WEBSITE.fullmatch(address) else ""
