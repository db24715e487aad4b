"""Files kept between preview and confirmation: found by their hash alone, forgotten after a day."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.services.school_uploads import forget_upload, keep_upload, kept_upload
from tests.build import NOW


def keep(folder: Path, content: bytes = b"rows", name: str = "schools.csv") -> str:
    return keep_upload(instance=folder, name=name, content=content, now=NOW)


def test_a_file_is_found_with_its_name(tmp_path: Path) -> None:
    key = keep(tmp_path, b"\xff\xfeS\x00\n\x00")
    assert kept_upload(instance=tmp_path, key=key) == ("schools.csv", b"\xff\xfeS\x00\n\x00")


def test_the_same_file_twice_is_kept_once(tmp_path: Path) -> None:
    assert keep(tmp_path) == keep(tmp_path)
    assert len(list((tmp_path / "uploads").iterdir())) == 1


def test_nobody_else_on_the_machine_can_read_it(tmp_path: Path) -> None:
    keep(tmp_path)
    assert (tmp_path / "uploads").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd\n", "../../etc/passwd"),
        ("a\nb", "a b"),
        ("學校.csv", "學校.csv"),
        ("n" * 300, "n" * 200),
    ],
)
def test_a_name_is_a_word_and_never_a_path(tmp_path: Path, name: str, kept: str) -> None:
    key = keep(tmp_path, name=name)
    assert kept_upload(instance=tmp_path, key=key) == (kept, b"rows")
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [key]


@pytest.mark.parametrize("key", ["", "0" * 64, "../" + "0" * 61, "0" * 63, "A" * 64, "\x00" * 64])
def test_a_key_that_names_no_file(tmp_path: Path, key: str) -> None:
    keep(tmp_path)
    assert kept_upload(instance=tmp_path, key=key) is None
    forget_upload(instance=tmp_path, key=key)


def test_a_file_that_was_changed_on_the_disk_is_not_used(tmp_path: Path) -> None:
    key = keep(tmp_path)
    (tmp_path / "uploads" / key).write_bytes(b"schools.csv\nother rows")
    assert kept_upload(instance=tmp_path, key=key) is None


def test_forgetting_twice_does_no_harm(tmp_path: Path) -> None:
    key = keep(tmp_path)
    for _ in range(2):
        forget_upload(instance=tmp_path, key=key)
    assert kept_upload(instance=tmp_path, key=key) is None


def test_files_older_than_a_day_are_forgotten(tmp_path: Path) -> None:
    keys = [keep(tmp_path, b"old"), keep(tmp_path, b"young")]
    for key, age in zip(keys, (timedelta(hours=25), timedelta(hours=23)), strict=True):
        moment = (NOW - age).timestamp()
        os.utime(tmp_path / "uploads" / key, (moment, moment))
    keep(tmp_path, b"new")
    assert [kept_upload(instance=tmp_path, key=key) is None for key in keys] == [True, False]
