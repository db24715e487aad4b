"""The solving half of the core: only `solve.py` starts it, and only here is OR-Tools loaded (inside functions).

`options.py` turns candidates into the choices of the model, `timetable.py` answers the times of a team's sessions, `draft.py` and
`greedy.py` make a first plan, `model.py` writes the rules for CP-SAT, `engine.py` runs it under a clock, `goals.py` holds what is
maximised, `search.py` goes through the goals in order, `conflict.py` explains contradictory pins.
"""
