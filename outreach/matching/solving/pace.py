"""How a run spends its time and its patience: the numbers of `pipeline.py`, each measured on cities, halls and famous firms."""

from __future__ import annotations

# Patterns for an integer program, the most promising ones: beside what the LP has decided, and in all.
SOME = 30_000
MANY = 12_000
# HiGHS cannot be interrupted, so it ends this much before the clock does.
MARGIN = 0.5
# The LP of all goals has this share of the whole time at most: one that crawls has good prices long before its end.
RELAXING = 0.4
# After so many rounds the prices tell where a plan loses.
USEFUL = 4
# The blend of the goals is solved to this much of its value; the rest of the way takes as long and changes no plan.
CLOSE = 1e-5
# Of the time that is left an integer program has this share, and so many nodes.
SHARE = 0.25
# The same where CP-SAT can search the whole, which is then worth more.
SHARE_SMALL = 0.1
# What CP-SAT's search of the whole has of it.
SHARE_WHOLE = 0.5
NODES = 2_000
# With one worker its limit is nodes alone, and what they cost differs by a hundred times: few of them.
NODES_ALONE = 50
ROUNDING = 1e-6
# So many options at most are few enough for CP-SAT as a whole.
SMALL = 20_000
# The bound of such a problem is called loose when it is further than this share of itself from the best plan.
LOOSE = 0.005
# From here on the LP's own plan may be better than the best one.
WIDE = 0.02
# Dives that take so much at a time: none of them is the best on all cities. One that serves as many as the LP is enough.
PARTS = (0.15, 0.04, 0.015)
# Dives have this share of the time that is left. With one worker there is the first one alone, without a limit of its own.
DIVING = 0.25
# Parts of the plan chosen anew in vain after which CP-SAT's search of the whole, where it is small enough, is worth more.
IDLE = 25
