"""From places to schools: several premises and sessions of one school become one school at its first place.

With school numbers the registration says what belongs together. Without them the name has to, and two schools of one name
would silently become one; so rows of one name must hang together by a district, a telephone number or a website, and agree
in what a school has once. In the official files of 2022 and 2025 all of them do. Rows that do not are reported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from outreach.services.school_file.columns import heading, plain
from outreach.services.school_file.reading import Place
from outreach.services.school_file.rows import RowFault, SchoolRow

_SESSIONS = ("whole_day", "morning", "afternoon")


def merge_places(places: Iterable[Place]) -> tuple[list[SchoolRow], list[RowFault]]:
    """One school for each source key in the order of the file, and the faults of rows that cannot be told apart."""
    groups: dict[str, list[Place]] = defaultdict(list)
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for place in places:
        if place.number and place.number in seen:
            twice = {"number": place.number, "line": str(seen[place.number])}
            faults.append(RowFault(place.school.line, heading("number"), "repeated_number", twice))
            continue
        seen[place.number] = place.school.line
        groups[place.school.source_key].append(place)
    schools = []
    for group in groups.values():
        if group[0].number or _one_school([place.school for place in group]):
            schools.append(_merge(group))
        else:
            faults.extend(_ambiguous([place.school for place in group]))
    return schools, faults


def _merge(group: list[Place]) -> SchoolRow:
    # The location number decides, not the order of the file, so that a re-sorted file gives the same schools.
    group = sorted(
        group,
        key=lambda place: (place.number[6:10], _SESSIONS.index(place.school.session), place.school.line),
    )
    rows = [place.school for place in group]
    first = rows[0]
    return replace(
        first,
        session=min((row.session for row in rows), key=_SESSIONS.index),
        gender=first.gender if all(row.gender == first.gender for row in rows) else "mixed",
        phone=next((row.phone for row in rows if row.phone), ""),
        website=next((row.website for row in rows if row.website), ""),
        first_place_known=bool(group[0].number) or all(_spot(row) == _spot(first) for row in rows),
    )


def _spot(row: SchoolRow) -> tuple[object, ...]:
    return row.address_en, row.address_zh, row.district, row.longitude, row.latitude


def _one_school(rows: list[SchoolRow]) -> bool:
    """Whether rows of one name and level are places of one school, as far as a file without numbers can say."""
    facts = {(plain(row.name_zh), row.finance_type.replace("international", "private")) for row in rows}
    if len(facts) > 1:
        return False
    holders: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        for mark in _marks(row):
            holders[mark].append(index)
    reached, waiting = {0}, [0]
    while waiting:
        for mark in _marks(rows[waiting.pop()]):
            for index in holders.pop(mark, ()):
                if index not in reached:
                    reached.add(index)
                    waiting.append(index)
    return len(reached) == len(rows)


def _marks(row: SchoolRow) -> set[str]:
    host = re.match(r"https?://(?:www\.)?([^/:?#]+)", row.website.casefold())
    marks = {f"district {row.district}", f"phone {row.phone}", f"site {host.group(1) if host else ''}"}
    return {mark for mark in marks if not mark.endswith(" ")}


def _ambiguous(rows: list[SchoolRow]) -> list[RowFault]:
    lines = ", ".join(str(row.line) for row in rows[:10]) + ("…" if len(rows) > 10 else "")
    return [
        RowFault(row.line, heading("name_en"), "ambiguous", {"name": row.name_en, "lines": lines})
        for row in rows
    ]
