"""From bytes to records: encodings, delimiters, the two JSON shapes, whatever a spreadsheet made of the file.

`read_table` refuses what is no school file at all; a single line that cannot be taken apart becomes a `RowFault` and the
others go on. Nothing here knows what a school is.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from outreach.services.school_file.columns import COLUMNS, HEADINGS, REQUIRED, fold, heading, plain
from outreach.services.school_file.rows import NotASchoolFile, RowFault

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 10_000
MAX_COLUMNS = 200
# Our columns' own headings are short; a first line longer than this is a file of another kind.
MAX_HEADING_LINE = 20_000

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it stands and its cells by folded heading; only headings that we know."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The known headings, folded, and the rows in the order of the file."""

    headings: frozenset[str]
    rows: Iterator[Record | RowFault]


def read_table(content: bytes) -> Table:
    """Take a file apart; raise NotASchoolFile where its size, encoding, form or headings are not those of a school file."""
    if len(content) > MAX_BYTES:
        raise NotASchoolFile("too_big", megabytes=str(MAX_BYTES // 1024 // 1024))
    if content.startswith(_WORKBOOKS):
        raise NotASchoolFile("workbook")
    text = _decode(content).strip("\0 \r\n\v\f")
    if not text:
        raise NotASchoolFile("empty")
    table = _json_table(text) if text[0] in "[{" else _csv_table(text)
    _need_headings(table.headings)
    return table


def _decode(content: bytes) -> str:
    """Text by its byte-order mark, else by its zero bytes, else UTF-8. A damaged character spoils its row, not the file."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    head = content[:400]
    if head.count(0) * 4 > len(head):
        return content.decode("utf-16-be" if head[0] == 0 else "utf-16-le", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def _need_headings(found: frozenset[str]) -> None:
    known = {name for name, pair in COLUMNS.items() if any(plain(word) in found for word in pair if word)}
    if not known & set(REQUIRED):
        raise NotASchoolFile("no_headings")
    missing = [heading(name) for name in REQUIRED if name not in known]
    if missing:
        raise NotASchoolFile("missing_columns", columns=", ".join(missing))


def _csv_table(text: str) -> Table:
    first = text[:MAX_HEADING_LINE].splitlines()[0]
    if _UNREADABLE in first:
        raise NotASchoolFile("encoding")
    delimiter = max(",\t;", key=lambda sign: len(_headings_of(first, sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = _csv_rows(reader)
    head = next(rows, None)
    if head is None or isinstance(head, RowFault) or len(head[1]) > MAX_COLUMNS:
        raise NotASchoolFile("no_headings")
    headings = [plain(cell) for cell in head[1]]
    return Table(frozenset(headings) & HEADINGS.keys(), _csv_records(headings, rows))


def _headings_of(line: str, delimiter: str) -> set[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return set()
    return {plain(cell) for cell in cells[:MAX_COLUMNS]} & HEADINGS.keys()


def _csv_rows(reader: Any) -> Iterator[tuple[int, list[str]] | RowFault]:
    """Each row that is not blank, with the line on which it begins; the reader goes on behind a row that it refuses."""
    for _ in range(MAX_ROWS + 1):
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RowFault(line, "", "unreadable_row")
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells
    raise NotASchoolFile("too_many_rows", rows=f"{MAX_ROWS:,}")


def _csv_records(
    headings: list[str], rows: Iterator[tuple[int, list[str]] | RowFault]
) -> Iterator[Record | RowFault]:
    for row in rows:
        if isinstance(row, RowFault):
            yield row
            continue
        line, cells = row
        while len(cells) > len(headings) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(headings):
            yield RowFault(line, "", "cells", {"found": str(len(cells)), "expected": str(len(headings))})
            continue
        yield Record(
            line, {name: cell for name, cell in zip(headings, cells, strict=True) if name in HEADINGS}
        )


def _json_table(text: str) -> Table:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotASchoolFile("broken_json") from error
    if not isinstance(items, list) or not items or not isinstance(items[0], dict):
        raise NotASchoolFile("not_a_list")
    if len(items) > MAX_ROWS:
        raise NotASchoolFile("too_many_rows", rows=f"{MAX_ROWS:,}")
    names = {
        key: plain(value)
        for key, value in islice(items[0].items(), MAX_COLUMNS)
        if isinstance(value, str) and plain(value) in HEADINGS
    }
    if len(names) >= len(REQUIRED):
        # The letter form: record 0 says what "A" to "AG" mean.
        return Table(frozenset(names.values()), _json_records(items, 1, names))
    # A record may leave missing cells out, so one alone does not name every column; a hundred do.
    keys = {key for item in items[:100] if isinstance(item, dict) for key in islice(item, MAX_COLUMNS)}
    names = {key: plain(key) for key in keys if len(key) < 100 and plain(key) in HEADINGS}
    return Table(frozenset(names.values()), _json_records(items, 0, names))


def _json_records(items: list[Any], first: int, names: dict[str, str]) -> Iterator[Record | RowFault]:
    for position, item in enumerate(items[first:], start=first + 1):
        if not isinstance(item, dict):
            yield RowFault(position, "", "not_a_record")
            continue
        cells = {names[key]: _scalar(item[key]) for key in names if key in item}
        wrong = next((name for name, cell in cells.items() if cell is None), None)
        if wrong is not None:
            yield RowFault(position, HEADINGS[wrong], "not_text")
            continue
        yield Record(position, {name: cell for name, cell in cells.items() if cell is not None})


def _scalar(value: object) -> str | None:
    """The text of a JSON value; null is a missing cell; a list, an object or a truth value is not text at all."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return (
        fold(str(value))
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
        else None
    )
