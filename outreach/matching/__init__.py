"""The pure core: who goes where, when, and how we know that it is the best.

A `Problem` goes in, a `Plan` comes out; both have a JSON form (`problem_json`, `plan_json`). Start with `problem.py`, then
`check.py`: it says in plain Python what a good plan is. `solve.py` finds one; only it and `solving/` load OR-Tools. Nothing here
knows a web page, a database, the time of day or a time zone.
"""
