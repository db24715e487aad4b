"""The one way the core says no to its input."""

from __future__ import annotations


class ProblemRefused(ValueError):
    """Input that is not a problem (or a plan): `path` names the place, `why` says what is wrong in one clause."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.path = path
        self.why = why
