"""The reader of pages finds each thing it promises to find, and is silent on a good page."""

from __future__ import annotations

import pytest

from tests.html import faults_of

SUMMARY = '<div class="error-summary"><a href="#a">down</a><a href="#q">Name</a></div>'
GOOD = (
    '<html lang="en-HK"><body><h1>Offers</h1><h2 id="a">Free</h2>'
    + SUMMARY
    + '<label for="q">Name</label><input id="q" name="q" aria-describedby="a"><input type="hidden" name="t">'
    '<label>Yes <input name="y" type="checkbox"></label><img src="x.svg" alt=""></body></html>'
)


def test_a_good_page_has_no_faults() -> None:
    assert faults_of(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<h1>Offers</h1>", "<h2>Offers</h2>", "the page has 0 headings of the first level"),
        ('<h2 id="a">Free</h2>', '<h3 id="a">Free</h3>', "a heading 3 follows a heading 1"),
        ('href="#a"', 'href="#b"', "href leads to #b, which is not there"),
        ('for="q"', "", "the control q has no label"),
        ('id="q"', 'id="a"', "the id a stands twice"),
        ('alt=""', "", "the picture x.svg has no alt"),
        ("<body>", '<body style="margin:0">', "<body> carries its own style"),
        ("<body>", '<body onload="go()">', "<body> runs a script onload"),
        ("<body>", "<body><script>go()</script>", "a script stands in the page"),
        (
            SUMMARY,
            SUMMARY.replace("#a", "#x").replace("#q", "#a").replace("#x", "#q"),
            "the complaints ['q', 'a'] are not in the form's order",
        ),
        ('lang="en-HK"', 'lang="en"', "the page says its language is en"),
    ],
)
def test_each_fault_is_found(good: str, bad: str, fault: str) -> None:
    assert fault in faults_of(GOOD.replace(good, bad))
