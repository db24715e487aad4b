"""The solving half of the core: only `solve.py` starts it, and only here is OR-Tools loaded (inside functions).

`options.py` holds all choices as arrays (`columns.py`), which `candidate_arrays.py` finds with `supply.py` (offers, slots, teams),
`free_time.py` (windows) and `spots.py` (ways), and `splitting.py` cuts where a time must be known; `limits.py` has the limits as
arrays. `timetable.py` answers the times of a team's sessions, `draft.py` and
`greedy.py` make a first plan, `model.py` writes the rules for CP-SAT, `engine.py` runs it under a clock, `goals.py` holds what is
maximised, `search.py` goes through the goals in order, `conflict.py` explains contradictory pins.
"""
