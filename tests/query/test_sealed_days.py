"""Answers over sealed days: exact where nothing is withheld, and where something is, it stands in a row of its own or is counted."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from collector.facts import BY_API, BY_NAME, HOUR, HOUR_OF_DAY, PAIRS, RARE, FactName
from collector.query import ask, ask_many
from tests.query.database import NOW_S, SIGNED_IN, SITE, TODAY, UNGUARDED, Database, generated
from tests.query.sealing import Row
from tests.query.test_answers import any_leaf

FIRST = date(2025, 12, 1)
DECEMBER, JANUARY, FEBRUARY = (
    (date(2025, 12, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 1, 31)),
    (date(2026, 2, 1), date(2026, 2, 28)),
)
MONTHS = (DECEMBER, JANUARY, FEBRUARY)
KEPT = date(2026, 3, 1)
# Few enough visits that most crossings of a month are folded, and many that some are not.
K = 10
ADDITIVE: dict[FactName, list[str]] = {
    "visits": ["visitors", "visits", "pageviews"],
    "pages": ["visitors", "visits", "pageviews"],
    "events": ["visitors", "visits", "events"],
}
RATIOS: dict[FactName, list[str]] = {
    "visits": ["bounce_rate", "visit_duration", "engagement_rate", "views_per_visit"],
    "pages": ["time_on_page", "scroll_depth"],
    "events": [],
}
# A January day of which all is withheld: it alone is small in its month. December has two that have enough together.
LONELY = date(2026, 1, 9)
SPARSE = (date(2025, 12, 10), date(2025, 12, 20))


def uneven(seed: int) -> list[Row]:
    """Random rows of four months, none of them taken back, with three days of 8 visits; all others have K or more."""
    rows = [row for row in generated(seed, 2_600, FIRST) if row[1] not in (LONELY, *SPARSE) and min(row[4].values()) >= 0]
    days = [FIRST + timedelta(days=number) for number in range((TODAY - FIRST).days + 1)]
    spare = [row for row in rows if row[0] == "visits"]
    rows += [
        (*row[:1], day, *row[2:4], {**row[4], "visits": K}) for day, row in zip(days, spare, strict=False) if day not in (LONELY, *SPARSE)
    ]
    for day in (LONELY, *SPARSE):
        for fact in PAIRS:
            few = [row for row in rows if row[0] == fact][:2]
            rows += [(fact, day, hour, values, {**measures, "visits": 4}) for _, _, hour, values, measures in few]
    return rows


def small_and_large(rows: list[Row], k: int) -> tuple[Database, Database]:
    """The rows with all detail kept, and the same with three sealed months."""
    whole, sealed = Database(), Database()
    whole.fill(rows)
    sealed.fill([row for row in rows if row[1] >= KEPT])
    for first, last in MONTHS:
        sealed.fill_sealed(rows, first, last, k)
    return whole, sealed


@pytest.fixture(scope="module")
def folded() -> Iterator[tuple[Database, Database]]:
    pair = small_and_large(uneven(3), K)
    yield pair
    for database in pair:
        database.connection.close()


@pytest.fixture(scope="module")
def unfolded() -> Iterator[tuple[Database, Database]]:
    """Sealed with a smallest group of no visits: nothing is withheld."""
    pair = small_and_large(generated(4, 1_500, FIRST), -1_000_000)
    yield pair
    for database in pair:
        database.connection.close()


def asked(database: Database, metrics: list[str], dates: tuple[date, date], caller: Any = UNGUARDED, **more: Any) -> dict[str, Any]:
    raw = {"metrics": metrics, "date_range": [day.isoformat() for day in dates], **more}
    return ask(raw, SITE, NOW_S, database.run, caller)


def table(answer: dict[str, Any]) -> dict[tuple[str, ...], list[Any]]:
    return {tuple(row["dimensions"]): row["metrics"] for row in answer["results"]}


def api(name: str) -> str:
    return HOUR_OF_DAY.api if name == HOUR else BY_NAME[name].api


ALL_PAIRS = [(fact, pair) for fact in PAIRS for pair in PAIRS[fact]]


# --- exact where nothing is withheld -----------------------------------------------------------------------------


@pytest.mark.parametrize(("fact", "pair"), ALL_PAIRS, ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_pairs_give_the_answers_of_detail_where_nothing_is_withheld(
    fact: FactName, pair: tuple[str, str], unfolded: tuple[Database, Database]
) -> None:
    rng = random.Random("".join(pair))
    columns = [api(name) for name in pair]
    metrics = [*ADDITIVE[fact], *RATIOS[fact]]
    filtered = next((name for name in columns if name != HOUR_OF_DAY.api), "")
    shapes = [
        {"dimensions": columns},
        {"dimensions": columns[::-1], "filters": [any_leaf(rng, filtered)]},
        {"dimensions": [name for name in columns if name != filtered], "filters": [any_leaf(rng, filtered)]},
        {"filters": [["or", [any_leaf(rng, filtered), ["is", columns[0], ["07", "one", "Google", "/"]], ["is", columns[1], ["/", "FI"]]]]]},
        {"dimensions": ["time:month"], "filters": [["is_not", columns[0], ["12", "/"]], any_leaf(rng, columns[1])]},
    ]
    for shape in rng.sample(shapes, 2):
        dates = (FIRST, rng.choice([TODAY, JANUARY[1]]))
        expected, found = (asked(database, metrics, dates, **shape) for database in unfolded)
        assert table(found) == table(expected)
        assert found["meta"]["days"]["pairs"] is not None
        assert found["meta"]["days"]["missing"] == []


def test_a_propertys_values_are_crossed_as_in_detail(unfolded: tuple[Database, Database]) -> None:
    for shape in (
        {"dimensions": ["event:props:plan"], "filters": [["is", "event:name", ["Sign up"]]]},
        {"dimensions": ["visit:country"], "filters": [["is_not", "event:props:plan", ["pro"]]]},
        {"dimensions": ["event:props:plan", "event:name"]},
    ):
        expected, found = (asked(database, ["visits", "events"], (FIRST, TODAY), **shape) for database in unfolded)
        assert table(found) == table(expected) != {}


SINGLE = [[], *([name] for name in BY_API if {"visits", "pages", "events"} & {*BY_API[name].facts}), ["visit:hour"]]


@pytest.mark.parametrize("dimensions", SINGLE, ids=lambda value: value[0] if value else "total")
def test_single_answers_are_the_same_before_and_after_sealing(dimensions: list[str], unfolded: tuple[Database, Database]) -> None:
    shapes = [((FIRST, TODAY), []), ((date(2025, 12, 12), date(2026, 2, 5)), ["time:day"]), (FEBRUARY, ["time:month"])]
    for dates, time in shapes:
        expected, found = (asked(database, ["visitors", "visits"], dates, dimensions=[*dimensions, *time]) for database in unfolded)
        assert table(found) == table(expected)
        assert (found["meta"].get("withheld"), found["meta"]["days"]["missing"]) == (None, [])


def test_hours_of_days_are_the_same_before_and_after_sealing(unfolded: tuple[Database, Database]) -> None:
    for more in ({"dimensions": ["time:hour"]}, {"dimensions": ["visit:hour"]}, {"filters": [["is", "visit:hour", ["07", "08"]]]}, {}):
        for span in (["2026-01-05T07:00:00", "2026-01-20T09:00:00"], ["2026-01-05T00:00:00", "2026-01-20T09:00:00"]):
            expected, found = (
                ask({"metrics": ["visits"], "date_range": span, **more}, SITE, NOW_S, database.run, SIGNED_IN) for database in unfolded
            )
            assert table(found) == table(expected) != {}


# --- what is withheld --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fact", "pair"), ALL_PAIRS, ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_kept_pairs_and_the_rare_row_are_the_margin_exactly(
    fact: FactName, pair: tuple[str, str], folded: tuple[Database, Database]
) -> None:
    detail, sealed = folded
    first = next((name for name in ("value", "event", "page") if name in pair), pair[0])
    other = pair[1] if first == pair[0] else pair[0]
    margin, found = (
        table(asked(sealed, ADDITIVE[fact], (FIRST, FEBRUARY[1]), dimensions=[api(name) for name in names]))
        for names in ([first], [first, other])
    )
    sums: dict[tuple[str, ...], list[int]] = {}
    for (value, _), figures in found.items():
        sums[(value,)] = [a + b for a, b in zip(sums.get((value,), [0] * len(figures)), figures, strict=True)]
    assert {key: value for key, value in sums.items() if any(value)} == margin
    exact = table(asked(detail, ADDITIVE[fact], (FIRST, FEBRUARY[1]), dimensions=[api(first), api(other)]))
    for key, figures in found.items():
        if RARE not in key:
            assert K <= figures[1] <= exact[key][1]


def test_what_the_rare_rows_of_an_answer_hold_is_counted_also_past_its_page(folded: tuple[Database, Database]) -> None:
    _, sealed = folded
    shape: dict[str, Any] = {"dimensions": ["visit:source"], "filters": [["is", "visit:hour", ["07"]]]}
    whole = asked(sealed, ["bounce_rate", "visits"], DECEMBER, **shape)
    visits = table(whole)[(RARE,)][1]
    assert visits > 0
    assert whole["meta"]["withheld"]["visits"] == visits
    for page in ({"limit": 1}, {"limit": 1, "offset": 1}, {"limit": 5, "offset": 500}):
        found = asked(sealed, ["bounce_rate"], DECEMBER, **shape, pagination=page)
        assert found["meta"]["withheld"] == whole["meta"]["withheld"]


def test_where_filters_name_both_dimensions_the_most_that_may_be_withheld_is_told(folded: tuple[Database, Database]) -> None:
    detail, sealed = folded
    less = 0
    for hour in ("07", "08", "09"):
        for source in ("Google", "google", "Direct / None"):
            filters = [["is", "visit:hour", [hour]], ["is", "visit:source", [source]]]
            exact, found = (asked(database, ["visits"], (FIRST, FEBRUARY[1]), filters=filters) for database in (detail, sealed))
            told, true = table(found)[()][0], table(exact)[()][0]
            assert told <= true <= told + found["meta"].get("withheld", {"visits": 0})["visits"]
            less += told < true
    assert less


def test_days_of_few_visits_tell_their_values_for_the_month_or_not_at_all(folded: tuple[Database, Database]) -> None:
    detail, sealed = folded
    for dates, withheld in ((DECEMBER, 0), ((DECEMBER[0], date(2025, 12, 30)), 16), (JANUARY, 8), (FEBRUARY, 0), ((LONELY, LONELY), 8)):
        exact, found = (asked(database, ["visits"], dates, dimensions=["visit:country"]) for database in (detail, sealed))
        assert sum(row[0] for row in table(found).values()) == sum(row[0] for row in table(exact).values())
        assert table(found).get((RARE,), [0])[0] == withheld
        assert found["meta"].get("withheld", {"visits": 0})["visits"] == withheld
        if not withheld:
            assert table(found) == table(exact)
        pages = [asked(database, ["visits"], dates, dimensions=["visit:entry_page"]) for database in (detail, sealed)]
        assert table(pages[1]) == table(pages[0])


def test_buckets_that_divide_months_leave_small_days_rare(folded: tuple[Database, Database]) -> None:
    detail, sealed = folded
    for bucket in ("time:day", "time:week"):
        found = asked(sealed, ["visits"], DECEMBER, dimensions=[bucket, "visit:country"])
        assert sum(row[0] for key, row in table(found).items() if key[1] == RARE) == 16
    months = [table(asked(database, ["visits"], DECEMBER, dimensions=["time:month", "visit:country"])) for database in (detail, sealed)]
    assert months[1] == months[0]


def test_hours_of_a_small_day_have_no_label_and_stay_in_the_sum(folded: tuple[Database, Database]) -> None:
    found = asked(folded[1], ["visits"], (LONELY, LONELY + timedelta(days=1)), dimensions=["time:hour"])
    assert table(found)[(RARE,)] == [8]
    assert found["results"][-1]["dimensions"] == [RARE]
    assert found["meta"]["withheld"]["visits"] == 8


def test_a_filter_leaves_out_small_days_and_says_so(folded: tuple[Database, Database]) -> None:
    for filters in ([["is", "visit:country", ["FI"]]], [["is_not", "visit:country", ["FI"]]], [["contains", "visit:country", ["("]]]):
        found = asked(folded[1], ["visits"], (LONELY, LONELY), filters=filters)
        assert (table(found), found["meta"]["withheld"]["visits"]) == ({(): [0]}, 8)


def test_part_of_a_small_day_is_left_out_and_all_of_it_is_not(folded: tuple[Database, Database]) -> None:
    before, after = LONELY - timedelta(days=1), LONELY + timedelta(days=1)
    spans = {(f"{LONELY}T00:00:00", f"{after}T05:00:00"): 0, (f"{LONELY}T01:00:00", f"{after}T05:00:00"): 8}
    spans |= {(f"{before}T05:00:00", f"{after}T00:00:00"): 0, (f"{before}T05:00:00", f"{LONELY}T23:00:00"): 8}
    for span, withheld in spans.items():
        exact, found = (ask({"metrics": ["visits"], "date_range": list(span)}, SITE, NOW_S, database.run, SIGNED_IN) for database in folded)
        assert found["meta"].get("withheld", {"visits": 0})["visits"] == withheld
        assert 0 <= table(exact)[()][0] - table(found)[()][0] <= withheld


def test_what_is_withheld_cannot_be_filtered_on(folded: tuple[Database, Database]) -> None:
    for dates in (DECEMBER, (LONELY, LONELY), (FIRST, TODAY)):
        for more in ({}, {"dimensions": ["visit:browser"]}):
            for operator in ("is", "contains", "matches"):
                value = "^.rare" if operator == "matches" else RARE
                found = asked(folded[1], ["visits"], dates, filters=[[operator, "visit:country", [value]]], **more)
                assert not any(any(row) for row in table(found).values())


def test_a_comparison_does_not_take_what_is_withheld_for_nothing(folded: tuple[Database, Database]) -> None:
    shape: dict[str, Any] = {"dimensions": ["visit:source"], "filters": [["is", "visit:hour", ["07"]]]}
    now = asked(folded[1], ["visits"], FEBRUARY, **shape, include={"compare": [str(day) for day in JANUARY]})
    then = table(asked(folded[1], ["visits"], JANUARY, **shape))
    for row in now["results"]:
        values = tuple(row["dimensions"])
        assert (row["comparison"] and row["comparison"]["metrics"]) == then.get(values)


def test_a_ratio_of_two_facts_is_not_told_where_each_withholds_its_own(folded: tuple[Database, Database]) -> None:
    shape: dict[str, Any] = {"dimensions": ["event:page"], "filters": [["is", "visit:country", ["FI"]]]}
    sealed = asked(folded[1], ["exit_rate", "pageviews"], FEBRUARY, **shape)
    assert {row[0] for row in table(sealed).values()} == {None}
    assert sealed["meta"]["metric_warnings"]["exit_rate"]["code"] == "withheld_apart"
    kept = asked(folded[1], ["exit_rate"], (KEPT, TODAY), **shape)
    assert any(row[0] is not None for row in table(kept).values())


def test_revenue_of_a_filter_is_told_if_the_whole_site_has_one_currency(folded: tuple[Database, Database]) -> None:
    detail, sealed = folded
    shape: dict[str, Any] = {"dimensions": ["event:name"], "filters": [["is", "visit:country", ["FI"]]]}
    found = asked(sealed, ["total_revenue"], (FEBRUARY[0], TODAY), **shape)
    exact = asked(detail, ["total_revenue"], (FEBRUARY[0], TODAY), **shape)
    total = sum(row[0]["value"] for row in table(exact).values())
    assert sum(row[0]["value"] for row in table(found).values()) == pytest.approx(total)


# --- which days are covered --------------------------------------------------------------------------------------

PAIR: dict[str, Any] = {"dimensions": ["visit:browser"], "filters": [["is", "visit:country", ["FI"]]]}
NO_PAIR: dict[str, Any] = {"dimensions": ["visit:os"], "filters": [["is", "visit:country", ["FI"]]]}
BY_DAY: dict[str, Any] = {"dimensions": ["time:day"], "filters": [["is", "visit:country", ["FI"]], ["is", "visit:browser", ["Chrome"]]]}
BY_MONTH: dict[str, Any] = {**BY_DAY, "dimensions": ["time:month"]}
COVERED: list[tuple[dict[str, Any], list[str], dict[str, Any]]] = [
    (PAIR, ["2025-12-01", "2026-03-31"], {"pairs": ["2025-12-01", "2026-02-28"], "detail": ["2026-03-01", "2026-03-30"]}),
    (
        PAIR,
        ["2025-12-02", "2026-02-27"],
        {"pairs": ["2026-01-01", "2026-01-31"], "missing": [["2025-12-02", "2025-12-31"], ["2026-02-01", "2026-02-27"]]},
    ),
    (PAIR, ["2026-01-02", "2026-01-30"], {"missing": [["2026-01-02", "2026-01-30"]]}),
    (PAIR, ["2026-02-15", "2026-03-15"], {"detail": ["2026-03-01", "2026-03-15"], "missing": [["2026-02-15", "2026-02-28"]]}),
    (PAIR, ["2025-11-15", "2025-12-31"], {"pairs": ["2025-11-15", "2025-12-31"]}),
    (PAIR, ["2026-03-05", "2026-03-06"], {"detail": ["2026-03-05", "2026-03-06"]}),
    (NO_PAIR, ["2025-12-01", "2026-03-31"], {"detail": ["2026-03-01", "2026-03-30"], "missing": [["2025-12-01", "2026-02-28"]]}),
    (BY_DAY, ["2026-02-01", "2026-03-31"], {"detail": ["2026-03-01", "2026-03-30"], "missing": [["2026-02-01", "2026-02-28"]]}),
    (BY_MONTH, ["2026-02-01", "2026-03-31"], {"pairs": ["2026-02-01", "2026-02-28"], "detail": ["2026-03-01", "2026-03-30"]}),
    (
        PAIR,
        ["2026-02-01T00:00:00", "2026-03-02T05:00:00"],
        {"detail": ["2026-03-01", "2026-03-02"], "missing": [["2026-02-01", "2026-02-28"]]},
    ),
    ({"dimensions": ["visit:os"]}, ["2025-12-05", "2026-03-31"], {"daily": ["2025-12-05", "2026-03-30"]}),
]


@pytest.mark.parametrize(("shape", "span", "days"), COVERED)
def test_what_is_covered_ends_where_sealed_periods_do(
    shape: dict[str, Any], span: list[str], days: dict[str, Any], folded: tuple[Database, Database]
) -> None:
    found = ask({"metrics": ["visits"], "date_range": span, **shape}, SITE, NOW_S, folded[1].run, UNGUARDED)["meta"]["days"]
    today = {"today": ["2026-03-31"] * 2} if span[1] == "2026-03-31" else {}
    assert {name: value for name, value in found.items() if value and name != "reason"} == days | today
    assert ("reason" in found) == ("missing" in days)


def test_days_sealed_one_by_one_can_be_told_by_day() -> None:
    rows = generated(6, 900, KEPT)
    whole, sealed = Database(), Database()
    whole.fill(rows)
    sealed.fill([row for row in rows if row[1] == TODAY])
    for number in range((TODAY - KEPT).days):
        sealed.fill_sealed(rows, KEPT + timedelta(days=number), KEPT + timedelta(days=number), -1_000_000)
    span = (date(2026, 3, 5), TODAY)
    for dimensions in (
        ["time:day", "visit:country", "visit:device"],
        ["time:week", "visit:hour", "visit:browser"],
        ["time:hour", "visit:source"],
    ):
        expected, found = (asked(database, ["visits", "pageviews"], span, dimensions=dimensions) for database in (whole, sealed))
        assert table(found) == table(expected) != {}
        assert found["meta"]["days"]["pairs"] == ["2026-03-05", "2026-03-30"]
    for database in (whole, sealed):
        database.connection.close()


def test_late_rows_of_sealed_days_are_told_while_they_wait() -> None:
    rows = generated(8, 600, FIRST)
    database = Database()
    database.fill([row for row in rows if row[1] >= KEPT])
    database.fill_sealed(rows, *FEBRUARY, 30)
    late = [
        ("visits", day, hour, values, measures) for fact, day, hour, values, measures in rows if fact == "visits" and day == FEBRUARY[0]
    ]
    database.fill(late, open_days=(FEBRUARY[0],))
    margin = table(asked(database, ["visits"], FEBRUARY, dimensions=["visit:country"]))
    crossed = table(asked(database, ["visits"], FEBRUARY, dimensions=["visit:country", "visit:device"]))
    for (country,), (visits,) in margin.items():
        assert sum(row[0] for key, row in crossed.items() if key[0] == country) == visits
    database.connection.close()


def test_several_questions_share_what_they_must_know_of_the_past(folded: tuple[Database, Database]) -> None:
    sealed = folded[1]
    days = [day.isoformat() for day in FEBRUARY]
    raws = [
        {"metrics": ["visits"], "date_range": days, "dimensions": [name], "filters": [["is", "visit:country", ["FI"]]]}
        for name in ("visit:browser", "visit:device", "visit:source")
    ]
    before = len(sealed.statements)
    together = ask_many(raws, SITE, NOW_S, sealed.run, SIGNED_IN)
    assert len(sealed.statements) - before == 1 + 3 + 1  # the sealed periods, each list, what small days may hold of the country
    assert together == [ask(raw, SITE, NOW_S, sealed.run, SIGNED_IN) for raw in raws]
