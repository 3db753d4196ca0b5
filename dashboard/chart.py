"""The geometry of a line chart, in SVG path data and percentages. Pure.

Plan: the plot is stretched to its container's width, so lines are drawn in a box of `WIDTH` x `HEIGHT` units that is
scaled without regard to proportion (strokes are not: `vector-effect`), while texts and dots are placed by percentage
beside it and stay undistorted. No style attribute is needed, so a strict content security policy holds.

Lines are monotone cubic curves (Fritsch and Carlson, 1980): smooth, and never above a peak or below a trough that was measured.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from collector.facts import Metric

WIDTH = 1000
HEIGHT = 240
# Gridlines above the base line, and labels on the time axis.
GRID_MAX = 4
TICKS_MAX = 8

_SECONDS_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000)

_Item = TypeVar("_Item")

Point = tuple[float, float]
Unit = Literal["count", "percent", "seconds", "ratio", "money"]


@dataclass(frozen=True, slots=True)
class Grid:
    """One horizontal line: its value and its distance from the top, in plot units."""

    value: float
    y: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One point in time: where it lies, in percent of the width and plot units from the top (None: nothing to show)."""

    x: float
    y: float | None
    before_y: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Path data of the line, the area under it, the part still running and the period before; grid, dots and labelled places."""

    line: str
    area: str
    running: str
    before: str
    grid: tuple[Grid, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[int, ...]


def draw(metric: Metric, now: Sequence[float | None], before: Sequence[float | None], running: int | None) -> Chart:
    """A chart of one value a bucket, None where a bucket has not begun or is not known. `running` is the unfinished one's index.

    `before` is the period compared with, by place; what goes past the end of `now` is left out.
    """
    count = max(1, len(now))
    grid = scale(metric.unit, max((v for v in (*now, *before[:count]) if v is not None), default=0))
    top = grid[-1]
    xs = _places(count)
    pieces = _pieces(metric, xs, now, top)
    finished, unfinished = _cut(pieces[-1], now, running)
    before_ys = [_y(v, top) for v in before[:count]] + [None] * count
    return Chart(
        line="".join((*map(curve, pieces[:-1]), finished)),
        area="".join(map(_area, pieces)),
        running=unfinished,
        before="".join(map(curve, _pieces(metric, xs, before[:count], top))),
        grid=tuple(Grid(value, _y(value, top) or 0.0) for value in grid),
        dots=tuple(Dot(_rounded(x / WIDTH * 100), _y(v, top), b) for x, v, b in zip(xs, now, before_ys, strict=False)),
        ticks=ticks(count),
    )


def scale(unit: Unit, highest: float) -> tuple[float, ...]:
    """The values of the gridlines from 0 up, evenly spaced by a round step, the last at or over `highest`."""
    if unit == "percent" and highest > 50:
        return (0, 25, 50, 75, 100)
    least = highest / GRID_MAX
    step = _seconds_step(least) if unit == "seconds" else _round_step(least, whole=unit == "count")
    lines = max(1, math.ceil(highest / step - 1e-9))
    return tuple(step * i for i in range(lines + 1))


def curve(points: Sequence[Point], first: int = 0, last: int | None = None) -> str:
    """SVG path data of a monotone cubic through points of rising x; a short stroke for one point, "" for none.

    With `first` and `last` only the part between those two points: a curve drawn in two parts has no kink.
    """
    shown = points[first : None if last is None else last + 1]
    if not shown:
        return ""
    x, y = shown[0]
    if len(shown) == 1:
        return f"M{_text(max(0, x - 4))},{_text(y)}H{_text(min(WIDTH, x + 4))}"
    pieces = [_piece(ends, slopes) for ends, slopes in zip(_pairs(points), _pairs(_slopes(points)), strict=True)]
    return f"M{_text(x)},{_text(y)}" + "".join(pieces[first : first + len(shown) - 1])


def ticks(count: int) -> tuple[int, ...]:
    """The indexes that carry a label on the time axis: at most `TICKS_MAX`, evenly spaced from the first on."""
    step = max(1, math.ceil(count / TICKS_MAX))
    return tuple(range(0, count, step))


def spark(values: Sequence[float], width: int = 100, height: int = 28) -> str:
    """Path data of a small line in a box of its own."""
    top = max((*values, 1))
    xs = [width * i / max(1, len(values) - 1) for i in range(len(values))]
    return curve([(x, height - 1 - (height - 2) * v / top) for x, v in zip(xs, values, strict=True)])


def _places(count: int) -> list[float]:
    """Bucket i's place: half a bucket in from either edge, so that first and last can be pointed at like the rest."""
    return [WIDTH * (i + 0.5) / count for i in range(count)]


