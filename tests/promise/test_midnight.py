"""The day's end, whatever the zone and however the clock steps: each event in exactly one day, and yesterday's salt gone.

A fake clock stands before the real gate, door, salts, tick, recorder and store.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector import settings
from collector.clock import Clock
from collector.control.database import SiteRow
from collector.control.picture import PictureFile, write_picture
from collector.event import Event
from collector.front import Tick
from collector.ingest.door import Door
from collector.ingest.gate import Gate, admit, open_gate
from collector.ingest.hit import Body, RawHit
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.privacy.salts import Salts
from collector.recorder import Recorder
from collector.store.duckdb_store import DuckDBStore
from collector.visits.table import VisitTable
from tests.promise.salt import salt_of
from tests.server import BROWSER

SITE = "shop.example"
HELSINKI = "Europe/Helsinki"
HOUR_S = 3600
DAY_S = 24 * HOUR_S


class Hands(Clock):
    """A clock that shows what it is set to."""

    def __init__(self, time_s: float) -> None:
        self.time_s = time_s

    def time(self) -> float:
        return self.time_s

    def monotonic(self) -> float:
        return self.time_s


class World:
    """The write path of one site in one zone, at a time that the test says."""

    def __init__(self, folder: Path, runtime: Path, geo: Path, zone: str, time_s: float) -> None:
        self._zone = zone
        self._folder = folder
        self.runtime = runtime
        self.clock = Hands(time_s)
        self.salts = Salts(runtime)
        self.gate: Gate = open_gate(settings.load({"FOOTFALL_DATA_DIR": str(geo)}, folder=geo), self.salts)
        self.table = VisitTable(10_000)
        self.door = Door(JournalWriter(folder / "journal", int(time_s * 1000), 10**9), RuntimeLog(runtime), self.table, "process")
        write_picture(folder / "sites.json", [SiteRow(1, SITE, zone, (), 0)])
        self.picture = PictureFile(folder / "sites.json")
        self.tick = Tick(self.gate, self.salts, self.table, self.door, self.picture, self.clock, None)
        self.events: list[Event] = []

    async def view(self, at_s: float, visitor: int = 1, page: str = "/") -> Event:
        """One page view at an instant, counted; the event it became."""
        self.clock.time_s = at_s
        url = self.gate.pages.lookup(f"https://{SITE}{page}")
        assert url is not None
        site = self.picture.current(self.clock.monotonic()).by_domain[SITE]
        hit = RawHit(Body("pageview", f"https://{SITE}{page}"), f"203.0.{visitor}.5", BROWSER)
        event = admit(self.gate, hit, site, url, int(self.clock.time()))
        assert isinstance(event, Event)
        written = self.door.enter(event)
        assert isinstance(written, asyncio.Future)
        assert await written
        self.events.append(event)
        return event

    def recorded(self) -> tuple[Counter[tuple[date, int]], Counter[date], Counter[date]]:
        """Page views by (day, hour), and page views and visits by day, from the daily rows once every day is closed."""
        store = DuckDBStore(self._folder / "footfall.duckdb")
        later = Hands(max(event.time_s for event in self.events) + 3 * DAY_S)
        recorder = Recorder(store, self._folder / "journal", later, lambda: {1: self._zone})
        try:
            while recorder.step():
                pass
            recorder.tend()
            assert store.query("SELECT count(*) FROM visits_today") == [(0,)]
            assert store.query("SELECT count(*) FROM visits_daily WHERE least(visits, pageviews, visitors, bounces, seconds) < 0") == [(0,)]
            hours = store.query(
                "SELECT day, value::INTEGER, sum(pageviews)::BIGINT FROM visits_daily WHERE dimension = 'hour' GROUP BY ALL"
            )
            days = store.query("SELECT day, pageviews, visits FROM visits_daily WHERE dimension = ''")
        finally:
            store.close()
        by_hour, views, visits = Counter[tuple[date, int]](), Counter[date](), Counter[date]()
        for day, hour, count in hours:  # a day that was closed twice has two rows
            by_hour[day, hour] += count
        for day, count, begun in days:
            views[day] += count
            visits[day] += begun
        return by_hour, views, visits

    async def close(self) -> None:
        """Let go of everything."""
        await self.door.close()
        self.salts.close()


@pytest.fixture(scope="module")
def geo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder for the look-up tables alone: unpacking them takes a second."""
    return tmp_path_factory.mktemp("geo")


Play = Callable[[World], Awaitable[None]]


