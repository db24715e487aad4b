"""The reader of the official school file, "School Location and Information" of the Education Bureau: bytes in, rows out.

A row of the file is premises x level x session. A school here is registration x level; kindergartens and evening sessions
are left out; several premises become one school with its first place. The order of work: `tables` takes the file apart,
`reading` reads one row, `places` puts rows together. Start at `read_school_file`.
"""

from __future__ import annotations

from collections import Counter

from outreach.services.school_file.columns import COLUMNS, plain
from outreach.services.school_file.places import merge_places
from outreach.services.school_file.reading import Place, read_row
from outreach.services.school_file.rows import NotASchoolFile, RowFault, SchoolFile, SchoolRow
from outreach.services.school_file.tables import MAX_BYTES, Record, read_table

__all__ = ["MAX_BYTES", "NotASchoolFile", "RowFault", "SchoolFile", "SchoolRow", "read_school_file"]


def read_school_file(content: bytes, *, name: str = "") -> SchoolFile:
    """Read a school file in any of its forms.

    UTF-16 or UTF-8, comma, semicolon or TAB, JSON with full names or letter keys. A row that cannot be read is reported in
    `faults` while the others go on; content that is no school file raises NotASchoolFile. `name` is only carried along.
    """
    table = read_table(content)
    numbered = any(plain(word) in table.headings for word in COLUMNS["number"])
    places: list[Place] = []
    faults: list[RowFault] = []
    left_out: Counter[str] = Counter()
    rows = 0
    for row in table.rows:
        rows += 1
        found = read_row(row, numbered=numbered) if isinstance(row, Record) else [row]
        if isinstance(found, Place):
            places.append(found)
        elif isinstance(found, str):
            left_out[found] += 1
        else:
            faults.extend(found)
    if not rows:
        raise NotASchoolFile("no_rows")
    schools, unclear = merge_places(places)
    further = len(places) - len(schools) - len(unclear)
    left_out["place"] = further
    faults = sorted([*faults, *unclear], key=lambda fault: fault.line)
    return SchoolFile(
        name=name, rows=rows, schools=tuple(schools), faults=tuple(faults), left_out=_counted(left_out)
    )


def _counted(left_out: Counter[str]) -> dict[str, int]:
    return {reason: left_out[reason] for reason in ("kindergarten", "evening", "place") if left_out[reason]}
