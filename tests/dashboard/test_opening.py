"""A page opens on the days a site has."""

from pathlib import Path

import httpx

from collector.query import Caller, SiteView
from dashboard.answers import Source
from dashboard.opening import usual_period
from dashboard.periods import Period
from tests.dashboard.harness import ZONE, House, house, served

DAY_S = 86_400
HOUR_S = 3_600


def opens_on(home: House, domain: str, age_s: int = 0) -> Period:
    row = home.control.site(domain)
    assert row
    source = Source(SiteView(row.id, row.domain, ZONE), home.clock.now_s, home.store.query, Caller(10))
    return usual_period(source, int(home.clock.now_s) - age_s)


def test_a_site_of_today_or_yesterday_opens_on_today_and_an_older_one_on_30_days(home: House) -> None:
    # It is 15:40 at the site.
    assert [opens_on(home, "empty.example", hours * HOUR_S) for hours in (0, 16, 39, 40, 24 * 365)] == ["day", "day", "day", "30d", "30d"]


def test_a_new_site_with_a_past_opens_on_30_days(home: House) -> None:
    assert opens_on(home, "example.com") == "30d"


def test_a_past_that_cannot_be_asked_about_is_no_reason_to_hide_it(home: House) -> None:
    def broken(sql: str, parameters: object) -> list[tuple[object, ...]]:
        raise OSError("no disk")

    source = Source(SiteView(1, "example.com", ZONE), home.clock.now_s, broken, Caller(10))
    assert usual_period(source, int(home.clock.now_s)) == "30d"


def test_on_a_young_site_every_link_leads_where_it_says(tmp_path: Path) -> None:
    with house(tmp_path) as fresh, served(fresh.app) as where:
        fresh.add("tea.example", 1, 20)
        cookies = {"footfall_session": fresh.session()}
        opened = httpx.get(f"{where}/site/tea.example", cookies=cookies).text
        assert "<title>tea.example · Today · Footfall</title>" in opened
        assert '<a href="/site/tea.example" aria-current="true">Today</a>' in opened
        assert '<a href="/site/tea.example?period=30d">Last 30 days</a>' in opened
        month = httpx.get(f"{where}/site/tea.example?period=30d", cookies=cookies).text
        assert "<title>tea.example · Last 30 days · Footfall</title>" in month
        assert "/site/tea.example?period=30d&amp;f=is:country:" in month
        fresh.clock.now_s += 2 * DAY_S
        cookies = {"footfall_session": fresh.session()}
        assert "· Last 30 days ·" in httpx.get(f"{where}/site/tea.example", cookies=cookies).text
