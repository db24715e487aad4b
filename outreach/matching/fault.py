"""One broken rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`rule` names it (`candidate:grade`, `H4`, `claim:bound`), `sentence` tells people, `where` lists the requests concerned."""

    rule: str
    sentence: str
    where: tuple[str, ...] = ()
