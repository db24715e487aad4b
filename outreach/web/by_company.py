"""Lists that go company by company: what the reader searches for, a few companies to a page."""

from __future__ import annotations

from flask import request

from outreach.models import Company
from outreach.queries.companies import find_companies
from outreach.web.access import signed_in_user
from outreach.web.forms.companies import CompanySearchForm
from outreach.web.paging import PageLinks, page_number, paged

# Each company has a section of its own with all its rows.
COMPANIES = 10


def companies_asked_for() -> tuple[CompanySearchForm, PageLinks[Company]]:
    """The search form as it was sent, and the page of the reader's companies that fit it."""
    form = CompanySearchForm(request.args)
    words = form.known()["q"] or ""
    return form, paged(find_companies(signed_in_user(), words=words, number=page_number(), size=COMPANIES))
