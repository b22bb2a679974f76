"""Our source as data: which module imports what, how long its parts are. Read with ``ast``, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("mirakl_sync", "tasks")


@dataclass(frozen=True)
class Module:
    """One file: its dotted name, its tree, every dotted name it imports, and those of them it needs to be loaded."""

    path: Path
    name: str
    tree: ast.Module
    imports: frozenset[str]
    needed: frozenset[str]

    @property
    def where(self) -> str:
        """Its path as people say it."""
        return self.path.relative_to(ROOT).as_posix()

    def within(self, *packages: str) -> bool:
        """True for a module of one of these packages, or one of these modules itself."""
        return any(self.name == each or self.name.startswith(f"{each}.") for each in packages)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the program: what is installed, and the clock."""
    files = [path for top in OURS for path in sorted((ROOT / top).rglob("*.py"))] + [ROOT / "beat_schedule.py"]
    names = {path: _name(path) for path in files}
    known = frozenset(names.values())
    return tuple(_read(path, name, known) for path, name in names.items())


def functions(module: Module) -> Iterator[tuple[str, int]]:
    """Each function with its number of lines, from ``def`` to its end."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def strings(module: Module) -> Iterator[str]:
    """Every text constant, formatted parts included."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _read(path: Path, name: str, known: frozenset[str]) -> Module:
    tree = ast.parse(path.read_text("utf-8"), str(path))
    return Module(path, name, tree, *(frozenset(_imported(nodes, known)) for nodes in (ast.walk(tree), _at_once(tree))))


def _at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is loaded: not the insides of functions, not what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        yield node
        for_types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        if not for_types and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _at_once(node)


def _imported(nodes: Iterable[ast.AST], known: frozenset[str]) -> Iterator[str]:
    """``from a import b`` is ``a.b`` where that is a module of ours, else ``a``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module
