"""What one more slot would be worth: the parts of `recruit.py`.

- `typical.py`: how large and when a slot of this problem usually is; `space.py`: all slots that could be thought of (kind x topic x
  key stage x district x half-day); `ideas.py`: some of them in a problem.
- `worth.py`: what each request is worth in a new place, by the duals of the pattern LP; `scores.py`: all ideas scored by that;
  `choosing.py`: the most promising ones, no two of them counting on the same groups.
- `confirming.py`: some of them added, each alone, and the plan solved again around it; `around.py` says among whom; `extra.py`:
  what is told.
"""
