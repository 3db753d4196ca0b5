"""The dashboard over sealed months: which days, how finely, what is not told apart, and that all of it is said."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import httpx
import pytest

from collector.query import Caller, SiteView
from dashboard import notes
from dashboard.answers import Answer, Source
from dashboard.asking import Asking
from dashboard.panels import PANEL_BY_KEY
from dashboard.periods import Choice, Span
from dashboard.questions import list_rows
from dashboard.site_page import overview
from dashboard.view import Filter, View
from tests.dashboard.harness import ZONE, House, house, served

FIRST, LAST = date(2026, 8, 1), date(2026, 11, 22)
MONTHS = (Span(FIRST, date(2026, 8, 31)), Span(date(2026, 9, 1), date(2026, 9, 30)), Span(date(2026, 10, 1), date(2026, 10, 31)))
ALL = f"period=custom&from={FIRST}&to={LAST}"
FINLAND = "f=is:country:FI"
# Less than ten of the last 30 days' visits are so.
FEW = "f=is:country:SE&f=is:source:Mastodon"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two sites since August, sealed up to October; on most days of the second there are fewer than ten visits."""
    with house(tmp_path_factory.mktemp("sealed")) as filled:
        for domain, visits in (("example.com", 24), ("small.example", 6)):
            site = filled.add(domain, (LAST - FIRST).days + 1, visits)
            for month in MONTHS:
                filled.seal(site, *month)
        yield filled


@pytest.fixture(scope="module")
def reader(sealed: House) -> Iterator[httpx.Client]:
    with served(sealed.app) as where, httpx.Client(base_url=where, cookies={"footfall_session": sealed.session()}) as client:
        yield client


