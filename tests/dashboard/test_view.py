"""All state is in the URL: what is written is read back the same, and what a stranger writes does no harm."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from collector.facts import METRIC_BY_NAME
from dashboard.panels import FILTERABLE, LIST_ROWS, PANEL_BY_KEY, PANELS, TABS, columns, unanswerable
from dashboard.periods import Choice, Span, so_far, span_of
from dashboard.questions import conditions, list_rows, panel_rows
from dashboard.view import FILTERS_MAX, OPERATORS, PAGE_MAX, VALUE_CHARS_MAX, Filter, View, asked_filter, read, url, write

TODAY = date(2026, 11, 22)

days = st.dates(date(1970, 1, 1), date(2999, 12, 31))
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
choices = st.one_of(
    st.builds(Choice, st.sampled_from(["day", "7d", "30d", "month", "year"]), st.none() | days),
    st.dates(date(2000, 1, 1), date(2026, 12, 31)).map(
        lambda day: Choice("custom", None, Span(day, day.replace(day=28) if day.day < 28 else day))
    ),
)
filters = st.builds(Filter, st.sampled_from(list(OPERATORS)), st.sampled_from(FILTERABLE), texts)
views = st.builds(
    View,
    choice=choices,
    usual=st.sampled_from(["30d", "day"]),
    compare=st.sampled_from(["previous", "year", "none"]),
    metric=st.sampled_from(list(METRIC_BY_NAME)),
    filters=st.lists(filters, unique=True, max_size=FILTERS_MAX).map(tuple),
    tabs=st.sets(st.sampled_from([key for key in TABS if TABS[key] is not PANEL_BY_KEY[key[0]].tabs[0]]), max_size=5).map(
        lambda chosen: tuple(sorted(dict(chosen).items()))
    ),
    panel=st.sampled_from(["", *PANEL_BY_KEY]),
    page=st.integers(1, PAGE_MAX),
    order=st.sampled_from(["", *METRIC_BY_NAME]),
    search=st.just("") | texts,
)


@given(views)
def test_a_view_written_to_a_url_is_read_back_the_same(view: View) -> None:
    assert read(write(view), view.usual) == view
    query = urlsplit(url("example.com", view)).query
    assert read(parse_qsl(query, keep_blank_values=True), view.usual) == view


@given(
    st.lists(
        st.tuples(st.sampled_from(["period", "date", "from", "to", "f", "metric", "page", "panel", "order", "pages"]), st.text()),
        max_size=80,
    )
)
def test_any_query_is_read_as_some_view(pairs: list[tuple[str, str]]) -> None:
    view = read(pairs)
    assert read(write(view)) == view
    assert len(view.filters) <= FILTERS_MAX


def test_the_usual_view_has_a_bare_url() -> None:
    assert url("example.com", View()) == "/site/example.com"
    assert url("example.com", View(), "/csv") == "/site/example.com/csv"


def test_what_is_usual_at_a_site_has_the_bare_url() -> None:
    young = read([], "day")
    assert (young.choice, url("example.com", young)) == (Choice("day"), "/site/example.com")
    assert url("example.com", young.with_choice(Choice("30d"))) == "/site/example.com?period=30d"
    assert read([("period", "custom"), ("from", "2026-02-03")], "day").choice == Choice("day")


def test_what_cannot_be_used_counts_as_not_given() -> None:
    odd = [
        ("period", "fortnight"),
        ("date", "2026-13-45"),
        ("compare", "mars"),
        ("metric", "drop table"),
        ("f", "is:page"),
        ("f", "like:page:/x"),
        ("f", "is:reason:bot"),
        ("f", "is:page:" + "x" * (VALUE_CHARS_MAX + 1)),
        ("pages", "nope"),
        ("panel", "nope"),
        ("page", "-3"),
        ("order", "1; --"),
    ]
    assert read(odd) == View()
    assert read([("page", "٣")]).page == 1


def test_a_custom_range_is_put_in_order_and_needs_both_days() -> None:
    assert read([("period", "custom"), ("from", "2026-02-03"), ("to", "2026-01-02")]).choice.custom == Span(
        date(2026, 1, 2), date(2026, 2, 3)
    )
    assert read([("period", "custom"), ("from", "2026-02-03")]).choice == Choice()


def test_a_filter_on_a_dimension_replaces_the_one_before() -> None:
    first, second = Filter("is", "page", "/a"), Filter("is_not", "page", "/b")
    view = View(page=3).with_filter(first).with_filter(second)
    assert (view.filters, view.page) == ((second,), 1)
    assert view.turned(second).filters == (Filter("is", "page", "/b"),)
    assert view.without(second).filters == ()


def test_what_is_left_out_adds_up_until_one_value_is_chosen() -> None:
    not_a, not_b, like = Filter("is_not", "page", "/a"), Filter("is_not", "page", "/b"), Filter("contains", "page", "/")
    view = View().with_filter(not_a).with_filter(not_b).with_filter(like)
    assert view.filters == (not_a, not_b, like)
    assert view.with_filter(not_a).filters == (not_b, like, not_a)
    assert view.with_filter(like.opposite).filters == (not_a, not_b, like.opposite)
    assert view.with_filter(not_a.opposite).filters == (not_a.opposite,)


def test_the_filter_form_asks_for_one_condition() -> None:
    assert asked_filter([("fd", "page"), ("fo", "contains"), ("fv", "a:b")]) == Filter("contains", "page", "a:b")
    assert asked_filter([("fd", "page"), ("fo", "contains"), ("fv", "")]) is None
    assert asked_filter([("fd", "country"), ("fo", "is"), ("fv", "finland ")]) == Filter("is", "country", "FI")
    assert asked_filter([("fd", "country"), ("fo", "contains"), ("fv", "Finland")]) == Filter("contains", "country", "Finland")
    assert asked_filter([]) is None


def test_each_panel_asks_for_as_many_metrics_as_it_shows() -> None:
    for panel in PANELS:
        for tab in panel.tabs:
            view = View().with_tab(panel, tab)
            question = panel_rows(view, panel, Span(TODAY, TODAY))
            assert len(question["metrics"]) == tab.shown
            assert set(tab.metrics) <= set(METRIC_BY_NAME)


def test_a_search_narrows_the_full_list_only_and_any_case_will_do() -> None:
    panel = PANELS[0]
    view = View(panel=panel.key, search="Blog", page=3)
    span = so_far(span_of(view.choice, TODAY), TODAY)
    listed, shown = list_rows(view, view.tab(panel), span), panel_rows(view, panel, span)
    assert listed["filters"] == [["contains", "event:page", ["Blog"], {"case_sensitive": False}]]
    assert listed["pagination"]["offset"] == 2 * LIST_ROWS
    assert shown["filters"] == []


def test_a_search_for_a_country_goes_by_its_name() -> None:
    view = View(panel="places", search="LAND I")
    span = Span(TODAY, TODAY)
    asked = list_rows(view, TABS["places", "countries"], span)["filters"]
    assert asked == [["is", "visit:country", ["AX", "FK"]]]


def test_filters_are_asked_as_the_api_writes_them() -> None:
    named = View(filters=(Filter("contains", "country", "inland"), Filter("contains_not", "country", "finl")))
    assert conditions(named) == [["is", "visit:country", ["FI"]], ["is_not", "visit:country", ["FI"]]]
    view = View(filters=(Filter("is_not", "country", "FI"), Filter("contains", "page", "x")))
    assert conditions(view) == [["is_not", "visit:country", ["FI"]], ["contains", "event:page", ["x"], {"case_sensitive": False}]]


def test_with_an_event_filtered_by_only_the_metrics_of_events_are_asked() -> None:
    assert columns(TABS["sources", "sources"], ["event"]) == ("visitors", "events", "visits", "total_revenue")
    assert columns(TABS["sources", "sources"], ["page"]) == TABS["sources", "sources"].metrics


def test_an_exit_page_is_not_asked_together_with_pages_or_events() -> None:
    assert unanswerable(["exit_page", "page"])
    assert unanswerable(["exit_page", "event"])
    assert not unanswerable(["exit_page", "country"])
    assert not unanswerable(["page", "event"])
