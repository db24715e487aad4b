"""`outreach schools import FILE`: the official school file into the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from outreach.app import create_app
from outreach.clock import utc_now
from outreach.services.school_file import MAX_BYTES, NotASchoolFile, SchoolFile, read_school_file
from outreach.services.school_words import describe, describe_left_out, describe_refusal
from outreach.services.schools import ImportReport, import_schools, preview_import

# Faults beyond these are counted, not printed; --json has them all.
FAULTS_SHOWN = 40


@click.group("schools", help="The schools of Hong Kong.")
def schools_group() -> None:
    """Commands about schools."""


@schools_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_command(file: Path, dry_run: bool, as_json: bool) -> None:
    """Take over the official school file ("School Location and Information" of the Education Bureau).

    Any of its forms will do: CSV with comma or TAB, UTF-16 or UTF-8, or JSON. Rows that cannot be read are listed, the
    others go in together. Importing the same file twice changes nothing. Exit status: 0 done (perhaps with rows that
    could not be read), 2 no school file.

    Example: outreach schools import SCH_LOC_EDB.csv --dry-run
    """
    with create_app().app_context():
        found = _read(file)
        report = preview_import(file=found) if dry_run else import_schools(file=found, by=None, now=utc_now())
        if as_json:
            click.echo(json.dumps(report_facts(report, dry_run=dry_run), ensure_ascii=False, indent=2))
        else:
            _tell(report, dry_run=dry_run)


def _read(path: Path) -> SchoolFile:
    with path.open("rb") as opened:
        # One byte more than allowed is enough for the reader to refuse; a huge file is never in memory.
        content = opened.read(MAX_BYTES + 1)
    try:
        return read_school_file(content, name=path.name)
    except NotASchoolFile as refusal:
        click.echo(f"{path.name}: {describe_refusal(refusal)}", err=True)
        raise SystemExit(2) from refusal


def report_facts(report: ImportReport, *, dry_run: bool) -> dict[str, Any]:
    """The report as JSON says it: counts, and every row that could not be read with its line, field and reason."""
    return {
        "file": report.file,
        "dry_run": dry_run,
        "rows": report.rows,
        "schools": report.schools,
        **{section: report.sections.get(section, 0) for section in ("primary", "secondary", "special")},
        "new": report.new,
        "changed": len(report.changed),
        "unchanged": report.unchanged,
        "absent": report.absent,
        "left_out": dict(report.left_out),
        "faults": [
            {"line": fault.line, "field": fault.field, "code": fault.code, "reason": describe(fault)}
            for fault in report.faults
        ],
    }


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    """The report in lines for a person."""
    sections = ", ".join(
        f"{report.sections.get(section, 0):,} {section}" for section in ("primary", "secondary", "special")
    )
    click.echo(f"{report.file}: {report.rows:,} rows, {report.schools:,} schools ({sections})")
    for reason, rows in report.left_out.items():
        click.echo(f"  left out: {describe_left_out(reason, rows)}")
    counts = f"{report.new:,} new, {len(report.changed):,} changed, {report.unchanged:,} unchanged"
    click.echo(f"{'Would be' if dry_run else 'Imported'}: {counts}")
    if report.absent:
        click.echo(f"  {report.absent:,} schools of the database are not in this file; they stay")
    for fault in report.faults[:FAULTS_SHOWN]:
        field = f", {fault.field}" if fault.field else ""
        click.echo(f"line {fault.line}{field}: {describe(fault)}", err=True)
    if len(report.faults) > FAULTS_SHOWN:
        click.echo(f"and {len(report.faults) - FAULTS_SHOWN:,} more; --json lists them all", err=True)
