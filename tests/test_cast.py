"""The cast can be written and signed in on both engines."""

from __future__ import annotations

from tests.cast import EVERYBODY, NOBODY


def test_everybody_reaches_their_own_account_page(as_):
    answers = {name: as_(name).get("/account").status_code for name in EVERYBODY}
    assert answers == {name: 303 if name == NOBODY else 200 for name in EVERYBODY}
