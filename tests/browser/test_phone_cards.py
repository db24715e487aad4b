"""The cards of a phone, on every page that has some: no label runs into its value, and neither is cut."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update

from outreach.models import User, db
from tests import build
from tests.browser.test_every_page import ROLES, addresses, fingerprint
from tests.browser.test_face import serve
from tests.cast import Cast, browser_of
from tests.test_permissions import rows

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# A label is drawn by the style sheet and has no box that a script could ask for: the same words are set in the same type and in
# its column. Half a pixel is a matter of rounding.
CROSSED = """() => {
const TYPE = ["fontFamily", "fontSize", "fontWeight", "fontVariantNumeric", "lineHeight", "letterSpacing", "whiteSpace",
  "wordBreak", "overflowWrap"];
return [...document.querySelectorAll(".table-cards tbody td[data-label]")].flatMap(cell => {
  const value = cell.querySelector(".cell-value");
  if (!value.getClientRects().length) return [];
  const drawn = getComputedStyle(cell, "::before"), column = parseFloat(getComputedStyle(cell).gridTemplateColumns);
  const label = document.createElement("span");
  label.textContent = cell.dataset.label;
  for (const name of TYPE) label.style[name] = drawn[name];
  const {left} = cell.getBoundingClientRect();
  Object.assign(label.style, {position: "absolute", display: "block", width: `${column}px`, left: `${left}px`});
  cell.append(label);
  const ends = node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()];
    return [Math.min(...boxes.map(box => box.left)), Math.max(...boxes.map(box => box.right))];
  };
  const [, end] = ends(label), [start, last] = ends(value), lines = label.offsetHeight;
  label.remove();
  const faults = [];
  if (end + 8 > start + 0.5) faults.push("the label runs into its value");
  if (last > cell.getBoundingClientRect().right + 0.5) faults.push("the value is cut");
  if (lines > cell.clientHeight + 0.5) faults.push("the label is cut");
  return faults.map(fault => `${cell.dataset.label}: ${fault}`);
});
}"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("tag", ["en-HK", "zh-Hant-HK"])
def test_every_label_keeps_to_its_column(app: Flask, cast: Cast, browser: Browser, tag: str) -> None:
    with app.app_context():
        values = rows(cast)
        db.session.execute(update(User).values(language=tag.replace("-", "_")))
        db.session.commit()
    seen: set[str] = set()
    faults: list[tuple[str, str, list[str]]] = []
    with contextmanager(serve)(app) as origin:
        page = browser.new_context(
            locale=tag, base_url=origin, viewport={"width": 390, "height": 844}
        ).new_page()
        for who in ROLES:
            client = browser_of(app, cast, who, build.NOW)
            page.context.clear_cookies()
            for cookie in client._cookies.values():
                page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": origin}])
            for path in [*addresses(app, who, {}), *addresses(app, who, values)]:
                html = client.get(path, headers={"Accept-Language": tag}).text
                if "table-cards" not in html or fingerprint(html) in seen:
                    continue
                seen.add(fingerprint(html))
                page.goto(path)
                crossed = page.evaluate(CROSSED)
                faults += [(who, path, crossed)] if crossed else []
        page.context.close()
    assert faults == []
    assert len(seen) > 15
