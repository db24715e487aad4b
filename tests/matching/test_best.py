"""Bounds that hold for plans as good as the best one in the earlier goals: which of them a better plan leaves standing."""

from __future__ import annotations

import json
from itertools import combinations

from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import values
from outreach.matching.problem_json import read_problem
from outreach.matching.solving.best import Best
from outreach.matching.solving.goals import safe_bounds
from tests.matching.grounds import ground_of, judged
from tests.matching.tiny_problems import binding


def test_a_bound_found_with_a_goal_held_does_not_outlive_a_plan_that_is_worse_in_it() -> None:
    document, truth = binding("H6 crew")[0]
    problem = read_problem(json.dumps(document).encode())
    ground = ground_of(problem)
    best = Best(ground.options, lambda: None)
    first, second, third, *_ = problem.objectives
    # A plan that falls behind in the first goal and is ahead in the second.
    pairs = [pair for pair in combinations(range(ground.n), 2) if judged(ground, pair, ())[0]]
    ahead = next(
        plan for plan in map(ground.days.timed, pairs) if values(problem, plan)[second] > truth.values[second]
    )
    assert best.offer(ahead)
    assert best.values[first] < truth.values[first]
    for goal, bound in ((first, truth.values[first]), (second, best.values[second])):
        best.learn(goal, bound)
    assert best.learn(third, best.values[third])
    known = dict(best.bounds)
    assert best.offer([read_assignment(one, "") for one in truth.plan])
    assert best.values == truth.values
    assert (best.bounds[first], best.bounds[second]) == (known[first], known[second])
    assert best.bounds[third] == safe_bounds(ground.options)[third] != known[third]
