"""From answers to what is shown: rows, shares, pages."""

from dataclasses import replace

from collector.facts import HOUR, RARE
from dashboard import present
from dashboard.answers import Answer, Failure, Row, Withheld
from dashboard.panels import LIST_ROWS, PANEL_BY_KEY, PANEL_ROWS
from dashboard.present import About
from dashboard.view import Filter, View

PAGES, PLACES = PANEL_BY_KEY["pages"], PANEL_BY_KEY["places"]


def rows(*pairs: tuple[str, object]) -> Answer:
    return Answer(tuple(Row(value, (number,)) for value, number in pairs), len(pairs))


def test_bars_are_measured_by_the_longest_and_shares_by_the_whole() -> None:
    model = present.panel("a.example", View(), PLACES, rows(("FI", 30), ("SE", 15), ("", 0)), About({"visitors": 60}))
    assert [(line.label, line.bar, line.share) for line in model.lines] == [("Finland", 100, "50%"), ("Sweden", 50, "25%"), ("", 0, "0%")]


def test_without_a_whole_there_are_no_shares() -> None:
    model = present.panel("a.example", View(), PLACES, rows(("FI", 30)), About())
    assert model.lines[0].share == ""


def test_a_row_filters_and_the_row_filtered_by_leads_back() -> None:
    view = View(filters=(Filter("is", "country", "FI"),))
    model = present.panel("a.example", view, PLACES, rows(("FI", 30), ("SE", 1)), About())
    assert [(line.active, line.url) for line in model.lines] == [(True, "/site/a.example"), (False, "/site/a.example?f=is:country:SE")]


def test_a_row_of_a_full_list_leads_to_the_dashboard_narrowed_by_it() -> None:
    view = View(panel="places", page=2, search="x", order="visits")
    answer = Answer((Row("FI", (3, 3, 3, 1.0, 50.0, 50.0, 9)),), 101)
    model = present.full_list("a.example", view, PLACES, answer, About())
    assert model.panel.lines[0].url == "/site/a.example?f=is:country:FI"
    assert model.back == "/site/a.example"


def test_a_long_list_is_paged() -> None:
    def listed(page: int, count: int) -> present.ListModel:
        answer = Answer(tuple(Row(f"/{i}", (1, 1, None, 1, 1, 1)) for i in range(count)), LIST_ROWS + 40)
        return present.full_list("a.example", View(panel="pages", page=page), PAGES, answer, About())

    first, second = listed(1, LIST_ROWS), listed(2, 40)
    assert (first.first, first.last, first.earlier, first.later) == (1, 100, "", "/site/a.example?panel=pages&page=2")
    assert (second.first, second.last, second.earlier, second.later) == (101, 140, "/site/a.example?panel=pages", "")
    assert [link.label for link in first.columns if link.current] == ["Visitors"]


def test_a_failure_takes_the_place_of_the_rows() -> None:
    model = present.panel("a.example", View(), PAGES, Failure("Not today."), About())
    assert (model.failure, model.lines) == ("Not today.", ())
    assert present.panel("a.example", View(), PAGES, Answer((), 0), About()).nothing


def test_a_card_compares_where_there_is_something_to_compare_with() -> None:
    now = Answer((Row("", (10, 12, 30, 2.5, 40.0, 60)),), 1)
    before = Answer((Row("", (5, 12, 40, None, 50.0, 60)),), 1)
    found = {card.metric.name: card.change for card in present.cards("a.example", View(), now, before)}
    assert {name: change.text for name, change in found.items() if change} == {
        "visitors": "100%",
        "visits": "0%",
        "pageviews": "25%",
        "views_per_visit": "–",
        "bounce_rate": "10.0 pts",
        "visit_duration": "0%",
    }
    assert {card.change.text for card in present.cards("a.example", View(), now, None) if card.change} == {"–"}
    assert {card.change for card in present.cards("a.example", View(compare="none"), now, before)} == {None}


