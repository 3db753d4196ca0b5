"""Saved segments in the dashboard: what can be saved, what it means in words, and its way from a view to a name and back."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from collector.control.segments import NAME_CHARACTERS_MAX, SEGMENTS_MAX
from collector.query import SiteView
from dashboard.auth import NOT_OURS
from dashboard.forms import FIELDS_MAX
from dashboard.navigation import navigation
from dashboard.panels import PANELS, UNKNOWN_EXIT
from dashboard.questions import conditions
from dashboard.segments import UNKNOWN_SEGMENT, can_be_saved, dimensions_filtered, meaning
from dashboard.view import FILTERS_MAX, PAIRS_MAX, Filter, View, read, url
from tests.dashboard.harness import ZONE, House, house, served
from tests.dashboard.test_view import TODAY

HERE = {"sec-fetch-site": "same-origin"}
FINNS = [["is", "visit:country", ["FI"]], ["is", "visit:device", ["Mobile"]]]
TWO = "f=is:country:FI&f=contains:source:goo"
SITE = SiteView(1, "example.com", ZONE, (("Finns", FINNS), ("<i>'\"&", FINNS)))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose site has a segment, `Finns`."""
    with house(tmp_path_factory.mktemp("house")) as opened:
        opened.add("example.com", 12, 30)
        opened.add("other.example", 2, 3)
        opened.control.add_segment("example.com", "Finns", FINNS)
        yield opened


@pytest.fixture(scope="module")
def where(filled: House) -> Iterator[str]:
    with served(filled.app) as address:
        yield address


@pytest.fixture
def client(filled: House, where: str) -> Iterator[httpx.Client]:
    """A client that is signed in; the segments that were there before are there after."""
    before = filled.control.segments()
    with httpx.Client(base_url=where, cookies={"footfall_session": filled.session()}) as opened:
        yield opened
    for row in filled.control.segments():
        if row not in before:
            filled.control.remove_segment(row.domain, row.name)


def names(filled: House, domain: str = "example.com") -> list[str]:
    return [row.name for row in filled.control.segments(domain)]


def fields(markup: str, action: str) -> dict[str, Any]:
    """What the form of an action sends, with every field of one name."""
    form = markup.split(f'action="{action}"')[1].split("</form>")[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


# --- what can be saved, and what it means ---


@pytest.mark.parametrize(
    ("query", "possible"),
    [
        (TWO, True),
        ("f=is:exit_page:/&f=is:hostname:a.example&f=contains:city:o", True),
        ("", False),
        ("f=is:country:FI", False),
        ("f=is:country:FI&f=is_not:device:Mobile", False),
        ("f=is:country:FI&f=contains_not:device:Mobile", False),
        ("f=is:country:FI&f=is:page:/", False),
        ("f=is:country:FI&f=is:event:Buy", False),
        (f"{TWO}&f=is:segment:Finns", False),
    ],
)
def test_two_filters_or_more_about_the_whole_visit_can_be_saved(query: str, possible: bool) -> None:
    view = read(parse_qsl(query))
    assert can_be_saved(view) == possible
    assert navigation(SITE, view, TODAY, None).can_save == possible


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (FINNS, "Country is Finland and Device is Mobile"),
        ([["is_not", "visit:source", ["Google", "Bing"]], FINNS[0]], "Source is not Google or Bing and Country is Finland"),
        ([["contains", "visit:source", ["goo"], {"case_sensitive": False}], FINNS[1]], "Source contains goo and Device is Mobile"),
        (
            [["or", [*FINNS, ["matches_not", "visit:os", ["^W"]]]]],
            "(Country is Finland or Device is Mobile or Operating system does not match ^W)",
        ),
        ([["not", FINNS[0]], ["is", "visit:hour", ["09"]]], "not (Country is Finland) and visit:hour is 09"),
        ([["is", "visit:source", ["a\u202eb"]], FINNS[0]], "Source is a\ufffdb and Country is Finland"),
    ],
)
def test_a_segment_is_told_in_words(filters: list[Any], said: str) -> None:
    assert meaning(filters) == said


