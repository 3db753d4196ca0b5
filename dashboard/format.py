"""Figures as people read them: counts, durations, shares, changes. Pure; English conventions."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from collector.facts import Metric
from collector.query.money import DECIMALS, DECIMALS_DEFAULT

Number = int | float | None  # Money is a float
Tone = Literal["good", "bad", "flat", "none"]

NOTHING = "–"

# Below this every digit is shown: up to 9,999 the eye takes in the whole number, beyond it the size.
WHOLE_BELOW = 10_000

# Metrics of which less is better; a rise of any other is good news.
LESS_IS_BETTER = frozenset({"bounce_rate", "exit_rate"})

# A change past this is no percentage anybody can picture; it is said as "over 1,000%".
CHANGE_PERCENT_MAX = 1000

_STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


class Money(float):
    """An amount: a number to all arithmetic, that knows its currency (ISO 4217) when it is read."""

    currency: str

    def __new__(cls, value: float, currency: str) -> "Money":
        amount = super().__new__(cls, value)
        amount.currency = currency
        return amount


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved: an arrow, a short text, a whole sentence for those who cannot see either, and its tone."""

    arrow: str
    text: str
    spoken: str
    tone: Tone


def short_count(value: int) -> str:
    """1,234 · 12.3k · 1.23M: three digits that matter."""
    if abs(value) < WHOLE_BELOW:
        return f"{value:,}"
    for i, (size, letter) in enumerate(_STEPS):
        scaled = value / size
        digits = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
        if abs(value) >= size or i == len(_STEPS) - 1:
            rounded = f"{scaled:.{digits}f}"
            if rounded.lstrip("-") == "1000" and i > 0:
                return "1.00" + _STEPS[i - 1][1]
            return rounded + letter
    return f"{value:,}"


def duration(seconds: float) -> str:
    """45s · 2m 13s · 1h 04m, from seconds."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}h {minutes:02}m"


def share(part: float, whole: float) -> str:
    """The part as a percentage of the whole: 34%, 0.4%, <0.1%; nothing where there is no whole."""
    if whole <= 0:
        return ""
    percent = 100 * part / whole
    if percent == 0:
        return "0%"
    if percent < 0.1:
        return "<0.1%"
    return f"{percent:.0f}%" if percent >= 9.95 else f"{percent:.1f}%"


def figure(metric: Metric, value: Number) -> str:
    """A metric's value at a glance."""
    if value is None:
        return NOTHING
    if metric.unit == "count":
        return short_count(round(value))
    if metric.unit == "seconds":
        return duration(value)
    if metric.unit == "percent":
        return f"{value:g}%" if value in (0, 100) else f"{value:.{metric.digits}f}%"
    if metric.unit == "money" and abs(value) >= WHOLE_BELOW:
        return short_count(round(value)) + _currency(value)
    return exact(metric, value)


def tick(metric: Metric, value: float) -> str:
    """A value on an axis: no more digits than it has."""
    if metric.unit == "money" and value >= WHOLE_BELOW:
        return short_count(round(value))
    if metric.unit in ("percent", "ratio", "money"):
        return f"{value:,g}" + ("%" if metric.unit == "percent" else "")
    return figure(metric, value)


def exact(metric: Metric, value: Number) -> str:
    """A metric's value in full, with its unit: for titles and tables."""
    if value is None:
        return NOTHING
    if metric.unit == "count":
        return f"{round(value):,}"
    if metric.unit == "money":
        return f"{value:,.{_decimals(value)}f}{_currency(value)}"
    if metric.unit == "ratio":
        return f"{value:,.{metric.digits}f}"
    return figure(metric, value)


def _currency(value: float) -> str:
    """The currency to be written after an amount, on the same line; "" for a bare number."""
    return f"\N{NO-BREAK SPACE}{value.currency}" if isinstance(value, Money) else ""


def _decimals(value: float) -> int:
    return DECIMALS.get(value.currency, DECIMALS_DEFAULT) if isinstance(value, Money) else 0


_INCOMPARABLE = Change("", NOTHING, "Nothing to compare with", "none")


def change(metric: Metric, now: Number, before: Number) -> Change:
    """How `now` compares with `before`: relatively, and in points where both are percentages already.

    A figure that was unknown has no change, one that was zero no percentage.
    """
    if now is None or before is None:
        return _INCOMPARABLE
    if metric.unit == "percent":
        points = round(now - before, metric.digits)
        return _moved(metric, before, points, *_points(points, metric.digits))
    if before == 0:
        return Change("▲", "new", f"{exact(metric, now)}, from none before", _tone(metric, 1)) if now else _INCOMPARABLE
    percent = round(100 * (now - before) / before)
    return _moved(metric, before, percent, *_percent(percent))


def _moved(metric: Metric, before: int | float, by: int | float, text: str, said: str) -> Change:
    """The change of a figure `by` so much, signed; the amount comes as it is written and as it is said."""
    if by == 0:
        return Change("→", text, f"As before ({exact(metric, before)})", "flat")
    arrow, word = ("▲", "more") if by > 0 else ("▼", "less")
    return Change(arrow, text, f"{said} {word} than before ({exact(metric, before)})", _tone(metric, by))


def _points(points: float, digits: int) -> tuple[str, str]:
    """1.2 pts, 1.2 percentage points."""
    number = f"{abs(points):.{digits}f}" if points else "0"
    plural = "" if number == "1" else "s"
    return f"{number} pt{plural}", f"{number} percentage point{plural}"


def _percent(percent: int) -> tuple[str, str]:
    size = f"{min(abs(percent), CHANGE_PERCENT_MAX):,}%"
    return (f">{size}", f"over {size}") if abs(percent) > CHANGE_PERCENT_MAX else (size, size)


def _tone(metric: Metric, direction: float) -> Tone:
    return "good" if (direction > 0) != (metric.name in LESS_IS_BETTER) else "bad"


# What a sender may put into a path or a referrer to make a label read as something else: direction overrides,
# zero-width joints, control characters. Unicode calls them all "other".
_JOINERS = frozenset("\u200c\u200d")  # they shape letters in Persian and Indic scripts, and emoji


def plain(text: str) -> str:
    """The text with each invisible or direction-changing character replaced by a visible mark."""
    return "".join(c if c in _JOINERS or not unicodedata.category(c).startswith(("C", "Zl", "Zp")) else "\ufffd" for c in text)
