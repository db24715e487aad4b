"""The processes that other tests lean on."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from tests.engines import Database
from tests.processes import served


def test_a_site_serves_pages_and_leaves_when_asked(database: Database, tmp_path: Path) -> None:
    with served(database, tmp_path) as site:
        with closing(HTTPConnection(site.url.removeprefix("http://"), timeout=60)) as connection:
            connection.request("GET", "/sign-in")
            answer = connection.getresponse()
            assert (answer.status, answer.headers.get_content_type()) == (200, "text/html"), (
                site.log.read_text()
            )
        assert site.process.poll() is None
    assert site.process.poll() == 0
    assert "Traceback" not in site.log.read_text()
