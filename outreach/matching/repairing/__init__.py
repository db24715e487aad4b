"""The smallest change after something has happened to a plan. Start with `outreach/matching/repair.py`, then `policies.py`.

- What happened: `events.py` (kinds, notice), `events_json.py` (the form `outreach-events/1`), `applying.py` with `working.py` and
  `freezing.py` (events make a changed problem that holds all that a repair must obey).
- What is weighed: `policies.py`, in plain Python.
- The search: `search.py` for one policy, in the light of `scene.py` (options beside the bookings so far); `least.py` proves what
  must be broken, `ladder.py` takes measures in turn with CP-SAT, `serving.py` serves more at the price of more changes.
  `most.py` proves how many can be served at all, in a process of its own (`ahead.py` here, `early.py` there); `shares.py` shares
  out the time.
- What is proven: `found.py` and `bounds.py`. What is told: `answer.py`, `answer_json.py` (the form `outreach-repair/1`).
"""
