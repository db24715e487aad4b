"""School files between preview and confirmation: kept in the instance folder under the hash of what they hold.

The page that confirms names the hash, so what is imported is what was looked at, byte for byte. No row in the database: a
file that nobody confirms is forgotten a day later.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

KEEP = timedelta(days=1)
LONGEST_NAME = 200

_KEY = re.compile(r"[0-9a-f]{64}")


def keep_upload(*, instance: Path, name: str, content: bytes, now: datetime) -> str:
    """Keep an uploaded file; returns the key under which it is found again. Forgets files older than a day."""
    folder = _folder(instance)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < (now - KEEP).timestamp():
            old.unlink(missing_ok=True)
    kept = " ".join(name.split())[:LONGEST_NAME].encode() + b"\n" + content
    key = sha256(kept).hexdigest()
    # Written aside and moved: a second upload of the same file never shows half of itself.
    aside = folder / f".{token_hex(8)}"
    aside.write_bytes(kept)
    aside.replace(folder / key)
    return key


def kept_upload(*, instance: Path, key: str) -> tuple[str, bytes] | None:
    """Name and content of a kept file; None where there is none, or where what lies there is no longer what the key says."""
    if not _KEY.fullmatch(key):
        return None
    try:
        kept = (_folder(instance) / key).read_bytes()
    except FileNotFoundError:
        return None
    if sha256(kept).hexdigest() != key:
        return None
    name, _, content = kept.partition(b"\n")
    return name.decode(), content


def forget_upload(*, instance: Path, key: str) -> None:
    """Remove a kept file; one that is gone already is no fault."""
    if _KEY.fullmatch(key):
        (_folder(instance) / key).unlink(missing_ok=True)


def _folder(instance: Path) -> Path:
    return instance / "uploads"
