"""How a repair shares out its time: what comes later is kept for it by what comes before."""

from __future__ import annotations

# Of a command's seconds: for its start, for writing the files and for leaving.
LEAVING = 0.4
# Of what is left when a policy begins: for those after it. The last one alone can use much of it, unless a process of its own is
# at work on it already.
AFTERWARDS = 0.5
AFTERWARDS_WITH_ANOTHER = 0.4
# The other process has this share of the whole; of what is left when its policy's turn has come so much is waited for it, which
# is never less.
ANOTHER = 0.96
WAITING = 0.97
# Of what is left for the LP of `most-served` where it is solved here, and for its rounds, wherever that is; then come plans.
LP = 0.95
ROUNDS = 0.95
