"""docs/dashboard.md says what the dashboard does: every figure, panel and choice in it is the one in the code."""

import re
from datetime import date
from pathlib import Path

import pytest

import dashboard
from collector.control import sign_in
from collector.facts import METRICS
from collector.settings import load
from dashboard import notes
from dashboard.answers import Withheld
from dashboard.auth import COOKIE
from dashboard.format import WHOLE_BELOW
from dashboard.line import NO_CHART
from dashboard.panels import CSV_ROWS_MAX, LIST_ROWS, PANELS
from dashboard.periods import Span
from dashboard.view import OPERATORS

TEXT = (Path(__file__).parents[2] / "docs" / "dashboard.md").read_text(encoding="utf-8")
FIGURES, REST = TEXT.split("## Periods", 1)
LISTS, OLDER = REST.split("## Older months", 1)


def rows(text: str) -> dict[str, str]:
    """The two columns of the tables of a text."""
    return dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE))


def test_every_figure_is_explained_as_the_dashboard_explains_it() -> None:
    explained = rows(FIGURES)
    del explained["Figure"]
    assert explained == {metric.label: metric.help for metric in METRICS}


def test_every_panel_is_listed_with_its_tabs() -> None:
    listed = rows(LISTS)
    del listed["Panel"]
    assert listed == {panel.title: ", ".join(tab.label for tab in panel.tabs) for panel in PANELS}


def test_what_is_said_of_older_months_is_explained_in_its_own_words() -> None:
    group, days = Withheld(34, load({}, Path(), {}).smallest_group), Span(date(2026, 5, 1), date(2026, 5, 31))
    said = (
        notes.rare_label(group),
        notes.withheld_visits(group, ""),
        notes.left_out([days], ""),
        notes.drawn_by("month", ""),
        notes.not_compared(days, 2026),
        notes.compared_with_a_part(days, 2026),
        NO_CHART,
    )
    explained = list(rows(OLDER))[1:]
    for text in explained:
        start = text.rstrip(" …").removeprefix("1 – 22 Nov").removeprefix("Show May 2026")
        assert not start or start == " only" or any(words.startswith(start) for words in said), text
    for words in said:
        assert any(words.startswith(text.rstrip(" …")) for text in explained), words


def test_every_way_to_filter_is_named() -> None:
    assert f": {', '.join(OPERATORS.values())}." in TEXT


def test_the_limits_are_the_ones_in_force() -> None:
    for said in (f"{LIST_ROWS} rows a page", f"{CSV_ROWS_MAX:,}\nrows", f"{WHOLE_BELOW:,} or more", COOKIE):
        assert said in TEXT
    assert (sign_in.TOKEN_LIFE_S, sign_in.SESSION_IDLE_S, sign_in.SESSION_LIFE_S) == (30 * 60, 12 * 3600, 7 * 86_400)


@pytest.mark.parametrize("path", sorted(Path(dashboard.__file__).parent.rglob("*.*")), ids=lambda path: path.name)
def test_no_file_of_the_dashboard_is_long_or_has_inline_style(path: Path) -> None:
    if path.suffix == ".html":
        markup = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|\|\s*safe\b", markup)
        assert len(markup.splitlines()) < 100
    if path.suffix == ".py":
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
