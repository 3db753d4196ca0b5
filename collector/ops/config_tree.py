"""Reads the configuration of nginx and Caddy into one tree of directives with their places. Pure; any text is answered.

Only as much of either grammar is known as the check of access logs needs: words, blocks, quotes, comments, inclusion.
A block that is never closed, or closed too often, is taken as far as it goes: a check must not fail on a strange file.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

NESTING_MAX = 50  # blocks in blocks, and files in files; real ones have five

# A comment, a quoted word, a mark of its own, or a run of anything else. `${name}` belongs to its word, braces and all.
_NGINX_MARK = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};\n]|(?:\$\{\w*\}|[^\s{};"'#]|(?<=\S)["'#])+""")
_CADDY_WORD = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|\S+')


@dataclass(frozen=True)
class Directive:
    """`words` are a directive's name and arguments, `line` where it begins (1 is the first), `inner` its block."""

    words: tuple[str, ...]
    line: int = 0
    file: str = ""
    inner: list["Directive"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The first word, "" for none."""
        return self.words[0] if self.words else ""

    @property
    def where(self) -> str:
        """The place for a person: `file:line`."""
        return f"{self.file}:{self.line}"

    def walk(self) -> Iterator["Directive"]:
        """All directives inside, at any depth, in order."""
        stack = self.inner[::-1]
        while stack:
            found = stack.pop()
            yield found
            stack.extend(found.inner[::-1])


class _Tree:
    """Puts directives into the block that is open."""

    def __init__(self, file: str) -> None:
        self.root = Directive((), 0, file)
        self._open = [self.root]
        self._too_deep = 0

    def add(self, words: list[str], line: int, opens: bool) -> None:
        directive = Directive(tuple(words), line, self.root.file)
        self._open[-1].inner.append(directive)
        if opens and len(self._open) > NESTING_MAX:
            self._too_deep += 1
        elif opens:
            self._open.append(directive)

    def close(self) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif len(self._open) > 1:
            self._open.pop()


def nginx(text: str, file: str = "") -> Directive:
    """A root whose `inner` are the file's directives."""
    tree, words, line, begun = _Tree(file), list[str](), 1, 1
    for match in _NGINX_MARK.finditer(text):
        mark = match.group()
        if mark in (";", "{"):
            tree.add(words, begun, opens=mark == "{")
            words = []
        elif mark == "}":
            tree.close()
            words = []
        elif mark != "\n" and not mark.startswith("#"):
            begun = begun if words else line
            words.append(_unquoted(mark))
        line += mark.count("\n")
    return tree.root


def caddy(text: str, file: str = "") -> Directive:
    """A root whose `inner` are the file's site blocks; a file without any is one site: its first line names it."""
    tree = _Tree(file)
    for number, line in enumerate(text.split("\n"), 1):
        words = _caddy_words(line)
        if words == ["}"]:
            tree.close()
        elif words:
            opens = words[-1] == "{"
            tree.add(words[:-1] if opens else words, number, opens)
    return _as_blocks(tree.root)


def included(block: Directive, name: str, resolve: Callable[[str], list[Directive]], depth: int = 0) -> Directive:
    """The block with each directive called `name` (`include`, `import`) replaced by what its first argument resolves to."""
    inner: list[Directive] = []
    for directive in block.inner:
        if directive.name != name or len(directive.words) < 2:
            inner.append(included(directive, name, resolve, depth))
        elif depth < NESTING_MAX:
            brought = Directive((), inner=resolve(directive.words[1]))
            inner += included(brought, name, resolve, depth + 1).inner
    return replace(block, inner=inner)


def _caddy_words(line: str) -> list[str]:
    words: list[str] = []
    for word in _CADDY_WORD.findall(line):
        if word.startswith("#"):
            break
        words.append(_unquoted(word))
    return words


def _as_blocks(root: Directive) -> Directive:
    """A lone site may stand without braces: then what follows its address at the top level is its block."""
    rest = [directive for directive in root.inner if directive.words]
    lone = len(rest) > 1 and not rest[0].inner and rest[0].name != "import"
    return replace(root, inner=[replace(rest[0], inner=rest[1:])]) if lone else root


def _unquoted(mark: str) -> str:
    return mark[1:-1] if len(mark) >= 2 and mark[0] == mark[-1] and mark[0] in "\"'`" else mark
