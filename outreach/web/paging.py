"""Pages of a list in addresses: `?page=3` in, links to the other pages out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

from outreach.queries.paging import Page

Row = TypeVar("Row")

# Nobody turns over so many pages; and a larger number would be none that a database can skip.
LAST_PAGE = 100_000


def page_number(name: str = "page") -> int:
    """The page asked for; 1 for anything that is no page number. A second list on a page goes by a name of its own."""
    number = request.args.get(name, default=1, type=int)
    return min(max(1, number), LAST_PAGE)


@dataclass(frozen=True, slots=True)
class PageLinks(Generic[Row]):
    """A page as the pagination macro draws it."""

    number: int
    pages: int
    total: int
    rows: list[Row]
    name: str = "page"
    part: str = ""

    def url(self, number: int) -> str:
        """This list with the same filters, on another page."""
        # Not url_for: a stranger's ?endpoint= or ?_external= would become arguments of ours.
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != self.name]
        there = f"#{self.part}" if self.part else ""
        return f"{request.path}?{urlencode([*kept, (self.name, number)])}{there}"


def paged(page: Page[Row], name: str = "page", *, part: str = "") -> PageLinks[Row]:
    """The page with links to its neighbours; `part` is where on the page the list stands, when it does not begin it."""
    return PageLinks(page.number, page.pages, page.total, list(page.rows), name, part)