def test_a_segment_of_many_values_is_told_in_part() -> None:
    said = meaning([["is", "visit:source", ["x" * 100] * 100], FINNS[0]])
    assert said.endswith(" …") and len(said) < 610


def test_a_view_saved_means_what_it_showed() -> None:
    view = read(parse_qsl("f=contains:country:inland&f=contains:source:goo&f=is:screen:Desktop"))
    assert meaning(conditions(view)) == "Country is Finland and Source contains goo and Screen size is Desktop"


def test_a_segment_is_asked_by_its_name_and_has_no_opposite() -> None:
    view = read([("f", "is:segment:A: b"), ("f", "is_not:segment:A"), ("f", "contains:segment:A")])
    assert view.filters == (Filter("is", "segment", "A: b"),)
    assert conditions(view) == [["is", "segment", ["A: b"]]]
    assert url("example.com", view) == "/site/example.com?f=is:segment:A:%20b"


def test_the_segments_of_a_site_are_choices_of_a_view() -> None:
    view = read(parse_qsl("period=7d&f=is:country:FI&f=is:segment:Finns"))
    links = navigation(SITE, view, TODAY, None).segments
    assert [(link.label, link.current) for link in links] == [("Finns", True), ("<i>'\"&", False)]
    assert links[1].url == "/site/example.com?period=7d&f=is:country:FI&f=is:segment:%3Ci%3E%27%22%26"
    assert read(parse_qsl(urlsplit(links[1].url).query)).filters[1].value == "<i>'\"&"


def test_a_chip_says_what_its_segment_means() -> None:
    chips = navigation(SITE, View(filters=(Filter("is", "segment", "Finns"), Filter("is", "segment", "Swedes"))), TODAY, None).chips
    assert [(chip.dimension, chip.operator, chip.value) for chip in chips] == [("Segment", "is", "Finns"), ("Segment", "is", "Swedes")]
    assert [chip.title for chip in chips] == ["Country is Finland and Device is Mobile", "There is no such segment."]
    assert {chip.url for chip in chips} == {"/site/example.com/segments"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("f=is:page:/&f=is:segment:Finns", ("page", "country", "device")),
        ("f=is:country:FI&f=is:segment:Nested", ("country", "exit_page")),
        ("f=is:country:FI", ("country",)),
        ("f=is:segment:Finns&f=is:segment:None", None),
    ],
)
def test_a_view_is_filtered_by_what_its_segments_name(query: str, names: tuple[str, ...] | None) -> None:
    nested = [["or", [["not", ["is", "visit:exit_page", ["/"]]], FINNS[0]]], ["is", "visit:hour", ["09"]]]
    assert dimensions_filtered(read(parse_qsl(query)), [("Finns", FINNS), ("Nested", nested)]) == names


# --- from a view to a name ---


def test_a_view_is_saved_and_comes_back_narrowed_by_its_name(client: httpx.Client, filled: House) -> None:
    where = "/site/example.com/segments"
    form = fields(client.get(f"/site/example.com?period=7d&panel=places&page=2&{TWO}").text, where)
    answer = client.post(where, data={**form, "name": "  Finns from\nGoogle: 1 "}, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/site/example.com?period=7d&f=is:segment:Finns%20from%20Google:%201&panel=places",
    )
    saved = filled.control.require_segment("example.com", "Finns from Google: 1")
    assert saved.filters == [["is", "visit:country", ["FI"]], ["contains", "visit:source", ["goo"], {"case_sensitive": False}]]
    listed = client.get(where).text
    assert "Finns from Google: 1" in listed and "Country is Finland and Source contains goo" in listed
    assert "Saved 22 Nov" in listed
    assert names(filled, "other.example") == [] and "Finns" not in client.get("/site/other.example/segments").text


