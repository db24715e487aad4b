"""Reading a tree's Python: modules, their imports, their functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """One imported name: `from a.b import c` has module a.b and name c; `import a.b` has no name."""

    line: int
    module: str
    name: str
    inside_function: bool

    def reaches(self, module: str) -> bool:
        """Whether this brings in `module` or something below it."""
        full = f"{self.module}.{self.name}" if self.name else self.module
        return any(text == module or text.startswith(f"{module}.") for text in (self.module, full))


@dataclass(frozen=True)
class Module:
    """One Python file: its place below the root and its dotted name."""

    place: str
    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.place)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import, those inside functions too; those for type checkers alone are left out."""
        return tuple(_imports(self.tree, inside=False))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function and method, nested ones too."""
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, Function))

    @property
    def room(self) -> str:
        """The second part of the name: `services` for outreach.services.bridge."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""


@lru_cache
def modules(root: Path, folder: str) -> tuple[Module, ...]:
    """All modules below `root/folder`, in the order of their names."""
    found = []
    for path in sorted((root / folder).rglob("*.py")):
        if "__pycache__" in path.parts:
            continue
        place = path.relative_to(root)
        parts = place.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(str(place), name, path.read_text("utf-8")))
    return tuple(found)


def _imports(node: ast.AST, *, inside: bool) -> Iterator[Import]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(node.lineno, alias.name, "", inside)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield Import(node.lineno, node.module or "", alias.name, inside)
    within = inside or isinstance(node, Function)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, inside=within)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
