"""The solving half of the core: only `solve.py` starts it, and only here is OR-Tools loaded (inside functions).

Start with `pipeline.py`, which says how the parts follow each other.

- The choices: `options.py` holds them as arrays (`columns.py`), which `candidate_arrays.py` finds with `supply.py` (offers, slots,
  teams), `free_time.py` (windows) and `spots.py` (ways), and `splitting.py` cuts where a time must be known; `limits.py` has the
  limits as arrays, `timetable.py` answers the times of a team's sessions.
- A first plan: `draft.py` and `greedy.py`; contradictory pins: `conflict.py`. `best.py` keeps the best plan and the bounds.
- The pattern LP: `ground.py` (what the LP sees), `links.py` (rows that seldom bind), `master.py` and `linear.py` (the LP),
  `prices.py` (its duals and the bound they prove), `pricing.py` (the best patterns at these prices) with `partners.py` (who may
  be together), `packing.py` (full slots) and `combining.py` (weeks); `relaxation.py` goes round between the two, `blend.py`
  makes one objective of several goals.
- From the LP to plans: `rounding.py`; `integer.py` with `sharing.py` and `highs.py` (chosen patterns); `local_search.py` with
  `regions.py` (parts of the plan chosen anew). `part.py` is such a part for CP-SAT, `neighbours.py` says what it has to know.
- Small problems as a whole: `model.py` writes the rules for CP-SAT, `goals.py` and `goal_row.py` its goals, `team_cuts.py` what the
  model leaves out; `engine.py` runs it under a clock, `search.py` goes through the goals in order. `background.py` has the threads.
"""