def test_only_a_view_that_can_be_saved_offers_it(client: httpx.Client) -> None:
    assert "Save as segment" in client.get(f"/site/example.com?{TWO}").text
    assert "Save as segment" not in client.get("/site/example.com?f=is:country:FI").text
    assert 'href="/site/example.com/segments"' in client.get("/site/example.com").text
    assert "/segments" not in client.get("/site/other.example").text, "a site without segments shows none"


@pytest.mark.parametrize(
    ("name", "query", "why"),
    [
        ("Finns", TWO, "The segment 'Finns' exists already. Choose another name."),
        ("(rare)", TWO, "A name cannot begin with ( or *, as figures of Footfall's own do. Choose another name."),
        ("", TWO, "A segment needs a name."),
        (" \u3000 ", TWO, "A segment needs a name."),
        ("a\x00b", TWO, "This name has a character in it that cannot be seen."),
        ("<i>" + "x" * 900, TWO, "This name has 903 characters, and 60 are the most. Choose a shorter one."),
        ("Long", "&".join(f"f=is:{name}:{'%22' * 1900}" for name in ("source", "referrer", "city")), "and 8,000 are the most. Remove one"),
        ("None", "", "Choose at least two filters first, then save them as a segment."),
        ("One", "f=is:country:FI", "Add a second filter first, then save both as a segment: one alone can be chosen as it is."),
        (
            "Pages",
            "f=is:country:FI&f=is:page:/",
            "Remove the filter “Page is /” first: a segment is about whole visits, and this is about a part",
        ),
        ("Not", "f=is_not:country:FI&f=is:device:Mobile", "Remove the filter “Country is not Finland” first: a segment is made of “is”"),
        ("In one", f"{TWO}&f=is:segment:Finns", "Remove the filter “Segment is Finns” first: a segment cannot hold another."),
    ],
)
def test_what_cannot_be_saved_is_said_and_the_view_is_a_click_away(
    client: httpx.Client, filled: House, name: str, query: str, why: str
) -> None:
    before, view = names(filled), read(parse_qsl(query))
    answer = client.post("/site/example.com/segments", data={"f": [value for _, value in parse_qsl(query)], "name": name}, headers=HERE)
    assert answer.status_code == 400
    assert why in html.unescape(answer.text)
    assert "<i>" not in answer.text
    assert html.escape(url("example.com", view)) in answer.text
    if can_be_saved(view):
        assert fields(answer.text, "/site/example.com/segments")["f"] == [":".join(condition) for condition in view.filters]
    assert names(filled) == before


def test_a_site_has_no_more_segments_than_its_limit(tmp_path: Any) -> None:
    with house(tmp_path) as full, served(full.app) as address:
        full.add("example.com", 2, 3)
        for number in range(SEGMENTS_MAX):
            full.control.add_segment("example.com", f"S{number}", FINNS)
        data = {"f": ["is:country:FI", "is:device:Mobile"], "name": "One more"}
        cookies = {"footfall_session": full.session()}
        answer = httpx.post(f"{address}/site/example.com/segments", data=data, headers=HERE, cookies=cookies)
    assert answer.status_code == 400 and "has 20 segments already" in answer.text


def test_the_field_takes_as_much_as_a_name_can_have(client: httpx.Client) -> None:
    assert f'name="name" required maxlength="{NAME_CHARACTERS_MAX}"' in client.get(f"/site/example.com?{TWO}").text


def test_a_view_of_every_kind_fits_the_form(client: httpx.Client) -> None:
    assert PAIRS_MAX < FIELDS_MAX
    widest = "&".join(f"f=contains:{name}:{'x' * 2000}" for name in ("source", "referrer", "city", "os", "screen", "browser"))
    answer = client.post("/site/example.com/segments", data={"f": [value for _, value in parse_qsl(widest)], "name": "Wide"}, headers=HERE)
    assert "These filters have 12," in answer.text
    assert len(parse_qsl(widest)) < FILTERS_MAX


