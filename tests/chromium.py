"""The browser of the suite: the system's Chromium, driven by Playwright, with its own network chatter switched off."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> Path | None:
    """Where Chromium is on this machine, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


def arguments() -> list[str]:
    """Command line arguments; Chromium refuses its sandbox to root."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
