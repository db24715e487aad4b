"""Lists as files for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Response

from outreach.clock import today


def csv_file(name: str, rows: Iterable[list[object]]) -> Response:
    """The rows as a CSV file called `name` with the day of today; the first row holds the headings."""
    name = f"{name}-{today().isoformat()}.csv"
    # Excel takes a file for UTF-8 by its mark; a cell that begins like a formula is told to be text.
    written = io.StringIO()
    csv.writer(written).writerows([[_inert(cell) for cell in row] for row in rows])
    return Response(
        "\ufeff" + written.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r") else cell