def shown(reader: httpx.Client, query: str, domain: str = "example.com") -> str:
    answer = reader.get(f"/site/{domain}?{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


def panel(markup: str, key: str) -> str:
    return markup.split(f'id="title-{key}"')[1].split("</section>")[0]


def headline(markup: str) -> int:
    """The visitors of the headline."""
    found = re.search(r'<span class="figure-value"[^>]*?title="([\d,]+)"', markup)
    assert found
    return number(found[1])


def number(text: str) -> int:
    return int(text.replace(",", ""))


def first_figures(rows: str) -> list[int]:
    """The first figure of each row of a list."""
    return [number(text) for text in re.findall(r'</th>\s*<td class="num" title="([\d,]+)"', rows)]


def chart_rows(markup: str) -> list[str]:
    return re.findall(r'<th scope="row">([^<]+)</th>', markup.split('class="data"')[1].split("</table>")[0])


# --- what is not told apart ---


def test_rows_and_what_is_not_told_apart_add_up_to_the_headline(reader: httpx.Client) -> None:
    markup = shown(reader, f"{ALL}&{FINLAND}&panel=sources")
    rows = panel(markup, "sources")
    foot = rows.split("<tfoot>")[1].split("</tfoot>")[0]
    assert "In groups under 10 visits" in foot
    assert "<a " not in foot
    assert "(rare)" not in markup
    overview = shown(reader, f"{ALL}&{FINLAND}")
    assert sum(first_figures(rows)) == headline(overview)
    assert foot.split("</th>")[1].split("</td>")[0] in panel(overview, "sources")


def test_the_row_of_small_groups_is_found_past_the_end_of_a_list(sealed: House) -> None:
    asking = Asking(View(filters=(Filter("is", "country", "FI"),)), source(sealed))
    tab = PANEL_BY_KEY["sources"].tabs[0]
    question = list_rows(asking.view, tab, Span(FIRST, LAST))
    whole = asking.outcomes({"rows": question})["rows"]
    one = asking.outcomes({"rows": {**question, "pagination": {"limit": 1, "offset": 0}}})["rows"]
    assert isinstance(whole, Answer)
    assert isinstance(one, Answer)
    assert whole.rare is not None
    assert (one.rare, one.total) == (whole.rare, whole.total)


def test_a_file_ends_with_what_is_not_told_apart(reader: httpx.Client) -> None:
    answer = reader.get(f"/site/example.com/csv?{ALL}&f=is:source:Google&panel=places")
    *rows, last = csv.DictReader(io.StringIO(answer.text[1:]))
    assert (last["Country"], last["Code"]) == ("In groups under 10 visits", "")
    assert int(last["Visitors"]) > 0
    assert all(row["Code"] for row in rows)


def test_values_of_small_days_are_told_of_whole_months(reader: httpx.Client) -> None:
    part = panel(shown(reader, "period=custom&from=2026-09-02&to=2026-09-20", "small.example"), "places")
    month = panel(shown(reader, "period=month&date=2026-09-01", "small.example"), "places")
    assert "In groups under 10 visits" in part
    assert "Finland" in month
    assert "In groups under 10 visits" not in month


def test_three_facts_of_few_visits_are_one_row_and_it_is_said_why(reader: httpx.Client) -> None:
    browsers = panel(shown(reader, f"{FEW}&compare=none"), "devices")
    assert len(first_figures(browsers)) == 1
    assert "In groups under 10 visits" in browsers
    assert notes.why_withheld(10, {"country", "source", "browser"}, False) in browsers


def test_filters_of_three_facts_that_few_visits_share_tell_nothing(reader: httpx.Client) -> None:
    markup = shown(reader, f"{FEW}&f=is:device:Mobile&compare=none")
    note = f"Some visits may be withheld. {notes.why_withheld(10, {'country', 'source', 'device'}, False)}"
    assert markup.count(note) == 1
    assert first_figures(panel(markup, "places")) == []


# --- which days ---


def test_days_missing_at_both_ends_are_named_once_and_whole_months_are_a_click_away(reader: httpx.Client) -> None:
    markup = shown(reader, "period=custom&from=2026-08-10&to=2026-10-20&f=is:country:FI&f=is:device:Mobile")
    assert markup.count("Not included: 10 – 31 Aug 2026 and 1 – 20 Oct 2026.") == 1
    assert markup.count(notes.BY_MONTH) == 2  # above all figures, and under the chart that is drawn by month therefore
    link = re.search(r'<a href="([^"]+)">Show 1 Aug – 31 Oct</a>', markup)
    assert link
    assert "Not included" not in shown(reader, link[1].partition("?")[2])


def test_lists_of_other_days_than_the_headline_name_them(reader: httpx.Client) -> None:
    markup = shown(reader, f"period=custom&from=2026-08-10&to={LAST}&{FINLAND}&devices=systems")
    assert "Not included" not in markup
    assert '<p class="only">1 Sep – 22 Nov 2026 only</p>' in panel(markup, "sources")
    assert '<p class="only">1 – 22 Nov 2026 only</p>' in panel(markup, "devices")
    assert 'class="only"' not in panel(markup, "places")
    assert markup.count(f"A list that names its days is of those alone. {notes.BY_MONTH} {notes.NOT_TOGETHER}") == 1


def test_within_a_sealed_month_lists_of_two_facts_say_that_they_are_not_kept(reader: httpx.Client) -> None:
    markup = shown(reader, f"period=custom&from=2026-09-10&to=2026-09-20&{FINLAND}")
    assert f"Some lists are not kept of these days. {notes.BY_MONTH}" in markup
    assert "Show September 2026" in markup
    assert notes.NOTHING_KEPT in panel(markup, "sources")
    assert "Finland" in panel(markup, "places")


def test_what_cannot_be_compared_is_said_to_be_not_compared(reader: httpx.Client) -> None:
    said = "Not compared with 24 Sep – 23 Oct:"
    assert said in shown(reader, "f=is:country:FI&f=is:os:iOS")
    assert said not in shown(reader, FINLAND)


def test_days_compared_with_of_which_the_first_were_before_counting_are_said_to_be_a_part(reader: httpx.Client) -> None:
    said = "Compared with a part of 8 Jul – 14 Sep: of its first days nothing was counted"
    assert said in shown(reader, f"period=custom&from=2026-09-15&to={LAST}")
    for whole in (f"period=custom&from=2026-10-01&to={LAST}", f"period=custom&from=2026-09-15&to={LAST}&compare=none", "period=day"):
        assert "Compared with a part of" not in shown(reader, whole)


def test_a_list_of_more_days_than_its_segment_is_known_of_has_no_shares(reader: httpx.Client, sealed: House) -> None:
    name = "Finns on phones"
    if name not in [row.name for row in sealed.control.segments("example.com")]:
        sealed.control.add_segment("example.com", name, [["is", "visit:country", ["FI"]], ["is", "visit:device", ["Mobile"]]])
    markup = shown(reader, f"{ALL}&f=is:segment:{name}")
    assert f"Not included: 1 Aug – 31 Oct 2026. {notes.BEFORE_SEGMENT}" in markup
    assert '<p class="only">1 Aug – 22 Nov 2026</p>' in panel(markup, "places")
    assert re.findall(r'class="num share">([\d.%]*)</td>', panel(markup, "places")) == [""]


# --- the chart ---


def test_two_filters_over_sealed_months_are_drawn_by_month_and_it_is_said(reader: httpx.Client) -> None:
    markup = shown(reader, f"{ALL}&{FINLAND}&f=is:device:Mobile")
    assert chart_rows(markup) == ["August 2026", "September 2026", "October 2026", "November 2026 (so far)"]
    assert f"Drawn by month. {notes.BY_MONTH}" in markup
    assert chart_rows(shown(reader, f"{ALL}&{FINLAND}"))[0].startswith("Week of")


def test_one_filter_on_a_site_of_small_days_is_drawn_by_month(reader: httpx.Client) -> None:
    markup = shown(reader, f"period=custom&from={FIRST}&to=2026-10-31&{FINLAND}", "small.example")
    assert chart_rows(markup) == ["August 2026", "September 2026", "October 2026"]
    assert f"Drawn by month. {notes.why_withheld(10, {'country'}, False)}" in markup


def test_a_day_that_is_not_told_by_hour_has_no_chart_and_its_figures_stand(reader: httpx.Client) -> None:
    small = notes.why_withheld(10, {"hour"}, False)
    for domain, query, why in (("example.com", f"&{FINLAND}", notes.BY_MONTH), ("small.example", "", small)):
        markup = shown(reader, f"period=day&date=2026-09-16{query}", domain)
        assert f"There is no chart of these days. {why}" in markup
        assert headline(markup) > 0


# --- the hours ---


def test_hours_are_listed_in_turn_with_a_filter_too(reader: httpx.Client) -> None:
    for query in ("places=hours", f"{ALL}&{FINLAND}&places=hours", "places=hours&panel=places"):
        labels = re.findall(r"<bdi>(\d\d:00–\d\d:00)</bdi>", panel(shown(reader, query), "places"))
        assert labels == sorted(labels)
        assert len(labels) > 10
    by_size = re.findall(r"<bdi>(\d\d):00–", panel(shown(reader, "places=hours&panel=places&order=visits"), "places"))
    assert by_size != sorted(by_size)


def test_an_hour_narrows_the_page_like_any_row(reader: httpx.Client) -> None:
    markup = shown(reader, "f=is:hour:09&places=hours")
    assert "Hour of day <i>is</i> <b><bdi>09:00–10:00</bdi></b>" in markup
    assert first_figures(panel(markup, "places")) == [headline(markup)]


# --- speed ---


def source(sealed: House, asked: list[str] | None = None) -> Source:
    row = sealed.control.site("example.com")
    assert row

    def run(sql: str, parameters: object) -> list[tuple[object, ...]]:
        if asked is not None:
            asked.append(sql)
        return sealed.store.query(sql, parameters)  # type: ignore[arg-type]  # as the store's own runner takes them

    return Source(SiteView(row.id, row.domain, ZONE), sealed.clock.now_s, run, Caller(10))


def test_days_whose_detail_is_kept_are_asked_for_in_one_round_and_sealed_ones_in_few_more(sealed: House) -> None:
    asked: list[str] = []
    overview(View(choice=Choice("7d")), source(sealed, asked))
    assert len(asked) == 11  # what is sealed; headline and line, each with the days before, and whether there are any; five lists
    del asked[:]
    overview(View(choice=Choice("custom", None, Span(FIRST, LAST)), filters=(Filter("is", "country", "FI"),)), source(sealed, asked))
    assert len(asked) <= 20
