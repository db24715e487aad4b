"""Reading the demonstration's word lists: CSV files in `content/`, shipped with the package."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any


def _text_of(name: str) -> str:
    return files(__package__).joinpath("content", name).read_text(encoding="utf-8")


def rows_of(name: str) -> Iterable[dict[str, str]]:
    """The rows of `content/NAME.csv`, each by column name."""
    return csv.DictReader(_text_of(f"{name}.csv").splitlines())


def tables_of(name: str, key: str) -> list[dict[str, Any]]:
    """The list of tables `[[key]]` of `content/NAME.toml`."""
    tables: list[dict[str, Any]] = tomllib.loads(_text_of(f"{name}.toml"))[key]
    return tables
