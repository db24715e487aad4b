"""Small broken trees, one for each way a wall can fall, and what the wall must say about it.

`BROKEN` maps wall -> list of (files, faults). A file's text is all that is in it; the rest of the tree is `SOUND`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.house import habits, rooms, suite

Wall = Callable[[Path], list[str]]
Files = dict[str, str]

# Every room, so that a contract fails for what was broken and not for what is missing.
SOUND: Files = {
    **{
        f"outreach/{room}.py": ""
        for room in ("__init__", "__main__", "app", "clock", "config", "letters", "mail")
    },
    "outreach/permissions.py": "",
    **{
        f"outreach/{room}/__init__.py": ""
        for room in ("cli", "matching", "models", "queries", "services", "web", "worker")
    },
    "outreach/matching/check.py": "",
    "outreach/matching/solve.py": "def solve():\n    import ortools\n    return ortools\n",
    "outreach/services/bridge.py": "from outreach.matching import check\nfrom outreach import models\n",
    "outreach/services/transaction.py": "def carry_out(session):\n    session.commit()\n",
    "outreach/clock.py": "from datetime import UTC, datetime\ndef utc_now():\n    return datetime.now(UTC)\n",
    "outreach/web/pages.py": "from flask import request\n",
    "outreach/cli/matching.py": "def match():\n    from outreach.matching.solve import solve\n    return solve()\n",
    "tests/test_sound.py": "def test_sound():\n    assert 1 + 1 == 2\n",
}

LONG_FUNCTION = "def long():\n" + "    pass\n" * 41
DOCUMENTED = 'def documented():\n    """One.\n' + "\n" * 40 + '    """\n    return 1\n'
LONG_VIEW = "@pages.get('/')\ndef page():\n" + "    pass\n" * 20

BROKEN: dict[Wall, list[tuple[Files, list[str]]]] = {
    rooms.one_bridge: [
        (
            {"outreach/services/rounds.py": "from outreach.matching import check\n"},
            ["outreach/services/rounds.py:1 imports the core; only services/bridge.py may"],
        ),
        (
            {"outreach/models/visit.py": "def late():\n    import outreach.matching.check\n"},
            ["outreach/models/visit.py:2 imports the core; only services/bridge.py may"],
        ),
        (
            {"outreach/services/bridge.py": "from outreach.matching import check, solve\n"},
            ["outreach/services/bridge.py:1 imports the solving half of the core"],
        ),
        (
            {
                "outreach/matching/plans.py": "from outreach.matching.solve import solve\n",
                "outreach/services/bridge.py": "from outreach.matching.plans import solve\n",
            },
            ["outreach/services/bridge.py:1 imports the solving half of the core"],
        ),
        (
            {
                "outreach/matching/fairness.py": "",
                "outreach/services/ledger.py": "from outreach.matching import check, fairness\n",
                "outreach/services/rounds.py": "from outreach.matching import fairness\n",
            },
            [
                "outreach/services/ledger.py:1 imports the core; only services/bridge.py may",
                "outreach/services/rounds.py:1 imports the core; only services/bridge.py may",
            ],
        ),
    ],
    rooms.solver_inside_functions: [
        (
            {"outreach/matching/solve.py": "import ortools.math_opt\n"},
            ["outreach/matching/solve.py:1 imports OR-Tools outside a function"],
        ),
        (
            {"outreach/matching/solve.py": "from outreach.matching.solving.cpsat import cp_model\n"},
            ["outreach/matching/solve.py:1 imports OR-Tools outside a function"],
        ),
        (
            {"outreach/matching/solve.py": "def solve():\n    from ortools.sat.python import cp_model\n"},
            ["outreach/matching/solve.py:2 imports CP-SAT past solving/cpsat.py"],
        ),
        (
            {"outreach/worker/child.py": "def child():\n    from ortools.sat.python import cp_model\n"},
            ["outreach/worker/child.py:2 imports OR-Tools; only the core may"],
        ),
        (
            {"outreach/cli/matching.py": "from outreach.matching.solve import solve\n"},
            ["outreach/cli/matching.py:1 imports the solving half outside a function"],
        ),
    ],
    rooms.only_web_speaks_http: [
        (
            {"outreach/services/offers.py": "from flask import current_app, request\n"},
            ["outreach/services/offers.py:1 speaks HTTP: flask request"],
        ),
        (
            {"outreach/queries/offers.py": "def late():\n    from werkzeug.exceptions import NotFound\n"},
            ["outreach/queries/offers.py:2 speaks HTTP: werkzeug.exceptions NotFound"],
        ),
        (
            {"outreach/models/user.py": "import flask_login\n"},
            ["outreach/models/user.py:1 speaks HTTP: flask_login"],
        ),
    ],
    habits.sizes: [
        (
            {"outreach/services/giant.py": "x = 1\n" * 301},
            ["outreach/services/giant.py has 301 lines; 300 are allowed"],
        ),
        ({"tests/test_giant.py": "x = 1\n" * 301}, ["tests/test_giant.py has 301 lines; 300 are allowed"]),
        (
            {"outreach/services/long.py": LONG_FUNCTION},
            ["outreach/services/long.py:1 function long has 42 lines; 40 are allowed"],
        ),
        (
            {"outreach/web/long.py": LONG_VIEW},
            ["outreach/web/long.py:2 view page has 21 lines; 20 are allowed"],
        ),
        ({"outreach/services/short.py": DOCUMENTED, "outreach/queries/short.py": LONG_VIEW}, []),
    ],
    habits.commits_in_one_place: [
        (
            {"outreach/services/offers.py": "def write(db):\n    db.session.commit()\n"},
            ["outreach/services/offers.py:2 commits; only services/transaction.py may"],
        ),
    ],
    habits.one_clock: [
        (
            {"outreach/services/late.py": "import datetime as dt\nx = dt.datetime.now(dt.UTC)\n"},
            ["outreach/services/late.py:2 reads the clock with datetime.datetime.now; only clock.py may"],
        ),
        (
            {"outreach/web/late.py": "from datetime import date\nx = date.today()\n"},
            ["outreach/web/late.py:2 reads the clock with datetime.date.today; only clock.py may"],
        ),
        (
            {"outreach/models/late.py": "from datetime import datetime\nx = dict(default=datetime.utcnow)\n"},
            ["outreach/models/late.py:2 reads the clock with datetime.datetime.utcnow; only clock.py may"],
        ),
        (
            {"outreach/mail.py": "from time import time as seconds\nx = seconds()\n"},
            ["outreach/mail.py:2 reads the clock with time.time; only clock.py may"],
        ),
        (
            {"outreach/models/made.py": "from sqlalchemy import func\nx = func.now()\n"},
            ["outreach/models/made.py:2 reads the clock with sqlalchemy.func.now; only clock.py may"],
        ),
        (
            {"outreach/services/fast.py": "import time\nx = time.monotonic()\n"},
            [
                "outreach/services/fast.py:2 holds a stopwatch, time.monotonic; that is for cli, matching, worker"
            ],
        ),
        (
            {"outreach/letters.py": "from zoneinfo import ZoneInfo\n"},
            ["outreach/letters.py:1 imports zoneinfo; only clock.py knows zones"],
        ),
        ({"outreach/worker/ticks.py": "import time\nx = time.monotonic()\ntime.sleep(1)\n"}, []),
    ],
    habits.no_blind_except: [
        (
            {"outreach/mail.py": "try:\n    x = 1\nexcept:\n    pass\n"},
            ["outreach/mail.py:3 catches everything"],
        ),
        (
            {"outreach/mail.py": "try:\n    x = 1\nexcept (OSError, Exception):\n    pass\n"},
            ["outreach/mail.py:3 catches everything"],
        ),
        ({"outreach/mail.py": "try:\n    x = 1\nexcept BaseException:\n    x = 2\n    raise\n"}, []),
    ],
    habits.telling_names: [
        ({"outreach/web/helpers.py": ""}, ["outreach/web/helpers.py is named helpers, which says nothing"]),
        ({"outreach/data/city.py": ""}, ["outreach/data/city.py is named data, which says nothing"]),
    ],
    suite.all_collected: [
        (
            {"tests/offers.py": "def test_lost():\n    assert 1\n"},
            ["tests/offers.py:1 test_lost is not collected: the file's name does not begin with test_"],
        ),
        ({"tests/test_void.py": ""}, ["tests/test_void.py is named like a test file and holds no test"]),
        (
            {"tests/build/test_lost.py": "def test_lost():\n    assert x\n"},
            ["tests/build/test_lost.py is not collected: pytest does not enter a folder named build"],
        ),
        (
            {"tests/test_a.py": "class Offers:\n    def test_lost(self):\n        assert x\n"},
            ["tests/test_a.py:1 class Offers is not collected: its name does not begin with Test"],
        ),
        (
            {
                "tests/test_a.py": "class TestA:\n    def __init__(self):\n        pass\n"
                "    def test_lost(self):\n        assert x\n"
            },
            ["tests/test_a.py:1 class TestA is not collected: it has a constructor"],
        ),
        (
            {"tests/test_a.py": "def test_a():\n    def test_lost():\n        assert x\n    assert x\n"},
            ["tests/test_a.py:2 test_lost is not collected: it stands inside test_a"],
        ),
        (
            {"tests/test_a.py": "def test_a():\n    assert x\ndef test_a():\n    assert y\n"},
            ["tests/test_a.py:3 test_a hides an earlier one of the same name"],
        ),
        (
            {"tests/test_a.py": "import pytest\n@pytest.fixture()\ndef test_a():\n    assert x\n"},
            ["tests/test_a.py:3 test_a is not collected: it is a fixture"],
        ),
        (
            {"tests/test_a.py": "def test_a():\n    assert x\ntest_a.__test__ = False\n"},
            ["tests/test_a.py:3 __test__ takes tests out of the collection"],
        ),
    ],
    suite.able_to_fail: [
        ({"tests/test_a.py": "def test_a():\n    x = 1\n"}, [f"tests/test_a.py:1 test_a {suite.TOOTHLESS}"]),
        (
            {"tests/test_a.py": "def test_a():\n    assert True\n"},
            [f"tests/test_a.py:1 test_a {suite.TOOTHLESS}"],
        ),
        ({"tests/test_a.py": "from tests.judge import alike\ndef test_a():\n    alike(1, 2)\n"}, []),
    ],
    suite.skips_say_why: [
        (
            {"tests/test_a.py": "import pytest\ndef test_a():\n    pytest.skip()\n"},
            ["tests/test_a.py:3 pytest.skip gives no reason"],
        ),
        (
            {"tests/test_a.py": "import pytest\n@pytest.mark.skip\ndef test_a():\n    assert x\n"},
            ["tests/test_a.py:2 pytest.mark.skip gives no reason"],
        ),
        (
            {"tests/test_a.py": "import pytest\n@pytest.mark.skipif(True)\ndef test_a():\n    assert x\n"},
            ["tests/test_a.py:2 pytest.mark.skipif gives no reason"],
        ),
    ],
}


def grow(root: Path, files: Files) -> Path:
    """Write SOUND with `files` put in or over it."""
    for place, text in {**SOUND, **files}.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