def test_a_segment_that_is_not_there_is_said_to_be_gone_in_place_of_figures(client: httpx.Client) -> None:
    text = client.get("/site/example.com?f=is:segment:Swedes").text
    assert text.count(UNKNOWN_SEGMENT) == 1 + len(PANELS)
    assert "filters:" not in text


def test_an_exit_page_within_a_segment_keeps_to_its_visits_as_one_outside_does(client: httpx.Client, filled: House) -> None:
    filled.control.add_segment("example.com", "Left here", [["is", "visit:exit_page", ["/"]], FINNS[0]])
    text = client.get("/site/example.com?f=is:segment:Left%20here").text
    assert text.count(UNKNOWN_EXIT) == 2
    assert 'class="figure-value"' in text


# --- and away again ---


def test_a_removed_segment_is_gone_and_its_name_stays_taken(client: httpx.Client, filled: House) -> None:
    filled.control.add_segment("example.com", "Gone soon", FINNS)
    form = fields(client.get("/site/example.com/segments").text.split("Gone soon", 1)[1], "/site/example.com/segments/remove")
    assert form == {"name": ["Gone soon"]}
    for _ in range(2):  # the second time it is gone already, which is what was wanted
        answer = client.post("/site/example.com/segments/remove", data=form, headers=HERE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/site/example.com/segments")
    assert names(filled) == ["Finns"]
    data = {"f": ["is:country:FI", "is:device:Mobile"], "name": "Gone soon"}
    again = client.post("/site/example.com/segments", data=data, headers=HERE)
    assert again.status_code == 400 and "was the name of a segment that was removed" in again.text


@pytest.mark.parametrize("path", ["/site/none.example/segments", "/site/none.example/segments/remove"])
def test_a_site_that_does_not_exist_has_no_segments(client: httpx.Client, path: str) -> None:
    assert client.post(path, data={"name": "Finns", "f": ["is:country:FI", "is:device:Mobile"]}, headers=HERE).status_code == 404
    assert client.get("/site/none.example/segments").status_code == 404


# --- who may ---


@pytest.mark.parametrize("path", ["/site/example.com/segments", "/site/example.com/segments/remove"])
@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "{here}"}, True),
        ({"origin": "null"}, True),  # plain http on a network address: the browser keeps the cookie from other sites
        ({}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "{here}"}, False),
        ({"origin": "http://evil.example"}, False),
    ],
)
def test_only_a_form_of_our_own_pages_changes_anything(
    client: httpx.Client, filled: House, where: str, path: str, headers: dict[str, str], allowed: bool
) -> None:
    sent = {name: value.format(here=where) for name, value in headers.items()}
    answer = client.post(path, data={"name": "none such", "f": "is:country:FI"}, headers=sent)
    assert (answer.status_code != 403) == allowed
    assert (NOT_OURS in answer.text) != allowed


@pytest.mark.parametrize("path", ["/site/example.com/segments", "/site/example.com/segments/remove"])
def test_a_stranger_changes_nothing(where: str, filled: House, path: str) -> None:
    answer = httpx.post(where + path, data={"name": "Finns", "f": ["is:country:FI", "is:device:Mobile"]}, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert names(filled) == ["Finns"]


def test_a_form_of_too_many_fields_or_bytes_is_not_read(client: httpx.Client, filled: House) -> None:
    data = {"f": ["is:country:FI", "is:device:Mobile"], "name": "Many", **{f"x{number}": "1" for number in range(FIELDS_MAX)}}
    assert client.post("/site/example.com/segments", data=data, headers=HERE).status_code == 400
    huge = client.post("/site/example.com/segments", content=b"name=Huge&f=" + b"x" * 400_000, headers=HERE)
    assert huge.status_code == 400
    assert client.post("/sign-in", data=data, headers=HERE).status_code == 403
    assert names(filled) == ["Finns"]
