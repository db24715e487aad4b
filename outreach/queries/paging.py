"""A long list, page by page: what every list page asks with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select

from outreach.models import db

Row = TypeVar("Row")

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page, its number from 1, how many pages there are and how many rows in all."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int


def containing(words: str, *columns: Any) -> ColumnElement[bool]:
    """What was typed stands in one of these columns, in whatever case."""
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def page_of(statement: Select[Row], *, number: int, size: int = PAGE_SIZE) -> Page[Row]:
    """Page `number` of an ordered statement over one entity; a number beyond the end gives the last page."""
    # The order means nothing to a count and would be an error in PostgreSQL's subqueries with DISTINCT.
    bare: Select[Any] = statement.order_by(None)
    total = db.session.scalar(select(func.count()).select_from(bare.subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    rows = db.session.scalars(statement.limit(size).offset((number - 1) * size)).unique().all()
    return Page(rows, number, pages, total)


def page_of_list(rows: Sequence[Row], *, number: int, size: int = PAGE_SIZE) -> Page[Row]:
    """The same of rows that are at hand, because what sorts them is reckoned and stored nowhere."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, number), pages)
    return Page(rows[(number - 1) * size : number * size], number, pages, len(rows))
