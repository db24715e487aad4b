"""What may be wrong with a page as it was sent: read from the HTML alone, so that every test of a page can ask.

`faults_of(html)` lists, in words, what breaks a promise of the face: one h1 and no gap between headings, ids that are unique
and references that lead somewhere, a name for every control, no inline style or script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers")
NAMED_BY_THEMSELVES = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass
class Page(HTMLParser):
    """A page read once: its ids, references, headings, controls and links."""

    html: str
    ids: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    language: str | None = None
    _controls: list[dict[str, str]] = field(default_factory=list)
    _label_depth: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang")
        if "id" in given:
            self.ids.append(given["id"])
        for name in REFERENCES:
            self.references += [(name, target) for target in given.get(name, "").split()]
        if tag == "a" and given.get("href", "").startswith("#"):
            self.references.append(("href", given["href"][1:]))
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self._label_depth += tag == "label"
        self._judge(tag, given)

    def handle_endtag(self, tag: str) -> None:
        self._label_depth -= tag == "label"

    def _judge(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given or tag == "style":
            self.faults.append(f"<{tag}> carries its own style")
        if tag == "script" and not given.get("src"):
            self.faults.append("a script stands in the page")
        self.faults += [f"<{tag}> runs a script {name}" for name in given if name.startswith("on")]
        if tag == "img" and "alt" not in given:
            self.faults.append(f"the picture {given.get('src')} has no alt")
        control = tag in ("input", "select", "textarea") and given.get("type") not in NAMED_BY_THEMSELVES
        if control and not self._label_depth and not given.keys() & {"aria-label", "aria-labelledby"}:
            self._controls.append(given)

    def unlabelled(self) -> list[str]:
        """Controls that no label is for."""
        labelled = {target for name, target in self.references if name == "for"}
        return [given.get("name", "?") for given in self._controls if given.get("id") not in labelled]


def faults_of(html: str) -> list[str]:
    """Everything wrong with the page, in words; empty when all is well."""
    page = Page(html)
    faults = list(page.faults)
    faults += [f"the id {id_} stands twice" for id_ in sorted({i for i in page.ids if page.ids.count(i) > 1})]
    faults += [
        f"{name} leads to #{to}, which is not there" for name, to in page.references if to not in page.ids
    ]
    faults += [f"the control {name} has no label" for name in page.unlabelled()]
    if page.headings.count(1) != 1:
        faults.append(f"the page has {page.headings.count(1)} headings of the first level")
    steps = zip(page.headings, page.headings[1:], strict=False)
    faults += [
        f"a heading {after} follows a heading {before}" for before, after in steps if after > before + 1
    ]
    faults += complaints_out_of_order(html)
    if page.language not in ("en-HK", "zh-Hant-HK"):
        faults.append(f"the page says its language is {page.language}")
    return faults


def complaints_out_of_order(html: str) -> list[str]:
    """Whoever mends a form from the top finds the complaints in the order of its fields."""
    summary = re.search(r'class="error-summary".*?</div>', html, re.DOTALL)
    led_to = re.findall(r'href="#([^"]+)"', summary[0]) if summary else []
    places = [html.find(f'id="{target}"') for target in led_to]
    return [] if places == sorted(places) else [f"the complaints {led_to} are not in the form's order"]
