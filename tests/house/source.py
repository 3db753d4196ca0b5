"""The project's own files, read once: what the house rules are checked against."""

import ast
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("collector", "dashboard", "snippet")
FOLDERS = (*PACKAGES, "benchmarks", "scripts", "tests")


@lru_cache(maxsize=1)
def modules() -> dict[str, ast.Module]:
    """Every module of the three packages: its path from the root, and its tree."""
    return {name: ast.parse(text) for name, text in texts().items() if name.startswith(PACKAGES)}


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Every Python file of the project: its path from the root, and its text."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def documents() -> dict[str, str]:
    """Everything written for people: the Markdown files at the root, in docs and beside the code."""
    folders = ("*.md", "docs/**/*.md", "collector/**/*.md")
    paths = {path for pattern in folders for path in ROOT.glob(pattern)}
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted(paths)}


def imported(tree: ast.Module) -> set[str]:
    """The full names of the modules that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def calls(tree: ast.Module) -> list[tuple[ast.Call, str]]:
    """Every call with the name of what is called, as it is written: `datetime.now`, `store.query`."""
    return [(node, ast.unparse(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def attributes(tree: ast.Module) -> set[str]:
    """Every name that stands behind a dot, or is imported."""
    dotted = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return dotted | {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def names(tree: ast.Module) -> set[str]:
    """Every name that is used as it stands."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
