"""People and classes of the demonstration: the fixed cast that signs in, class labels, and fictional teachers."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from outreach.services.demo.names import person

CastRole = Literal["teacher", "coordinator", "hub", "staff", "administrator"]


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Somebody with an account: `key` is the part of the address before the @, `language` a locale."""

    key: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """One of the five who can sign in to the demonstration."""

    role: CastRole
    person: PersonPlan


CAST: tuple[CastMember, ...] = (
    CastMember("teacher", PersonPlan("tess", "Tess Chan", "en_HK")),
    CastMember("coordinator", PersonPlan("cora", "Cora Lau", "en_HK")),
    CastMember("hub", PersonPlan("hana", "Hana Yip", "en_HK")),
    CastMember("staff", PersonPlan("stan", "Stan Ho", "en_HK")),
    CastMember("administrator", PersonPlan("ada", "Ada Kwok", "en_HK")),
)


def cast_person(role: CastRole) -> PersonPlan:
    """The member of the cast who plays this role."""
    return next(member.person for member in CAST if member.role == role)


def somebody(key: str, rng: Random, *, english: bool = False) -> PersonPlan:
    """A fictional person; most read Chinese and go by their Chinese name, as in a real staff room."""
    name = person(rng)
    if english or rng.random() < 0.25:
        return PersonPlan(key, name.en, "en_HK")
    return PersonPlan(key, name.zh, "zh_Hant_HK")


def class_label(grade: str, rng: Random) -> str:
    """A class as schools call it: P5B, S2A."""
    return f"{grade}{rng.choice('ABCDE')}"
