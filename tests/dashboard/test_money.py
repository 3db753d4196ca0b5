"""Revenue on the dashboard: where there is some it is shown in its currency, and amounts that cannot be added are not."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from collector.event import Kind
from collector.facts import METRIC_BY_NAME, RARE
from dashboard.answers import Answer, Row
from dashboard.format import Money, change, exact, figure, tick
from dashboard.notes import SEVERAL_CURRENCIES
from dashboard.present import with_money_only_where_some_is
from tests.dashboard.harness import ZONE, House, house, served
from tests.dashboard.history import Sums, add_visit, visit_events

REVENUE = METRIC_BY_NAME["total_revenue"]
SALES = "/site/shop.example?period=day&f=is:event:Purchase"


def purchase(site: int, now_s: int, currency: str, minor: int) -> Sums:
    """A visit's rows: one page view and one purchase."""
    first = next(visit_events(site, ZONE, now_s - 30))
    bought = msgspec.structs.replace(first, kind=Kind.CUSTOM, name="Purchase", currency=currency, revenue=minor)
    found: Sums = {}
    add_visit(found, (first, bought))
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[House]:
    """A shop that has sold something for 12,345.50 EUR today."""
    with house(tmp_path) as filled:
        filled.count(purchase(filled.add("shop.example"), int(filled.clock.now_s), "EUR", 1_234_550))
        yield filled


@pytest.fixture
def customer(shop: House) -> Iterator[httpx.Client]:
    with served(shop.app) as where, httpx.Client(base_url=where, cookies={"footfall_session": shop.session()}) as client:
        yield client


def test_an_event_filtered_by_shows_its_revenue(customer: httpx.Client) -> None:
    shown = customer.get(f"{SALES}&metric=total_revenue").text
    assert 'title="12,345.50\N{NO-BREAK SPACE}EUR">12.3k\N{NO-BREAK SPACE}EUR</span>' in shown
    assert "<td>12,345.50\N{NO-BREAK SPACE}EUR</td>" in shown
    assert SEVERAL_CURRENCIES not in shown


def test_lists_and_files_of_events_have_their_revenue(customer: httpx.Client) -> None:
    assert "12,345.50\N{NO-BREAK SPACE}EUR" in customer.get("/site/shop.example?period=day&panel=events").text
    answer = customer.get("/site/shop.example/csv?period=day&panel=events")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["Revenue (EUR)"] == "12345.5"


def test_amounts_in_several_currencies_are_not_added_and_it_is_said(shop: House, customer: httpx.Client) -> None:
    shop.count(purchase(1, int(shop.clock.now_s), "JPY", 700))
    assert SEVERAL_CURRENCIES in customer.get(SALES).text
    assert "EUR" not in customer.get("/site/shop.example?period=day&panel=events").text
    by_currency = customer.get("/site/shop.example?period=day&panel=events&events=currencies").text
    assert "700\N{NO-BREAK SPACE}JPY" in by_currency
    assert "12,345.50\N{NO-BREAK SPACE}EUR" in by_currency
    answer = customer.get("/site/shop.example/csv?period=day&panel=events&events=currencies")
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert {row["Currency"]: row["Revenue"] for row in rows} == {"EUR": "12345.5", "JPY": "700.0"}


def test_money_is_read_with_its_currency_and_its_decimals() -> None:
    assert exact(REVENUE, Money(1234.5, "EUR")) == figure(REVENUE, Money(1234.5, "EUR")) == "1,234.50\N{NO-BREAK SPACE}EUR"
    assert exact(REVENUE, Money(1200, "JPY")) == "1,200\N{NO-BREAK SPACE}JPY"
    assert figure(REVENUE, Money(2_500_000, "KWD")) == "2.50M\N{NO-BREAK SPACE}KWD"
    assert [tick(REVENUE, value) for value in (0, 2.5, 9000, 2_000_000)] == ["0", "2.5", "9,000", "2.00M"]
    assert change(REVENUE, Money(120, "EUR"), Money(100, "EUR")).spoken == "20% more than before (100.00\N{NO-BREAK SPACE}EUR)"


def test_who_sells_nothing_sees_no_column_of_money() -> None:
    answer = Answer((Row("Sign up", (3, None)), Row("Ask", (2, Money(0, "EUR")))), 2, rare=Row(RARE, (1, None)))
    names, cut = with_money_only_where_some_is(("visitors", "total_revenue"), answer)
    assert (names, cut.rows, cut.rare) == (("visitors",), (Row("Sign up", (3,)), Row("Ask", (2,))), Row(RARE, (1,)))


def test_money_of_small_groups_alone_is_money() -> None:
    names = ("visitors", "total_revenue")
    answer = Answer((Row("Ask", (2, None)),), 1, rare=Row(RARE, (9, Money(5, "EUR"))))
    assert with_money_only_where_some_is(names, answer) == (names, answer)
