"""Reading JSON with a path for every complaint: the shapes and types that `problem_json` and `plan_json` are made of.

Numbers with a fraction are read as `Decimal`, so that a cost keeps every digit. Unknown keys are never looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from outreach.matching.refusal import ProblemRefused
from outreach.matching.times import minutes_of

T = TypeVar("T")
D = TypeVar("D")
LARGEST = 10**9
_NONE: frozenset[str] = frozenset()


class _Repeating(dict[str, object]):
    """A JSON object in which at least one key stands twice."""

    repeated = _NONE


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    repeating = _Repeating(plain)
    repeating.repeated = frozenset(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeating


def parse(content: bytes) -> object:
    """The JSON value of a file's bytes (UTF-8, with or without a byte order mark). Raises `ProblemRefused`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemRefused("", "the file is not UTF-8 text") from None
    try:
        value: object = json.loads(
            text, object_pairs_hook=_object, parse_float=Decimal, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        why = f"the file is not JSON: {error.msg} (line {error.lineno})"
        raise ProblemRefused("", why) from None
    except RecursionError:
        raise ProblemRefused("", "the file is not JSON of this format: it is nested too deeply") from None
    except ValueError:
        raise ProblemRefused("", "the file holds a number with too many digits") from None
    return value


def _constant(word: str) -> float:
    """NaN and Infinity are no JSON; they are kept to be refused with their path."""
    return float(word.replace("Infinity", "inf"))


class Node:
    """One JSON object and the path to it; its methods read a key as a type or refuse it."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ProblemRefused(path, f"is {kind_of(value)}, not an object")
        self.value: Mapping[str, object] = value
        self.path = path
        self._repeated = value.repeated if isinstance(value, _Repeating) else _NONE

    def at(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def get(self, key: str, read: Callable[[object, str], T]) -> T:
        """The required value of a key."""
        if key not in self.value:
            raise ProblemRefused(self.at(key), "is missing")
        return self._read(key, read)

    def find(self, key: str, read: Callable[[object, str], T], default: D) -> T | D:
        """The value of a key, `default` where it is absent."""
        return self._read(key, read) if key in self.value else default

    def _read(self, key: str, read: Callable[[object, str], T]) -> T:
        if key in self._repeated:
            raise ProblemRefused(self.at(key), "stands twice")
        return read(self.value[key], self.at(key))


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "a number"


def text(value: object, path: str) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise ProblemRefused(path, f"is {kind_of(value)}, not a text")
    return value


def identifier(value: object, path: str) -> str:
    """A text that is not empty."""
    word = text(value, path)
    if not word:
        raise ProblemRefused(path, "is empty")
    return word


def truth(value: object, path: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ProblemRefused(path, f"is {kind_of(value)}, not true or false")
    return value


def whole(value: object, path: str) -> int:
    """A whole number from 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        what = f"{value}" if isinstance(value, (Decimal, float)) else kind_of(value)
        raise ProblemRefused(path, f"is {what}, not a whole number")
    if value < 0:
        raise ProblemRefused(path, f"{value} is below 0")
    if value > LARGEST:
        raise ProblemRefused(path, f"is above {LARGEST}")
    return value


def positive(value: object, path: str) -> int:
    """A whole number from 1."""
    number = whole(value, path)
    if number < 1:
        raise ProblemRefused(path, f"{number} is below 1")
    return number


def decimal(value: object, path: str) -> Decimal:
    """A number from 0, kept to the last digit."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        what = f"{value}" if isinstance(value, float) else kind_of(value)
        raise ProblemRefused(path, f"is {what}, not a number")
    if value < 0:
        raise ProblemRefused(path, f"{value} is below 0")
    if value > LARGEST:
        raise ProblemRefused(path, f"is above {LARGEST}")
    return Decimal(value)


def number(value: object, path: str) -> float:
    """A number from 0 as a float."""
    return float(decimal(value, path))


def moment(value: object, path: str) -> int:
    """A local time as minutes (`times.py`)."""
    try:
        return minutes_of(text(value, path))
    except ProblemRefused:
        raise
    except ValueError as error:
        raise ProblemRefused(path, f"{value!r} {error}") from None


def listing(read: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    """A list whose entries are read by `read`."""

    def read_list(value: object, path: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ProblemRefused(path, f"is {kind_of(value)}, not a list")
        return tuple([read(entry, f"{path}[{index}]") for index, entry in enumerate(value)])

    return read_list


def mapping(read: Callable[[object, str], T]) -> Callable[[object, str], dict[str, T]]:
    """An object whose values are read by `read`."""

    def read_mapping(value: object, path: str) -> dict[str, T]:
        node = Node(value, path)
        return {key: node.get(key, read) for key in node.value}

    return read_mapping


def word_of(words: tuple[str, ...]) -> Callable[[object, str], str]:
    """One of a few words."""

    def read_word(value: object, path: str) -> str:
        word = text(value, path)
        if word not in words:
            raise ProblemRefused(path, f"{word!r} is none of {', '.join(words)}")
        return word

    return read_word


def _listed(
    read: Callable[[object, str], str], plain: Callable[[list[str]], bool]
) -> Callable[[object, str], tuple[str, ...]]:
    """A list of texts, each of which `read` reads as it stands. Where `plain` says of all of them that it would, nobody looks at
    one by one: a territory's file has tens of thousands of such lists."""
    one_by_one = listing(read)

    def read_texts(value: object, path: str) -> tuple[str, ...]:
        if isinstance(value, list) and all(type(entry) is str for entry in value) and plain(value):
            return tuple(value)
        return one_by_one(value, path)

    return read_texts


texts = _listed(text, lambda _: True)
identifiers = _listed(identifier, lambda entries: "" not in entries)


def words_of(words: tuple[str, ...]) -> Callable[[object, str], tuple[str, ...]]:
    """A list of some of a few words."""
    return _listed(word_of(words), frozenset(words).issuperset)


def finite(value: object, path: str) -> float:
    """Any finite number as a float."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        what = f"{value}" if isinstance(value, float) else kind_of(value)
        raise ProblemRefused(path, f"is {what}, not a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise ProblemRefused(path, "is too large")
    return found
