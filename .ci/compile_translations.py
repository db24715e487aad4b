"""Compiles every .po catalogue to .mo.

Used twice: as the build hook of the wheel (git does not carry compiled catalogues) and as a script by
`make translations` and the first `make run` of a checkout.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run as a script where only the product is installed
    BuildHookInterface = object


def compile_catalogues(translations: Path) -> list[Path]:
    """Writes messages.mo beside every messages.po under `translations`; returns what it wrote.

    A catalogue that is not older than its source is left as it is, so running processes that read it see
    no half-written file without need; a new one replaces the old in one step.
    """
    written = []
    for source in sorted(translations.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parent.parent.name, abort_invalid=True)
        faults = [f"{source}:{word.lineno}: {fault}" for word, found in catalogue.check() for fault in found]
        if faults:
            # A placeholder that only one language has would fail on the page, for that language's readers alone.
            raise ValueError("\n".join(faults))
        unfinished = target.with_suffix(".mo.new")
        with unfinished.open("wb") as out:
            write_mo(out, catalogue)
        unfinished.replace(target)
        written.append(target)
    return written


class CompileTranslations(BuildHookInterface):
    """Hatchling calls this before it gathers the files of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogues(Path(self.root) / "outreach" / "translations")


if __name__ == "__main__":
    for path in compile_catalogues(Path(sys.argv[1])):
        print(f"compiled {path}")
