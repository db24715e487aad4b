"""How fair six rounds were: the worst tenth, who was never served, Gini, and what it cost in groups; as a table and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from tests.bench.drawing import Panel, paper

Json = dict[str, Any]
Played = Mapping[str, Sequence[Json]]
TITLES = {
    "fcfs": "first come first served",
    "deferred": "deferred acceptance",
    "outreach-constant": "Outreach, ledger switched off",
    "outreach": "Outreach with the ledger",
}


def figures_of(played: Sequence[Played]) -> dict[str, Json]:
    """The figures of each matcher; with several draws the mean of them."""
    found = {}
    for name in played[0]:
        each = [_figures(one[name], one.get("outreach-constant")) for one in played]
        found[name] = {key: round(fmean(one[key] for one in each), 4) for key in each[0]}
    return found


def _figures(rounds: Sequence[Json], measure: Sequence[Json] | None) -> dict[str, float]:
    shares = served_shares(rounds)
    groups = sum(one["groups"] for one in rounds)
    against = sum(one["groups"] for one in measure or rounds)
    return {
        "worst_tenth": worst_tenth(shares),
        "never": sum(share == 0 for share in shares),
        "schools": len(shares),
        "gini": gini(places_per_request(rounds)),
        "groups": groups,
        "requests": sum(one["requests"] for one in rounds),
        "price": 1 - groups / against,
        "proven": sum(one["proven"] for one in rounds),
        "seconds": sum(one["seconds"] for one in rounds),
    }


def served_shares(rounds: Sequence[Json]) -> list[float]:
    """Of each school that asked: the share of its rounds in which it had a place, the smallest first."""
    counts: dict[str, list[bool]] = {}
    for one in rounds:
        for school, (_, had) in one["schools"].items():
            counts.setdefault(school, []).append(had > 0)
    return sorted(fmean(each) for each in counts.values())


def places_per_request(rounds: Sequence[Json]) -> list[float]:
    """Of each school that asked: places that it had for one request handed in."""
    asked: dict[str, int] = {}
    had: dict[str, int] = {}
    for one in rounds:
        for school, (requests, places) in one["schools"].items():
            asked[school] = asked.get(school, 0) + requests
            had[school] = had.get(school, 0) + places
    return [had[school] / count for school, count in asked.items()]


def worst_tenth(shares: Sequence[float]) -> float:
    """The mean of the smallest tenth of sorted shares, of one at least."""
    return fmean(shares[: max(1, len(shares) // 10)])


def gini(values: Sequence[float]) -> float:
    """0 where everybody has the same, near 1 where one has all; 0 where nobody has anything."""
    total, count = sum(values), len(values)
    if not total:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(sorted(values), 1))
    return 2 * ranked / (count * total) - (count + 1) / count


def table(figures: Mapping[str, Json]) -> str:
    """Markdown, one row for each matcher."""
    heads = (
        "matching", "worst tenth: rounds with a place", "schools never served", "Gini of places per request",
        "groups placed", "price in groups", "rounds proven",
    )  # fmt: skip
    rows = [heads, ("---",) * len(heads)]
    for name, one in figures.items():
        price = "–" if name == "outreach-constant" else f"{100 * one['price']:.1f} %"
        never = f"{one['never']:g} of {one['schools']:g}"
        worst, unequal = f"{100 * one['worst_tenth']:.1f} %", f"{one['gini']:.3f}"
        placed = f"{one['groups']:,g} of {one['requests']:,g}"
        proven = f"{one['proven']:g}" if name.startswith("outreach") else "–"
        rows.append((TITLES[name], worst, never, unequal, placed, price, proven))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def curves(scale: str, played: Sequence[Played]) -> str:
    """Over the rounds so far: the worst tenth, schools never served, Gini; the first draw."""
    panels = []
    for title, key in (
        ("worst tenth: share of rounds with a place", "worst_tenth"),
        ("schools never served so far", "never"),
        ("Gini of places per request", "gini"),
        ("groups placed so far", "groups"),
    ):
        panel = Panel(title, "rounds", x_logarithmic=False)
        for name, rounds in played[0].items():
            line = [(float(n), _figures(rounds[:n], None)[key]) for n in range(1, len(rounds) + 1)]
            panel.lines.append((name, "value", line))
        panels.append(panel)
    return paper(f"{len(played[0]['outreach'])} rounds of {scale}", panels, TITLES, TITLES)
