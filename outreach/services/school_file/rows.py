"""What comes out of a school file: schools, faults of single rows, and the refusal of a file that is none.

Faults and refusals carry a code and its parameters, no words: `services/school_words.py` says them to people.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school as the file knows it: one registration and one level, at its first place.

    `level` is "primary" or "secondary", what the section teaches: a special school of both levels is two schools under one
    registration, so registration + level stays the identity and "special" is a type (`finance_type`), not a level.
    `registration` is "" where the file has no school numbers; `source_key` then rests on `name_key`. `line` is the line of
    the first place (the record's position, counted from 1, in a JSON file). `first_place_known` is False where the file
    gives several places and no numbers that would tell which comes first.
    """

    registration: str
    level: str
    source_key: str
    name_key: str
    name_en: str
    name_zh: str
    address_en: str
    address_zh: str
    district: str
    finance_type: str
    session: str
    gender: str
    longitude: float
    latitude: float
    phone: str
    website: str
    line: int
    first_place_known: bool = True

    @property
    def section(self) -> str:
        """How the Education Bureau counts it: "primary", "secondary" or "special"."""
        return "special" if self.finance_type == "special" else self.level


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why one row could not be read: where, which column, and a code with parameters."""

    line: int
    field: str
    code: str
    params: Params = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchoolFile:
    """A read file. `rows` = schools + rows left out + rows with a fault, each row counted once.

    `left_out` counts rows by reason: "kindergarten", "evening", and "place" for the further places or sessions of a school
    that stands in `schools` with its first one.
    """

    name: str
    rows: int
    schools: tuple[SchoolRow, ...] = ()
    faults: tuple[RowFault, ...] = ()
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)


class NotASchoolFile(Exception):
    """The content is no school file at all; `code` and `params` say why."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = params
