"""Shapes of tiny problems beside one bend for each rule: big halls, team-days under a company's limit, nights, zones, repairs.

Each shape names what must bind in it: a rule of `brute.RULES`, or a part of the problem that a function takes away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.matching.bends import Bend, all_of, each
from tests.matching.brute import Brute
from tests.matching.brute_visits import Document
from tests.matching.tiny_parts import DAYS, PLACES, Seeded, at, some, team, visit_request

ODD_SIZES = (17, 19, 23, 26, 29, 31, 34)
EASY_WAYS = {"base_minutes": 0, "minutes_per_km": 0.5}


@dataclass(frozen=True)
class Shape:
    """How to bend a problem, and what is to bind in it."""

    bend: Bend
    without: Callable[[Document], Brute]


def rule(name: str) -> Callable[[Document], Brute]:
    return lambda problem: Brute(problem, frozenset((name,)))


def goal(name: str) -> Callable[[Document], Brute]:
    """The problem without one of its goals."""
    return lambda problem: Brute(
        problem | {"objectives": [one for one in problem["objectives"] if one != name]}
    )


def key(name: str, kind: str) -> Callable[[Document], Brute]:
    """The problem without this key of every entry of a kind."""
    return lambda problem: Brute(
        problem | {kind: [{word: one[word] for word in one if word != name} for one in problem[kind]]}
    )


def without_zones(problem: Document) -> Brute:
    return Brute(problem | {"travel": problem["travel"] | {"zone_minutes": []}})


def requests(least: int, most: int) -> Bend:
    """So many requests, of odd sizes: how many pupils fit is a puzzle."""

    def bend(rng: Seeded, problem: Document) -> None:
        problem["requests"] = [visit_request(rng, i, problem) for i in range(rng.randint(least, most))]
        for one in problem["requests"]:
            one["pupils"] = rng.choice(ODD_SIZES)

    return bend


def halls(kind: str, count: int) -> Bend:
    """So many slots of one offer in which up to ten groups meet, and no team; `scores` for half of the problems."""

    def bend(rng: Seeded, problem: Document) -> None:
        problem["teams"] = []
        chosen = next(one for one in problem["offers"] if one["kind"] == kind)
        chosen |= {"max_groups": rng.randint(6, 10), "max_pupils": 400}
        problem["slots"] = [
            {"id": f"L{i}", "offer": chosen["id"], "start": at(DAYS[i], 10), "end": at(DAYS[i], 12)}
            for i in range(count)
        ]
        if rng.random() < 0.5:
            for one in problem["requests"]:
                one["scores"] = {slot["id"]: rng.randint(1, 90) for slot in problem["slots"]}

    return bend


def one_team(*, hours: int, days: tuple[str, ...] = DAYS[1:], minutes: int = 40) -> Bend:
    """A team with short ways and full days, up to three sessions each; each request has one day."""

    def bend(rng: Seeded, problem: Document) -> None:
        problem["travel"] = EASY_WAYS
        problem["teams"] = [team(rng, 0, problem)]
        windows = [[at(day, 9), at(day, 9 + hours)] for day in days]
        problem["teams"][0] |= {"windows": windows, "max_sessions_per_day": rng.choice((2, 3, 3))}
        problem["teams"][0]["offers"] = problem["teams"][0]["offers"][:1]
        problem["slots"] = problem["slots"][: rng.randint(0, 1)]
        for one in problem["offers"]:
            one["minutes"] = minutes
        for one in problem["requests"]:
            day = rng.choice(days)
            one["windows"] = [[at(day, 8), at(day, 17)]]

    return bend


def hosts(rng: Seeded, problem: Document) -> None:
    """Every team receives visits at its company's places, and nothing else is offered."""
    for one in problem["offers"]:
        one |= {"kind": "field_visit", "place": rng.choice(PLACES)}
    problem["slots"] = []


def nights(rng: Seeded, problem: Document) -> None:
    """A team works until late and again from midnight: the way home to the next school does not fit in between."""
    eve, morning = DAYS[1:]
    for one in problem["offers"]:
        one |= {"kind": "coding_session", "minutes": rng.choice((50, 60))}
        one.pop("place", None)
    problem["slots"] = []
    problem["travel"] = {"base_minutes": rng.choice((0, 40)), "minutes_per_km": rng.choice((1, 6))}
    problem["grid_minutes"] = 30
    problem["teams"] = [team(rng, 0, problem)]
    problem["teams"][0] |= {
        "windows": [[at(eve, 22), at(eve, 23, 30)], [at(morning, 0), at(morning, 1, 30)]],
        "max_travel_minutes": 600,
    }
    for one in problem["requests"]:
        one["windows"] = [[at(eve, rng.choice((21, 23))), at(morning, rng.choice((1, 2)))]]


def zones(rng: Seeded, problem: Document) -> None:
    """Crossing between the zones takes so long that it decides where one can go. `travel` itself is no goal here."""
    problem["travel"] = {
        "base_minutes": 5,
        "minutes_per_km": 0.5,
        "zone_minutes": [["mainland", "island", 80]],
    }
    problem["objectives"] = ["equity", "groups", "pupils"]
    for kind in ("schools", "offers", "teams"):
        for one in problem[kind]:
            if kind != "offers" or one["kind"] == "field_visit":
                one["zone"] = rng.choice(("island", "mainland"))
    for one in problem["requests"]:
        one["max_travel_minutes"] = rng.choice((60, 120))