def test_a_dash_says_why_it_is_one_at_its_place_and_once_below_the_list() -> None:
    answer = Answer((Row("/cart", (9, 9, None, 20, None, 0.0)), Row("/pay", (5, 5, None, 9, 50, 0.0))), 2)
    model = present.full_list("a.example", View(panel="pages"), PAGES, answer, About())
    bounces = "Bounce rate is told of visits that began on the page, and none did."
    depth = "Scroll depth: there was nothing to tell it of."
    assert model.dashes == (bounces, depth)
    assert [cell.title for cell in model.panel.lines[0].figures] == ["9", "9", bounces, "20s", depth, "0%"]
    of_page = View(filters=(Filter("is", "page", "/cart"),))
    headline = present.cards("a.example", of_page, Answer((Row("", (9, 9, 9, None, 20, 50)),), 1), None)
    assert [card.title for card in headline if card.value == "–"] == [bounces]
    unvisited = present.cards("a.example", View(), Answer((Row("", (0, 0, 0, None, None, None)),), 1), None)
    assert unvisited[-2].title == "Bounce rate: there was nothing to tell it of."


def test_it_is_said_why_there_are_no_rows() -> None:
    def said(view: View, total: int = 0) -> str:
        return present.panel("a.example", view, PLACES, Answer((), total), About()).nothing

    assert said(View()) == PLACES.nothing
    assert said(View(filters=(Filter("is", "country", "FI"),))) == "Nothing in this period fits the filters."
    assert said(View(panel="places", search="z")) == "Nothing in this period has “z” in its name."
    assert said(View(panel="places", page=9), 35) == "The list ends before this page."


def small_groups(visitors: int, *told: tuple[str, object], total: int = 0) -> Answer:
    return replace(rows(*told), total=total or len(told), rare=Row(RARE, (visitors,)), withheld=Withheld(visitors, 10))


def test_what_is_not_told_apart_is_a_last_row_that_filters_by_nothing() -> None:
    model = present.panel("a.example", View(), PLACES, small_groups(30, ("FI", 20), ("SE", 10)), About({"visitors": 60}))
    assert [line.label for line in model.lines] == ["Finland", "Sweden"]
    assert [line.bar for line in model.lines] == [100, 50]
    assert model.rare is not None
    assert (model.rare.label, model.rare.figures[0].text, model.rare.share) == ("In groups under 10 visits", "30", "50%")
    assert (model.rare.url, model.rare.bar, model.rare.active) == ("", 0, False)
    assert model.total == 2


def test_a_list_of_small_groups_alone_is_not_an_empty_one() -> None:
    model = present.panel("a.example", View(), PLACES, small_groups(7), About())
    assert (model.lines, model.nothing) == ((), "")
    assert model.rare is not None


def test_a_panel_shows_no_more_rows_than_it_has_room_for() -> None:
    many = small_groups(3, *((f"X{i}", 40 - i) for i in range(30)), total=120)
    model = present.panel("a.example", View(), PLACES, many, About())
    assert (len(model.lines), model.total) == (PANEL_ROWS, 120)


def test_pages_of_a_list_do_not_count_the_row_of_small_groups() -> None:
    def listed(page: int, answer: Answer) -> tuple[int, int, int]:
        model = present.full_list("a.example", View(panel="places", page=page), PLACES, answer, About())
        return model.first, model.last, model.panel.total

    metrics = (5,) * 7
    told = Answer(tuple(Row(f"X{i}", metrics) for i in range(99)), 130, withheld=Withheld(9, 10), rare=Row(RARE, metrics))
    assert listed(1, told) == (1, 99, 130)
    later = Answer(tuple(Row(f"Y{i}", metrics) for i in range(31)), 131, withheld=Withheld(9, 10))
    assert listed(2, later.with_rare(Row(RARE, (9,) * 7), 0)) == (100, 130, 130)
    assert listed(2, later.with_rare(Row(RARE, (1,) * 7), 0)) == (101, 131, 130)


def test_hours_stand_in_turn_and_are_read_as_times() -> None:
    hours = next(tab for tab in PLACES.tabs if tab.dimension == HOUR)
    view = View().with_tab(PLACES, hours)
    model = present.panel("a.example", view, PLACES, rows(*((f"{hour:02}", hour) for hour in range(24))), About())
    assert (len(model.lines), model.lines[0].label, model.lines[23].label) == (24, "00:00–01:00", "23:00–00:00")
    assert model.lines[9].url == "/site/a.example?f=is:hour:09&places=hours"
