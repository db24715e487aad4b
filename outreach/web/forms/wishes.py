"""Ranked wishes: found by a search, kept in the form as codes, arranged by buttons.

Every button sends the whole form with `arrange=add-offer-12` or the like; the page comes back with all that was typed, and
nothing is saved. A script fetches the same page and puts only the wishes in place.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Field, ValidationError

from outreach.queries.offers import Wanted
from outreach.services.request_facts import MOST_WISHES, Wish
from outreach.web.forms.groups import GroupForm
from outreach.web.forms.offers import CatalogueForm

# Few enough digits for a database integer.
CODE = re.compile(r"(offer|company)-([1-9][0-9]{0,8})", re.ASCII)


def code_of(wish: Wish) -> str:
    """A wish as the form carries it."""
    return f"{wish.kind}-{wish.number}"


def wish_of(code: str) -> Wish | None:
    """The wish that a code means; None for what is no code."""
    found = CODE.fullmatch(code)
    if found is None:
        return None
    kind: Literal["company", "offer"] = "company" if found[1] == "company" else "offer"
    return Wish(kind, int(found[2]))


def arranged(codes: list[str], deed: str, code: str) -> list[str]:
    """The codes after one step: add, up, down, remove. A step that cannot be taken changes nothing."""
    if deed == "add" and code not in codes and len(codes) < MOST_WISHES:
        return [*codes, code]
    if deed not in ("up", "down", "remove") or code not in codes:
        return codes
    rest, place = [other for other in codes if other != code], codes.index(code)
    if deed == "remove":
        return rest
    place = max(0, place - 1) if deed == "up" else place + 1
    return [*rest[:place], code, *rest[place:]]


class WishesField(Field):
    """Codes, the best wish first. The template draws them: title, buttons and a hidden control each."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """As many as were sent; what is none is said by the form."""
        self.data: list[str] = list(valuelist)


class WishesForm(GroupForm):
    """The wishes and the search for them. `finder` is the search of the catalogue, for the grade that comes."""

    wishes = WishesField(_l("Wishes"), default=list)
    most = MOST_WISHES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = request.form if self.is_submitted() else None
        self.finder = CatalogueForm(sent, prefix="find-")
        # Which page of what was found; 0 where nothing was looked for yet.
        self.page = int(number) if (number := request.form.get("find-page", "")) in PAGES else 0
        # The button that was pressed, and the wish that it stands beside.
        self.deed = self.moved = ""

    def arrange(self, step: str) -> bool:
        """Take the step of a button; False where another button was pressed, so that the form is to be carried out."""
        self.deed, _dash, self.moved = step.partition("-")
        if self.deed == "find":
            self.page = 1
        elif self.deed == "page" and self.moved in PAGES:
            self.page = int(self.moved)
        elif wish_of(self.moved):
            self.wishes.data = arranged(self.wishes.data, self.deed, self.moved)
        return bool(step)

    def grades(self) -> tuple[str, ...]:
        """The grade that comes; all that the schools teach while none is chosen."""
        known = tuple(choice.value for choice in self.grade.choices if choice.value)
        return (self.grade.data,) if self.grade.data in known else known

    def wanted(self) -> Wanted:
        """What is looked for."""
        return self.finder.wanted()

    def wished(self) -> tuple[Wish, ...]:
        """The wishes that are some."""
        return tuple(wish for code in self.wishes.data if (wish := wish_of(code)))

    def validate_wishes(self, field: Field) -> None:
        """No page of ours sends anything else."""
        if len(self.wished()) != len(field.data):
            raise ValidationError(_l("Choose your wishes from the offers that the search finds."))


# Nobody turns over more; and no other text is a number to us.
PAGES = {str(number) for number in range(1, 1000)}
