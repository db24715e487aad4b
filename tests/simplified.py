"""Characters that only Simplified Chinese uses; none may stand on a page for Hong Kong.

`simplified.txt` was derived once from OpenCC's dictionaries (Apache-2.0): what is a key of STCharacters, is not among its
own traditional forms, is the traditional form of nothing, and is no Hong Kong variant. Sixteen that Hong Kong writes
every day (峰, 群, 床, 晒 and the like) were taken out by hand.
"""

from __future__ import annotations

from pathlib import Path

SIMPLIFIED_ONLY = frozenset(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").replace("\n", ""))


def simplified_in(text: str) -> list[str]:
    """The Simplified-only characters of a text, each once, in the order they first appear."""
    return list(dict.fromkeys(character for character in text if character in SIMPLIFIED_ONLY))
