"""The JSON form of duals: an optional part of `outreach-plan/1`.

`{"goal": "groups", "held": {"equity": 0.5}, "requests": {"R7": 1}, "schools": {"S3": 1}, "reach": {},
"companies": [{"company": "C2", "week": "2027-W10", "price": 1}]}`; without a week the price is of the limit of all weeks together.
"""

from __future__ import annotations

from outreach.matching import json_form as form
from outreach.matching.duals import Duals
from outreach.matching.json_form import Node
from outreach.matching.refusal import ProblemRefused

BY_ID = ("held", "requests", "schools", "reach")


def duals_json(duals: Duals) -> dict[str, object]:
    """The JSON value of the duals of one goal."""
    companies = [
        {"company": company, **({"week": week} if week else {}), "price": price}
        for (company, week), price in duals.companies.items()
    ]
    by_id = {key: dict(getattr(duals, key)) for key in BY_ID}
    return {"goal": duals.goal, **by_id, "companies": companies}


def read_duals(value: object, path: str) -> Duals:
    """The duals in an already parsed JSON value. Raises `ProblemRefused`."""
    node = Node(value, path)
    listed = node.find("companies", form.listing(_company_price), ())
    if len(dict(listed)) < len(listed):
        raise ProblemRefused(node.at("companies"), "name a company's week twice")
    by_id = {key: node.find(key, form.mapping(form.number), {}) for key in BY_ID}
    return Duals(goal=node.get("goal", form.identifier), companies=dict(listed), **by_id)


def _company_price(value: object, path: str) -> tuple[tuple[str, str], float]:
    node = Node(value, path)
    week = node.find("week", form.identifier, "")
    return (node.get("company", form.identifier), week), node.get("price", form.number)
