"""The chart's geometry says what was measured and nothing else."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.facts import METRIC_BY_NAME, METRICS
from dashboard.chart import GRID_MAX, HEIGHT, TICKS_MAX, WIDTH, curve, draw, scale, spark, ticks

VISITORS = METRIC_BY_NAME["visitors"]
values = st.lists(st.none() | st.integers(0, 10**7), min_size=1, max_size=60)


def numbers(path: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path)]


@given(st.sampled_from(METRICS), st.floats(0, 10**9, allow_nan=False))
def test_the_grid_is_even_starts_at_zero_and_holds_the_highest(metric: object, highest: float) -> None:
    unit = metric.unit  # type: ignore[attr-defined]  # sampled from METRICS
    grid = scale(unit, min(highest, 100) if unit == "percent" else highest)
    assert grid[0] == 0
    assert grid[-1] >= min(highest, 100) * (1 - 1e-9) if unit == "percent" else grid[-1] >= highest * (1 - 1e-9)
    assert 2 <= len(grid) <= GRID_MAX + 1
    steps = {round((b - a) / grid[1], 6) for a, b in pairwise(grid)}
    assert steps == {1}


@given(st.integers(0, 10**6))
def test_counts_have_whole_gridlines(highest: int) -> None:
    assert all(value == int(value) for value in scale("count", highest))


def test_round_steps() -> None:
    assert scale("count", 0) == (0, 1)
    assert scale("count", 7) == (0, 2, 4, 6, 8)
    assert scale("count", 470) == (0, 200, 400, 600)
    assert scale("percent", 43) == (0, 20, 40, 60)
    assert scale("percent", 80) == (0, 25, 50, 75, 100)
    assert scale("seconds", 130) == (0, 60, 120, 180)


@given(values, values)
def test_every_line_stays_within_the_plot(now: list[int | None], before: list[int | None]) -> None:
    drawing = draw(VISITORS, now, before, len(now) - 1)
    for path in (drawing.line, drawing.running, drawing.before, drawing.area):
        coordinates = numbers(path)
        assert all(-0.1 <= n <= max(WIDTH, HEIGHT) for n in coordinates)
    assert len(drawing.dots) == len(now)
    assert all(0 < dot.x < 100 and (dot.y is None or 0 <= dot.y <= HEIGHT) for dot in drawing.dots)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30))
def test_the_curve_never_goes_past_its_two_points(heights: list[int]) -> None:
    points = [(10.0 * i, float(h)) for i, h in enumerate(heights)]
    for (a, b), piece in zip(pairwise(points), curve(points).split("C")[1:], strict=True):
        _, y1, _, y2, _, _ = numbers(piece)
        low, high = sorted((a[1], b[1]))
        assert low - 0.1 <= y1 <= high + 0.1
        assert low - 0.1 <= y2 <= high + 0.1


def test_what_has_not_begun_is_not_drawn() -> None:
    drawing = draw(VISITORS, [3, 5, None, None], [], 1)
    assert [dot.y is None for dot in drawing.dots] == [False, False, True, True]
    assert drawing.running
    assert drawing.before == ""


def test_an_unfinished_bucket_is_drawn_apart() -> None:
    whole, cut = draw(VISITORS, [3, 5, 4], [], None), draw(VISITORS, [3, 5, 4], [], 2)
    assert whole.running == ""
    assert whole.line == cut.line + cut.running[cut.running.index("C") :]
    assert numbers(cut.running)[:2] == [500, 40]
    assert numbers(cut.running)[-2:] == [833.3, 80]
    assert draw(VISITORS, [3], [], 0).line == ""


def test_one_point_is_a_short_stroke_and_none_is_nothing() -> None:
    assert curve([(500, 10)]) == "M496,10H504"
    assert curve([]) == ""
    assert draw(VISITORS, [], [], None).line == ""
    assert spark([]) == ""


@given(st.integers(1, 400))
def test_the_time_axis_is_not_crowded(count: int) -> None:
    assert 1 <= len(ticks(count)) <= TICKS_MAX
    assert ticks(count)[0] == 0


def test_a_line_is_broken_where_a_count_is_not_known_and_passes_over_a_ratio_of_nothing() -> None:
    some = [4, 5, None, 6, 7, None]
    assert draw(VISITORS, some, [], None).line.count("M") == 2
    assert draw(VISITORS, some, [], None).area.count("Z") == 2
    assert draw(METRIC_BY_NAME["bounce_rate"], some, [], None).line.count("M") == 1
    assert draw(VISITORS, [None, None], [], None).line == ""
    last = draw(VISITORS, [4, None, 5, 6], [], 3)
    assert (last.line.count("M"), last.running.count("M")) == (2, 1)