def _points(xs: Sequence[float], values: Sequence[float | None], top: float) -> list[Point]:
    return [(x, y) for x, y in ((x, _y(v, top)) for x, v in zip(xs, values, strict=False)) if y is not None]


def _pieces(metric: Metric, xs: Sequence[float], values: Sequence[float | None], top: float) -> list[list[Point]]:
    """The points of each unbroken part of a line. A ratio of nothing is passed over; where a count is not known there is no line."""
    if metric.denominator:
        return [_points(xs, values, top)]
    runs = itertools.groupby(zip(xs, values, strict=False), lambda place: place[1] is None)
    pieces = (_points([x for x, _ in run], [v for _, v in run], top) for unknown, places in runs if not unknown and (run := list(places)))
    return list(pieces) or [[]]


def _cut(points: list[Point], values: Sequence[float | None], running: int | None) -> tuple[str, str]:
    """The line up to the last finished bucket, and the piece from there to the running one."""
    last = max((i for i, v in enumerate(values) if v is not None), default=-1)
    if running is None or running != last:
        return curve(points), ""
    if len(points) == 1:
        return "", curve(points)
    return curve(points, 0, len(points) - 2), curve(points, len(points) - 2)


def _area(points: Sequence[Point]) -> str:
    if len(points) < 2:
        return ""
    return f"{curve(points)}V{HEIGHT}H{_text(points[0][0])}Z"


def _piece(ends: tuple[Point, Point], slopes: tuple[float, float]) -> str:
    """One Bézier piece between two points with their tangents."""
    (x, y), (to_x, to_y) = ends
    third = (to_x - x) / 3
    numbers = (x + third, y + slopes[0] * third, to_x - third, to_y - slopes[1] * third, to_x, to_y)
    return "C" + ",".join(_text(n) for n in numbers)


def _slopes(points: Sequence[Point]) -> list[float]:
    """The tangent at each point that keeps the curve within its neighbours (the harmonic mean of the secants)."""
    secants = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in _pairs(points)]
    inner = [0.0 if s * t <= 0 else 2 * s * t / (s + t) for s, t in _pairs(secants)]
    return [secants[0], *inner, secants[-1]]


def _pairs(items: Sequence[_Item]) -> Iterator[tuple[_Item, _Item]]:
    return itertools.pairwise(items)


def _y(value: float | None, top: float) -> float | None:
    return None if value is None else _rounded(HEIGHT - HEIGHT * max(0.0, value) / top)


def _round_step(least: float, whole: bool) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`."""
    if least <= 0 or (whole and least <= 1):
        return 1
    power = 10.0 ** math.floor(math.log10(least))
    steps = (1.0, 2.0, 5.0, 10.0) if whole and power < 10 else (1.0, 2.0, 2.5, 5.0, 10.0)
    return next(power * s for s in steps if power * s >= least - 1e-9 * power)


def _seconds_step(least: float) -> float:
    return next((s for s in _SECONDS_STEPS if s >= least), math.ceil(least / 36000) * 36000)


def _rounded(number: float) -> float:
    return round(number, 2)


def _text(number: float) -> str:
    """A coordinate to a tenth of a unit, without a needless ".0"."""
    return f"{number:.1f}".removesuffix(".0")
