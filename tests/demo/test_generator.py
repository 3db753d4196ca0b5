"""The generated year is one story: in order, the same for the same seed, and made of what the enrichment knows."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from collector.demo import story
from collector.demo.browsers import BROWSERS, CRAWLERS, strings, version
from collector.demo.generator import DAY_S, PAGE_SECONDS_MAX, SHARE_CRAWLERS, GeneratedHit, history
from collector.demo.networks import COUNTRIES, SUBNETS_MAX
from collector.enrich.bots import Bots
from collector.enrich.device import Devices
from collector.enrich.page import clean_page
from collector.enrich.place import Places
from collector.enrich.source import Sources

END_S = 1_790_000_000  # 2026-09-21 14:13 UTC
DAYS, VISITS = 60, 120
VISIT_GAP_S = 1800


@pytest.fixture(scope="module")
def hits() -> list[GeneratedHit]:
    return list(history(DAYS, END_S, 7, VISITS))


def kinds(hits: list[GeneratedHit]) -> Counter[str]:
    return Counter(str(hit.body["n"]) for hit in hits)


def visits(hits: list[GeneratedHit]) -> list[list[GeneratedHit]]:
    """The hits of people, cut where one is away for over half an hour."""
    people: dict[tuple[str, str], list[list[GeneratedHit]]] = defaultdict(list)
    for hit in hits:
        if hit.user_agent in CRAWLERS:
            continue
        mine = people[hit.address, hit.user_agent]
        if not mine or hit.time_s - mine[-1][-1].time_s > VISIT_GAP_S:
            mine.append([])
        mine[-1].append(hit)
    return [visit for mine in people.values() for visit in mine]


def test_the_same_seed_tells_the_same_story_and_another_seed_another(hits: list[GeneratedHit]) -> None:
    assert list(history(DAYS, END_S, 7, VISITS)) == hits
    assert list(history(3, END_S, 8, VISITS)) != list(history(3, END_S, 9, VISITS))


def test_hits_come_in_order_of_time_and_end_when_told(hits: list[GeneratedHit]) -> None:
    assert all(before.time_s <= after.time_s for before, after in pairwise(hits))
    assert hits[0].time_s // DAY_S == END_S // DAY_S - DAYS
    assert END_S - 3600 < hits[-1].time_s < END_S


def test_there_are_as_many_visits_as_asked_for(hits: list[GeneratedHit]) -> None:
    days = Counter(hit.time_s // DAY_S for hit in hits)
    assert len(days) == DAYS + 1
    # Two months of summer and growth lie above the year's average.
    assert VISITS * 0.8 < len(visits(hits)) / DAYS < VISITS * 1.3


def test_a_year_grows_and_its_weeks_breathe() -> None:
    started = Counter(hit.time_s // DAY_S for hit in history(364, END_S, 1, 25) if hit.body["n"] == "pageview")
    days = sorted(started)[:364]
    first, last = (sum(started[day] for day in part) for part in (days[:28], days[-28:]))
    assert last > first
    weekdays: Counter[int] = Counter()
    for day in days:
        weekdays[datetime.fromtimestamp(day * DAY_S, UTC).weekday()] += started[day]
    assert weekdays[1] > weekdays[5] * 1.1, "Tuesdays are busier than Saturdays"


def test_nights_are_quiet(hits: list[GeneratedHit]) -> None:
    hours = Counter(hit.time_s // 3600 % 24 for hit in hits)
    assert hours[18] > 4 * hours[2]


def test_every_hit_is_in_the_shape_of_the_event_endpoint(hits: list[GeneratedHit]) -> None:
    for hit in hits:
        body = hit.body
        assert set(body) <= {"n", "u", "d", "r", "w", "p", "$", "e", "sd"}
        assert body["d"] == story.DOMAIN and str(body["u"]).startswith(f"https://{story.DOMAIN}/")
        if body["n"] == "engagement":
            assert 3000 <= body["e"] <= PAGE_SECONDS_MAX * 1000 and 0 < body["sd"] <= 100
        assert all(isinstance(value, str) for value in body.get("p", {}).values())
    assert set(kinds(hits)) == {"pageview", "engagement", "Purchase", "Sign up", "Outbound Link: Click", "File Download"}


def test_every_purchase_has_an_amount_and_nothing_else_has(hits: list[GeneratedHit]) -> None:
    sold = [hit.body.get("$") for hit in hits if hit.body["n"] == "Purchase"]
    assert len(sold) > 20
    assert all(revenue and revenue["currency"] == "EUR" and float(revenue["amount"]) > 0 for revenue in sold)
    assert not any("$" in hit.body for hit in hits if hit.body["n"] != "Purchase")


def test_a_visit_stays_one_and_some_people_come_back_the_same_day(hits: list[GeneratedHit]) -> None:
    all_visits = visits(hits)
    assert all(visit[0].body["n"] == "pageview" for visit in all_visits if visit[0].time_s > hits[0].time_s + VISIT_GAP_S)
    people = {(visit[0].time_s // DAY_S, visit[0].address, visit[0].user_agent) for visit in all_visits}
    assert 0.85 < len(people) / len(all_visits) < 0.97


def test_about_half_of_the_visits_bounce(hits: list[GeneratedHit]) -> None:
    seen = [sum(hit.body["n"] == "pageview" for hit in visit) for visit in visits(hits)]
    assert 0.4 < sum(pages == 1 for pages in seen) / len(seen) < 0.6
    assert max(seen) >= 8


def test_visits_arrive_from_everywhere(hits: list[GeneratedHit]) -> None:
    referrers = Counter(hit.body.get("r", "") for hit in hits if hit.body["n"] == "pageview")
    assert referrers["https://www.google.com/"] > referrers["https://www.bing.com/"] > 0
    assert len(referrers) > 25
    campaigns = [str(hit.body["u"]) for hit in hits if "utm_campaign=" in str(hit.body["u"]) and hit.body["n"] == "pageview"]
    assert len({url.split("utm_campaign=")[1].split("&")[0] for url in campaigns}) >= 5


def test_every_way_to_arrive_has_a_channel_of_its_kind() -> None:
    sources = Sources()
    found = {
        kind: {sources.acquisition(arrival.query, arrival.referrer, story.DOMAIN).channel for arrival in arrivals}
        for kind, arrivals in story.ARRIVALS.items()
    }
    assert found == {
        "direct": {"Direct"},
        "search": {"Organic Search"},
        "social": {"Organic Social", "Organic Video"},
        "referral": {"Referral"},
        "assistant": {"AI Assistant"},
        "paid": {"Paid Search", "Paid Social", "Display"},
        "email": {"Email"},
    }


def test_campaigns_run_on_their_days_alone() -> None:
    def spring(end: datetime) -> int:
        return sum("utm_campaign=spring" in str(hit.body["u"]) for hit in history(5, int(end.timestamp()), 3, 200))

    assert spring(datetime(2026, 4, 20, tzinfo=UTC)) > 0
    assert spring(datetime(2026, 6, 20, tzinfo=UTC)) == 0


def test_pages_follow_zipf_and_every_one_survives_cleaning(hits: list[GeneratedHit]) -> None:
    pages = Counter(str(hit.body["u"]).split("?")[0].removeprefix(f"https://{story.DOMAIN}") for hit in hits if hit.body["n"] == "pageview")
    assert len(pages) >= 55
    top = sum(count for _, count in pages.most_common(10))
    assert 0.35 < top / pages.total() < 0.7
    for page in pages:
        cleaned = clean_page(f"https://{story.DOMAIN}{page}")
        assert cleaned is not None and cleaned.page == page


def test_crawlers_come_too_and_are_few(hits: list[GeneratedHit]) -> None:
    crawled = [hit for hit in hits if hit.user_agent in CRAWLERS]
    assert SHARE_CRAWLERS / 2 < len(crawled) / len(visits(hits)) < SHARE_CRAWLERS * 2


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return Places(unpack_dir=tmp_path_factory.mktemp("geo"))


def test_every_range_lies_in_its_country_and_with_one_operator(places: Places) -> None:
    for country in COUNTRIES:
        for prefix in country.ranges:
            found = {places.lookup(packed(prefix, subnet)) for subnet in range(1, SUBNETS_MAX)}
            assert {(place.country, bool(place.network)) for place in found} == {(country.code, True)}, prefix
            assert len(found) == 1, prefix


def packed(prefix: str, subnet: int) -> bytes:
    if ":" not in prefix:
        return bytes([*map(int, prefix.split(".")), subnet])
    return b"".join(int(group, 16).to_bytes(2, "big") for group in prefix.split(":")) + subnet.to_bytes(2, "big")


def test_every_browser_is_a_person_with_a_known_device_and_every_crawler_is_not() -> None:
    devices, bots = Devices(), Bots()
    for text in strings(date(2026, 9, 21).toordinal()):
        assert bots.lookup(text) == "", text
        device = devices.lookup(text)
        assert device.browser and device.os and device.device in {"Desktop", "Mobile", "Tablet", "TV"}, text
    assert len(BROWSERS) == 40
    assert all(bots.lookup(text) for text in CRAWLERS)


def test_browsers_move_on_with_their_releases() -> None:
    autumn, summer = date(2025, 11, 12).toordinal(), date(2026, 7, 1).toordinal()
    assert (version("chrome", 0, autumn), version("firefox", 0, autumn), version("safari", 0, autumn)) == ("142", "145", "26.1")
    assert version("chrome", 1, autumn) == "141"
    assert int(version("chrome", 0, summer)) > 142 and version("safari", 0, summer) == "26.5"
    assert version("safari", 0, date(2025, 10, 1).toordinal()) == "26.0"
    assert version("fixed", 0, summer) == ""
    assert not any("{" in text for text in strings(summer))


def test_the_story_reads_no_clock_and_opens_no_connection() -> None:
    room = Path(story.__file__).parent
    for name in ("generator", "story", "networks", "browsers"):
        source = (room / f"{name}.py").read_text(encoding="utf-8")
        assert not any(word in source for word in ("import time", "now(", "socket", "urllib", "Clock")), name
