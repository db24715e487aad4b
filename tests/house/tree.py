"""What lies in the repository, beyond Python: its top level, its locks, its vendored files."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.source import modules

# Started by name (the server), loaded by name (the driver), or asked for by a library (zones, addresses of mail).
NOT_IMPORTED = {"email-validator", "gunicorn", "psycopg", "tzdata"}

TOP_LEVEL = {
    ".ci",
    "LICENSE",
    "Makefile",
    "README.md",
    "instance",
    "migrations",
    "outreach",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "tests",
    "wsgi.py",
}


def no_strays(root: Path) -> list[str]:
    """The top level holds what a newcomer expects there, and nothing else (files that git ignores do not count)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = {path.partition("/")[0] for path in listed.split("\0") if path and (root / path).exists()}
    return [
        f"{name} is a stray at the top level"
        for name in sorted(names)
        if name not in TOP_LEVEL and not name.startswith(".git") and name != ".editorconfig"
    ]


def vendored_as_listed(root: Path) -> list[str]:
    """Each vendored file is the one that MANIFEST.sha256 names, and none is missing or extra."""
    vendor = root / "outreach/static/vendor"
    wanted = {}
    for line in (vendor / "MANIFEST.sha256").read_text().splitlines():
        digest, _, name = line.partition(" ")
        wanted[name.strip().removeprefix("./")] = digest
    there = {
        str(path.relative_to(vendor)): path
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "MANIFEST.sha256"
    }
    faults = [f"{name} is listed and missing" for name in sorted(wanted.keys() - there.keys())]
    faults += [f"{name} is not listed" for name in sorted(there.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & there.keys()):
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != wanted[name]:
            faults.append(f"{name} is not the file that is listed")
    return faults


def locked_with_hashes(root: Path) -> list[str]:
    """Both lock files name every dependency once resolved, with hashes, and no place to fetch from."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "requirements.txt": [*project["project"]["dependencies"], *groups["build"]],
        "requirements-dev.txt": [
            *project["project"]["dependencies"],
            *(entry for group in groups.values() for entry in group if isinstance(entry, str)),
        ],
    }
    faults = []
    for name, dependencies in wanted.items():
        text = (root / name).read_text()
        entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if "==" in entry.partition("\n")[0]]
        locked = dict(map(_entry, entries))
        faults += [f"{name} does not lock {bare}" for bare in map(_bare, dependencies) if bare not in locked]
        faults += [
            f"{name}: {package} has no hash"
            for package, rest in locked.items()
            if "--hash=sha256:" not in rest
        ]
        if re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text):
            faults.append(f"{name} names a place to fetch from")
    return faults


def _entry(text: str) -> tuple[str, str]:
    """Name and rest of one locked package; its hashes follow on lines of their own."""
    name, _, rest = text.partition("==")
    return name.partition("[")[0], rest


def _bare(requirement: str) -> str:
    """The normalised name of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


def imports_declared(root: Path) -> list[str]:
    """What the product imports is what pyproject.toml names as needed to run: nothing by luck, nothing for nothing."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = set(map(_bare, project["dependencies"]))
    made_by = packages_distributions()
    imported = {
        _bare(made_by[package][0])
        for module in [*modules(root, "outreach"), *modules(root, "migrations")]
        for package in {found.module.partition(".")[0] for found in module.imports}
        if package in made_by and package != "outreach"
    }
    faults = [f"{name} is imported and not declared" for name in sorted(imported - declared)]
    faults += [f"{name} is declared and not imported" for name in sorted(declared - imported - NOT_IMPORTED)]
    return faults
