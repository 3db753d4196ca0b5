"""Whether a regular expression is one that the store's engine (RE2, linear time) accepts; says why not.

A conservative subset of RE2's syntax: what passes here compiles there (a fuzz test compares the two), so a wrong
pattern is a wrong question and never a failed statement. Refused although RE2 knows them: named groups, Unicode
classes (`\\pL`), POSIX classes (`[[:alpha:]]`) and a brace that is no repetition.
"""

PATTERN_CHARS_MAX = 500
# RE2 refuses a repetition over 1,000, nested ones multiplied. Counting every repeated character against one sum keeps
# the compiled program below 1,000 character classes, far from RE2's memory limit.
PATTERN_WEIGHT_MAX = 1_000
PATTERN_DEPTH_MAX = 30

_CLASS_ESCAPES = frozenset("dDwWsS")
_CHAR_ESCAPES = frozenset("tnrfv")
_ZERO_WIDTH_ESCAPES = frozenset("bBAz")
_PUNCTUATION = frozenset("\\.+*?()|[]{}^$-/#&~!@%=:;,<>'\"` _") - {"_"}
_FLAGS = frozenset("ims")
_QUANTIFIERS = frozenset("*+?{")


class PatternError(ValueError):
    """Why a pattern cannot be used, as half a sentence."""


def check(pattern: str) -> None:
    """Raise PatternError unless the pattern can be matched in linear time by the store."""
    if len(pattern) > PATTERN_CHARS_MAX:
        raise PatternError(f"is longer than {PATTERN_CHARS_MAX} characters")
    reader = _Reader(pattern)
    weight = reader.alternatives(0)
    if reader.peek() == ")":
        raise PatternError("closes a bracket that was not opened")
    if weight > PATTERN_WEIGHT_MAX:
        raise PatternError(f"repeats more than {PATTERN_WEIGHT_MAX} characters")


class _Reader:
    """Recursive descent over one pattern; each method returns the weight of what it read: characters times repetitions."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def take(self) -> str:
        char = self.peek()
        self._at += 1
        return char

    def alternatives(self, depth: int) -> int:
        if depth > PATTERN_DEPTH_MAX:
            raise PatternError(f"nests more than {PATTERN_DEPTH_MAX} brackets")
        weight = self._sequence(depth)
        while self.peek() == "|":
            self.take()
            weight += self._sequence(depth)
        return weight

    def _sequence(self, depth: int) -> int:
        weight = 0
        while self.peek() not in ("", "|", ")"):
            weight += self._repeated(depth)
        return weight

    def _repeated(self, depth: int) -> int:
        """One atom and what repeats it. A weight of 0 is a place, not a character: it cannot be repeated."""
        weight = self._atom(depth)
        if self.peek() not in _QUANTIFIERS or not self.peek():
            return weight
        if weight == 0:
            raise PatternError(f"has nothing to repeat before {self.peek()!r}")
        times = self._quantifier()
        if self.peek() == "?":
            self.take()
        if self.peek() and self.peek() in _QUANTIFIERS:
            raise PatternError("repeats a repetition")
        return weight * times

    def _quantifier(self) -> int:
        if self.take() != "{":
            return 1
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at : max(end, self._at)].partition(",")
        if end < 0 or not _is_count(low) or not (high == "" or _is_count(high)) or (high and int(high) < int(low)):
            raise PatternError("has a brace that is no repetition such as {2}, {2,} or {2,5}; write \\{ for the character")
        self._at = end + 1
        # `{n,}` is n copies and a star; at least 1, so that what stands before is still weighed.
        return max(int(low) + (1 if comma else 0), int(high or 0), 1)

    def _atom(self, depth: int) -> int:
        char = self.take()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in _QUANTIFIERS:
            raise PatternError(f"has nothing to repeat before {char!r}")
        if char in "]}":
            raise PatternError(f"has a stray {char!r}; write \\{char} for the character")
        return 0 if char in "^$" else 1

    def _group(self, depth: int) -> int:
        if self.peek() == "?":
            self.take()
            flags = self._flags()
            if self.take() == ")" and flags:
                return 0
        weight = self.alternatives(depth + 1)
        if self.take() != ")":
            raise PatternError("does not close a bracket")
        return max(weight, 1)

    def _flags(self) -> str:
        """The letters of `(?i:` or `(?i)`; stops before the `:` or `)`."""
        start = self._at
        while self.peek() and self.peek() in _FLAGS:
            self.take()
        if self.peek() not in (":", ")") or (self.peek() == ")" and start == self._at):
            raise PatternError("uses a group other than (…), (?:…) and (?i); looking ahead or behind is not possible")
        return self._text[start : self._at]

    def _escape(self) -> int:
        char = self.take()
        if char and char in _ZERO_WIDTH_ESCAPES:
            return 0
        if char and (char in _CLASS_ESCAPES or char in _CHAR_ESCAPES or char in _PUNCTUATION):
            return 1
        raise PatternError(f"uses \\{char}, which is not known here")

    def _class(self) -> int:
        if self.peek() == "^":
            self.take()
        if self.peek() == "]":
            raise PatternError("has an empty character class")
        while self.peek() != "]":
            self._class_item()
        self.take()
        return 1

    def _class_item(self) -> None:
        low = self._class_char()
        if self.peek() != "-" or self._text[self._at + 1 : self._at + 2] in ("]", ""):
            if self.peek() == "-":
                self.take()
            return
        self.take()
        high = self._class_char()
        if not low or not high or low > high:
            raise PatternError("has a character range that runs backwards or begins with a class")

    def _class_char(self) -> str:
        """One character of a class, or "" for one that stands for many (\\d)."""
        char = self.take()
        if char == "":
            raise PatternError("does not close a character class")
        if char == "[":
            raise PatternError("has a [ inside a character class; write \\[ for the character")
        if char != "\\":
            return char
        escaped = self.take()
        if escaped and escaped in _CLASS_ESCAPES:
            return ""
        if escaped and escaped in _PUNCTUATION:
            return escaped
        raise PatternError(f"uses \\{escaped} inside a character class, which is not known here")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