def two_a_day(rng: Seeded, problem: Document) -> None:
    problem["schools"] = problem["schools"][:2]
    for i, one in enumerate(problem["schools"]):
        one["max_per_day"] = 2 - i
    for one in problem["requests"]:
        one["school"] = rng.choice(("S0", "S0", "S1"))
    problem["slots"] = [one | {"offer": rng.choice(("O0", "O1"))} for one in problem["slots"][:1] * 2]
    for i, one in enumerate(problem["slots"]):
        one |= {"id": f"L{i}", "start": at(DAYS[1], 9 + i * 4), "end": at(DAYS[1], 11 + i * 4)}
    for one in problem["offers"]:
        one["max_groups"] = 3
    problem["teams"] = []


def scored(rng: Seeded, problem: Document) -> None:
    """Scores name some slots and teams, with points that no choice would give; those of other requests stay as usual."""
    places = [one["id"] for one in problem["slots"] + problem["teams"]]
    for one in problem["requests"][1:]:
        one["scores"] = {
            name: rng.randint(0, 999) for name in rng.sample(places, rng.randint(1, len(places)))
        }
    problem["objectives"] = [*some(rng, ("equity", "groups", "pupils")), "preference", "travel"]


def repair(rng: Seeded, problem: Document) -> None:
    """The best plan of yesterday, of which one slot or day is lost: `changes` comes first."""
    usual = ["groups", "preference"]
    best = Brute(problem | {"objectives": usual}).best()
    problem["incumbent"] = best.plan if best else []
    problem["slots"] = problem["slots"][1:]
    for one in problem["teams"]:
        one["windows"] = one["windows"][1:] or [[at(DAYS[0], 13), at(DAYS[0], 15)]]
    for one in problem["requests"]:
        one["choices"] = some(rng, ("C0", "C1", "O0", "O1"))
    problem["objectives"] = [
        "changes",
        *rng.sample(("equity", "groups", "pupils", "preference", "travel"), 3),
    ]


def dear(rng: Seeded, problem: Document) -> None:
    """Costs in decimals for slots, sessions and placements; the cheapest of the fullest plans is wanted."""
    for one in problem["offers"] + problem["slots"]:
        one["cost"] = rng.choice((0, 0.1, 2.5, 12.25, 40))
    for one in problem["requests"]:
        names = [thing["id"] for thing in problem["slots"] + problem["teams"]]
        one["costs"] = {name: rng.choice((0.05, 1, 7.375)) for name in names}
    first = rng.choice(("equity", "groups", "pupils"))
    problem["objectives"] = [first, "cost", *rng.sample(("preference", "travel"), 2)]


HALL = all_of(requests(8, 10), halls("field_visit", 1))
TWO_HALLS = all_of(requests(6, 7), halls("field_visit", 2))
TEAM_DAYS = all_of(requests(5, 5), one_team(hours=3), each("turnaround_minutes", 0, 5, kind="teams"))

SHAPES: dict[str, Shape] = {
    "a hall too small": Shape(
        all_of(HALL, each("max_pupils", 110, 131, 150, kind="slots")), rule("H2 most pupils")
    ),
    "two halls too small": Shape(
        all_of(TWO_HALLS, each("max_pupils", 60, 71, 85, kind="slots")), rule("H2 most pupils")
    ),
    "halls that must fill": Shape(
        all_of(TWO_HALLS, each("min_pupils", 90, 105, 121, kind="slots")), rule("H2 fewest pupils")
    ),
    "a hall of six": Shape(all_of(HALL, each("max_groups", 6, 7, kind="slots")), rule("H2 groups")),
    "two halls of three": Shape(all_of(TWO_HALLS, each("max_groups", 2, 3, kind="slots")), rule("H2 groups")),
    "halls of languages": Shape(
        all_of(TWO_HALLS, each("languages", ["yue"], ["en"], ["yue", "en"])), rule("H3 language")
    ),
    "halls of key stages": Shape(all_of(TWO_HALLS, each("grade", "P2", "P5", "P6", "S2")), rule("H3 stage")),
    "slots of one school": Shape(all_of(requests(6, 7), halls("coding_session", 2)), rule("H2 one school")),
    "team-days under a week's limit": Shape(
        all_of(TEAM_DAYS, each("max_sessions_per_week", 3, 4, kind="companies")), rule("H7 per week")
    ),
    "team-days under a limit in all": Shape(
        all_of(TEAM_DAYS, each("max_sessions", 3, 4, kind="companies")), rule("H7 in all")
    ),
    "a full team-day": Shape(
        all_of(
            requests(4, 4),
            one_team(hours=4, days=DAYS[1:2]),
            each("max_sessions_per_day", 3, 3, 2, kind="teams"),
            each("turnaround_minutes", 0, 5, kind="teams"),
        ),
        rule("H4 per day"),
    ),
    "a team that hosts": Shape(
        all_of(hosts, requests(3, 4), one_team(hours=3, days=DAYS[1:2], minutes=80), hosts),
        rule("H4 next start"),
    ),
    "a turnaround": Shape(
        all_of(
            requests(3, 4),
            one_team(hours=4, days=DAYS[1:2], minutes=50),
            each("turnaround_minutes", 45, 60, kind="teams"),
        ),
        key("turnaround_minutes", "teams"),
    ),
    "nights too short": Shape(all_of(requests(3, 3), nights), rule("H4 next start")),
    "zones": Shape(zones, without_zones),
    "two a day": Shape(all_of(requests(4, 5), two_a_day), rule("H5 per day")),
    "scores": Shape(scored, key("scores", "requests")),
    "a repair": Shape(repair, goal("changes")),
    "costs": Shape(dear, goal("cost")),
}
