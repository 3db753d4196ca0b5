"""The documents as text, and the tables in them."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    """A document by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    rest = text[text.index(f"{heading}\n") + len(heading) :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def table(text: str) -> list[list[str]]:
    """The cells of the rows of the first table of a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    ruler = next(at for at, line in enumerate(lines) if set(line) <= set("|- "))
    following = [at for at, line in enumerate(lines) if at > ruler + 1 and set(line) <= set("|- ")]
    rows = lines[ruler + 1 : following[0] - 1 if following else None]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in rows]


def coded(text: str) -> list[str]:
    """Everything between single backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without the indent of a list."""
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]
