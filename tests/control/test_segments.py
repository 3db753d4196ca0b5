"""Segments: kept as they were saved, one name for one meaning for ever, within their limits, gone with their site."""

import pytest

from collector.control import segments
from collector.control.database import Control
from collector.control.errors import BadSegment, DuplicateSegment, TooMany, UnknownSegment, UnknownSite
from collector.control.schema import segments as table
from tests.control.conftest import NOW_S, StillClock

FINNS = [["is", "visit:country", ["FI"]], ["contains", "visit:source", ["Goo"], {"case_sensitive": False}]]
SWEDES = [["is", "visit:country", ["SE"]], ["is", "visit:device", ["Mobile"]]]


@pytest.fixture
def sited(control: Control) -> Control:
    control.add_site("a.example")
    control.add_site("b.example")
    return control


def test_a_segment_is_kept_as_it_was_saved(sited: Control) -> None:
    added = sited.add_segment("www.A.example", "Finns from Google", FINNS)
    assert added == (1, "a.example", "Finns from Google", FINNS, NOW_S)
    assert sited.segments() == sited.segments("a.example") == [added]
    assert sited.segments_of(1) == (("Finns from Google", FINNS),)


def test_each_site_has_segments_of_its_own_oldest_first(sited: Control) -> None:
    sited.add_segment("b.example", "Phones", SWEDES)
    sited.add_segment("a.example", "Phones", SWEDES)
    sited.add_segment("a.example", "Finns", FINNS)
    assert [(row.domain, row.name) for row in sited.segments()] == [
        ("a.example", "Phones"),
        ("a.example", "Finns"),
        ("b.example", "Phones"),
    ]
    assert [[name for name, _ in sited.segments_of(site)] for site in (1, 2)] == [["Phones", "Finns"], ["Phones"]]
    with pytest.raises(UnknownSite):
        sited.segments("c.example")
    with pytest.raises(UnknownSite):
        sited.add_segment("c.example", "Finns", FINNS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Finns \n from\tGoogle  ", "Finns from Google"),
        ("Fa\u0308rger", "Färger"),
        ("is:segment:<b>'\"&?#%", "is:segment:<b>'\"&?#%"),
        ("x" * 60, "x" * 60),
        ("Phones (all)*", "Phones (all)*"),
    ],
)
def test_a_name_is_one_line_and_each_letter_is_written_one_way(sited: Control, typed: str, kept: str) -> None:
    assert sited.add_segment("a.example", typed, FINNS).name == kept
    assert sited.remove_segment("a.example", typed).name == kept


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((name, "needs a name") for name in ("", " \n")),
        ("x" * 61, "has 61 characters, and 60 are the most"),
        *((name, "cannot be seen") for name in ("a\x00b", "a\x1bb", "a\ud800")),
        *((name, r"cannot begin with \( or \*") for name in ("(rare)", "*country", " (other)")),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_what_to_do(sited: Control, name: str, why: str) -> None:
    with pytest.raises(BadSegment, match=rf"{why}.*\. (Choose|Type) .*\.$"):
        sited.add_segment("a.example", name, FINNS)
    with pytest.raises(BadSegment):
        sited.remove_segment("a.example", name)
    assert sited.segments() == []


def test_a_name_is_taken_once(sited: Control) -> None:
    sited.add_segment("a.example", "Phones", SWEDES)
    with pytest.raises(DuplicateSegment, match="'Phones' exists already"):
        sited.add_segment("a.example", " Phones ", FINNS)
    assert sited.segments_of(1) == (("Phones", SWEDES),)


def test_a_removed_segment_is_gone_and_its_name_is_given_to_no_other(sited: Control) -> None:
    added = sited.add_segment("a.example", "Phones", SWEDES)
    assert sited.require_segment("a.example", " Phones") == added
    assert sited.remove_segment("a.example", "Phones") == added
    assert sited.segments() == [] and sited.segments_of(1) == ()
    with pytest.raises(UnknownSegment, match="no segment 'Phones'"):
        sited.remove_segment("a.example", "Phones")
    with pytest.raises(DuplicateSegment, match="was the name of a segment that was removed"):
        sited.add_segment("a.example", "Phones", FINNS)
    assert sited.add_segment("b.example", "Phones", FINNS).id > added.id, "another site's names are its own"


def test_a_site_that_is_removed_takes_its_segments_along(sited: Control) -> None:
    for domain in ("a.example", "b.example"):
        sited.add_segment(domain, "Finns", FINNS)
    sited.add_segment("a.example", "Phones", SWEDES)
    sited.remove_segment("a.example", "Phones")
    sited.remove_site("a.example")
    assert [row.domain for row in sited.segments()] == ["b.example"]
    with sited._engine.connect() as connection:
        assert [row.site_id for row in connection.execute(table.select())] == [2]


def test_segments_names_and_conditions_have_limits(sited: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SEGMENTS_MAX", 3)
    monkeypatch.setattr(segments, "NAMES_MAX", 5)
    for name in "abc":
        sited.add_segment("a.example", name, FINNS)
    with pytest.raises(TooMany, match="has 3 segments already"):
        sited.add_segment("a.example", "d", FINNS)
    for gone, name in ("ad", "be"):
        sited.remove_segment("a.example", gone)
        sited.add_segment("a.example", name, FINNS)
    sited.remove_segment("a.example", "c")
    with pytest.raises(TooMany, match="has had 5 segments"):
        sited.add_segment("a.example", "f", FINNS)
    long = [*FINNS, ["is", "visit:source", ["x" * segments.FILTERS_CHARACTERS_MAX]]]
    with pytest.raises(BadSegment, match="characters, and 8,000 are the most"):
        sited.add_segment("b.example", "long", long)
    assert sited.segments("b.example") == []


def test_a_segment_says_when_it_was_saved(sited: Control, clock: StillClock) -> None:
    clock.now_s += 86_400.7
    assert sited.add_segment("a.example", "Finns", FINNS).created == NOW_S + 86_400


def test_no_condition_of_a_removed_segment_is_kept(sited: Control) -> None:
    sited.add_segment("a.example", "Finns", FINNS)
    sited.remove_segment("a.example", "Finns")
    with sited._engine.connect() as connection:
        assert [(row.name, row.filters) for row in connection.execute(table.select())] == [("Finns", "[]")]
