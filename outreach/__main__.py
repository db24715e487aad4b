"""`python -m outreach COMMAND`: the same as the console script `outreach`."""

from __future__ import annotations

from outreach.cli import main

if __name__ == "__main__":
    main(prog_name="outreach")
