"""Reads the configuration of nginx and Caddy into one tree of directives with line numbers. Pure; any text is answered.

Only as much of either grammar is known as the check of access logs needs: words, blocks, quotes and comments.
A block that is never closed, or closed too often, is taken as far as it goes: a check must not fail on a strange file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# A quoted word, a mark of its own, or a run of anything else. Braces inside a word belong to it (`{$DOMAIN}`, `a{2}`).
_NGINX_MARK = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$\{\w*\}|[{};\n]|(?:\$\{\w*\}|[^\s{};"'#]|(?<=\S)["'#])+""")
_CADDY_WORD = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|\S+')


@dataclass
class Directive:
    """`words` are a directive's name and arguments, `line` where it begins (1 is the first), `inner` its block."""

    words: tuple[str, ...]
    line: int
    inner: list["Directive"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.words[0] if self.words else ""

    def walk(self) -> Iterator["Directive"]:
        """All directives inside, at any depth, in order."""
        stack = self.inner[::-1]
        while stack:
            found = stack.pop()
            yield found
            stack.extend(found.inner[::-1])


class _Tree:
    """Puts directives into the block that is open."""

    def __init__(self) -> None:
        self.root = Directive((), 0)
        self._open = [self.root]

    def add(self, words: list[str], line: int, opens: bool) -> None:
        directive = Directive(tuple(words), line)
        self._open[-1].inner.append(directive)
        if opens:
            self._open.append(directive)

    def close(self) -> None:
        if len(self._open) > 1:
            self._open.pop()


def nginx(text: str) -> Directive:
    """A root whose `inner` are the file's directives."""
    tree, words, line, begun = _Tree(), list[str](), 1, 1
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


def caddy(text: str) -> Directive:
    """A root whose `inner` are the file's site blocks; a file without any is one site: its first line names it."""
    tree = _Tree()
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        words = _caddy_words(line)
        if words == ["}"]:
            tree.close()
        elif words:
            opens = words[-1] == "{"
            tree.add(words[:-1] if opens else words, number, opens)
    return _as_blocks(tree.root)


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
    if rest and not rest[0].inner and any(not directive.inner for directive in rest):
        rest[0].inner = rest[1:]
        return Directive((), 0, rest[:1])
    return root


def _unquoted(mark: str) -> str:
    return mark[1:-1] if len(mark) >= 2 and mark[0] == mark[-1] and mark[0] in "\"'`" else mark