@pytest.fixture
def played(tmp_path: Path, geo: Path) -> Iterator[Callable[[str, float, Play], World]]:
    """Plays a story in a world that begins in a zone at a time."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="footfall-test-") as runtime:

        def play(zone: str, time_s: float, story: Play) -> World:
            async def run() -> World:
                world = World(tmp_path, Path(runtime), geo, zone, time_s)
                await story(world)
                await world.close()
                return world

            return asyncio.run(run())

        yield play


def midnight(day: str, zone: str) -> int:
    """The instant at which a local day begins, in seconds since 1970 UTC."""
    return int(datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo(zone)).timestamp())


def local_day(time_s: float, zone: str) -> date:
    """The local date of an instant, by the standard library alone."""
    return datetime.fromtimestamp(time_s, UTC).astimezone(ZoneInfo(zone)).date()


# Ordinary, spring and autumn changes in Helsinki, a leap day, New Year, and zones off the whole hour.
MIDNIGHTS = [
    ("2026-07-15", HELSINKI),
    ("2026-03-29", HELSINKI),
    ("2026-03-30", HELSINKI),
    ("2026-10-25", HELSINKI),
    ("2026-10-26", HELSINKI),
    ("2028-02-29", HELSINKI),
    ("2028-03-01", HELSINKI),
    ("2027-01-01", "Pacific/Chatham"),
    ("2026-07-15", "Pacific/Marquesas"),
    ("2026-04-05", "Australia/Lord_Howe"),
]


@pytest.mark.parametrize(("day", "zone"), MIDNIGHTS)
def test_every_event_around_midnight_is_in_exactly_one_day(played: Callable[[str, float, Play], World], day: str, zone: str) -> None:
    turn = midnight(day, zone)
    instants = [turn + step / 10 for step in range(-20, 21)]
    salts: list[bytes] = []

    async def story(world: World) -> None:
        for number, at_s in enumerate(instants):
            await world.view(at_s, visitor=number % 3, page=f"/p{number % 5}")
            if number % 10 == 0:  # the front's tick comes once a second
                world.tick.once()
                salts.append(salt_of(world.runtime))

    world = played(zone, turn - 2, story)
    expected = Counter(local_day(at_s, zone) for at_s in instants)
    by_hour, views, visits = world.recorded()
    assert views == expected and len(expected) == 2
    assert set(visits.values()) == {3}, "each of three visitors has one visit on either side"
    assert sum(by_hour.values()) == len(instants)
    assert salts[0] == salts[1] != salts[2] == salts[3] == salts[4]


def test_with_midnight_the_old_salt_and_the_old_visits_are_gone(played: Callable[[str, float, Play], World]) -> None:
    turn = midnight("2026-10-25", HELSINKI)
    seen: dict[str, bytes] = {}

    async def story(world: World) -> None:
        seen["key before"] = (await world.view(turn - 2)).key
        seen["salt before"] = salt_of(world.runtime)
        assert len(world.table) == 1
        world.clock.time_s = turn
        world.tick.once()
        assert len(world.table) == 0, "nobody came, and still yesterday's visits are held"
        assert seen["salt before"] not in (world.runtime / "salts").read_bytes()
        seen["key after"] = (await world.view(turn + 1)).key
        assert (await world.view(turn + 20 * HOUR_S)).key == seen["key after"]

    played(HELSINKI, turn - 2, story)
    assert seen["key before"] != seen["key after"]


@pytest.mark.parametrize("step_s", [-HOUR_S, HOUR_S, -DAY_S, DAY_S, 6 * HOUR_S, 3650 * DAY_S, -3650 * DAY_S])
def test_a_clock_that_steps_puts_each_event_in_the_day_it_shows(played: Callable[[str, float, Play], World], step_s: int) -> None:
    noon = midnight("2026-05-20", HELSINKI) + 12 * HOUR_S
    instants = [*range(noon, noon + 60, 10), *range(noon + step_s, noon + step_s + 60, 10), *range(noon + 60, noon + 120, 10)]

    async def story(world: World) -> None:
        for number, at_s in enumerate(instants):
            await world.view(at_s, visitor=number % 2)
            world.tick.once()

    world = played(HELSINKI, noon, story)
    by_hour, views, visits = world.recorded()
    assert views == Counter(local_day(at_s, HELSINKI) for at_s in instants)
    assert sum(by_hour.values()) == len(instants) == sum(views.values())
    # A gap of an hour begins a visit; a step back within the day does not.
    stays = abs(step_s) < 12 * HOUR_S and step_s < 0
    assert sum(visits.values()) == (2 if stays else 4 if step_s in (HOUR_S, 6 * HOUR_S) else 6)


def test_a_day_that_comes_back_has_another_salt(played: Callable[[str, float, Play], World]) -> None:
    noon = midnight("2026-05-20", HELSINKI) + 12 * HOUR_S
    keys: list[bytes] = []

    async def story(world: World) -> None:
        for at_s in (noon, noon + DAY_S, noon, noon + DAY_S):
            keys.append((await world.view(at_s)).key)
            world.tick.once()

    played(HELSINKI, noon, story)
    assert len(set(keys)) == 4


DAYS = [
    ("2026-03-29", HELSINKI, 23, {3: 0}),
    ("2026-10-25", HELSINKI, 25, {3: 8}),
    ("2026-07-15", HELSINKI, 24, {}),
    ("2028-02-29", HELSINKI, 24, {}),
    ("2026-04-05", "Pacific/Chatham", 25, {2: 5, 3: 7}),
    ("2026-07-15", "Pacific/Marquesas", 24, {}),
    ("2026-10-04", "Australia/Lord_Howe", 23.5, {2: 2}),
]


@pytest.mark.parametrize(("day", "zone", "hours", "odd"), DAYS)
def test_the_hours_of_a_long_or_short_day_sum_to_the_day(
    played: Callable[[str, float, Play], World], day: str, zone: str, hours: float, odd: dict[int, int]
) -> None:
    begin, today = midnight(day, zone), date.fromisoformat(day)
    end = midnight((today + timedelta(days=1)).isoformat(), zone)
    assert end - begin == hours * HOUR_S

    async def story(world: World) -> None:
        for at_s in range(begin, end, 900):  # each from somebody else, so that no visit carries an event to an earlier hour
            await world.view(at_s, visitor=(at_s - begin) // 900 % 200)

    by_hour, views, visits = played(zone, begin, story).recorded()
    assert views == visits == Counter({today: int(hours * 4)})
    assert by_hour == +Counter({(today, hour): odd.get(hour, 4) for hour in range(24)})
