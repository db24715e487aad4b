"""The solving half of the core: only `solve.py` starts it, and only here is OR-Tools loaded (inside functions).

Start with `pipeline.py`, which says how the parts follow each other.

- The choices: `options.py` holds them as arrays (`columns.py`), which `candidate_arrays.py` finds with `supply.py` (offers, slots,
  teams), `free_time.py` (windows) and `spots.py` (ways), and `splitting.py` cuts where a time must be known; `limits.py` has the
  limits as arrays, `timetable.py` answers the times of a team's sessions.
- A first plan: `draft.py` and `greedy.py`; contradictory pins: `conflict.py`. `best.py` keeps the best plan and the bounds.
- The pattern LP: `ground.py` (what the LP sees), `links.py` (rows that seldom bind), `master.py`, `lp.py`, `glop.py`, `linear.py`
  (the LP), `prices.py` (its duals and the bound they prove); `relaxation.py` goes round between the LP and pricing, `blend.py`
  makes one objective of several goals. Prices known from before (`known_duals.py`) are held by `anchors.py`.
- Pricing: `pricing.py` (the best patterns of every site) among the options of `promising.py`; `filling.py` fills one resource, set
  by set (`set_search.py`, `partners.py` says who may be together) or by a table (`packing.py`); `together.py` a company's week with
  `combining.py` and, where its resources want the same requests, `apart.py`.
- From the LP to plans: `rounding.py`; `integer.py` with `sharing.py` and `highs.py` (chosen patterns); `local_search.py` with
  `regions.py` (parts of the plan chosen anew). `part.py` is such a part for CP-SAT, `neighbours.py` says what it has to know.
- Small problems as a whole: `model.py` writes the rules for CP-SAT, `goals.py` and `goal_row.py` its goals, `team_cuts.py` what the
  model leaves out; `engine.py` runs it under a clock, `search.py` goes through the goals in order. `background.py` has the threads,
  `other.py` a second process.
"""
