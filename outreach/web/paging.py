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


def page_number() -> int:
    """The page asked for; 1 for anything that is no page number."""
    number = request.args.get("page", default=1, type=int)
    return min(max(1, number), LAST_PAGE)


@dataclass(frozen=True, slots=True)
class PageLinks(Generic[Row]):
    """A page as the pagination macro draws it."""

    number: int
    pages: int
    total: int
    rows: list[Row]

    def url(self, number: int) -> str:
        """This list with the same filters, on another page."""
        # Not url_for: a stranger's ?endpoint= or ?_external= would become arguments of ours.
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
        return f"{request.path}?{urlencode([*kept, ('page', number)])}"


def paged(page: Page[Row]) -> PageLinks[Row]:
    """The page with links to its neighbours."""
    return PageLinks(page.number, page.pages, page.total, list(page.rows))
