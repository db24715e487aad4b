"""The parts of an explanation; `explain.py` beside this folder says how they follow each other.

- `stand.py` is the plan as it stands, to try things on; `verifying.py` judges whatever is told.
- Reasons: `exchanges.py` (a few places change hands), `forcing.py` (the pattern LP with the request forced in) with `beside.py`
  (the same in another process), `whole.py` (CP-SAT on all options); `reasons.py` says what follows from what they find.
- Changes: `variants.py` (which to try, and how much each asks of a teacher), `changes.py` (which of them give a place).
"""
