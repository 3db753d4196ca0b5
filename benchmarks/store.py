"""What a pageview costs the store: bytes of compacted detail and of daily rows, CPU of an append, seconds of a day's close.

    python -m benchmarks.store                         1 million pageviews over 9 days
    python -m benchmarks.store --pageviews 10000000    the full size: 90 days
    python -m benchmarks.store --pageviews 1000000 --days 1     the close of a busy day
    python -m benchmarks.store --paths 1000 --networks 10       a site of fewer pages and of fewer networks a country

Seeded: the same arguments make the same rows. The rows are those of one site with 13,500 paths (Zipf), 80 countries with
50 networks each, some 400 device tuples, 30 referring sites and a few campaigns, by the hour, as signed deltas: half of
the visits are written first as a bounce and corrected in the next batch. Only visits and pages rows are made.
"""

import argparse
import random
import resource
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from collector.event import Acquisition, Device, Place
from collector.facts import FactName
from collector.store.duckdb_store import MEMORY_MB, DuckDBStore
from collector.store.interface import Position, Rows

SEED = 20261122
FIRST_DAY = date(2026, 8, 1).toordinal()
PAGEVIEWS_A_DAY = 111_111
BATCH_ROWS = 20_000
PATHS, COUNTRIES, NETWORKS, BROWSERS, REFERRERS = 13_500, 80, 50, 40, 30
LANGUAGES = ("fi", "en", "sv", "de", "fr", "es", "ja", "pl", "pt", "it")
SCREENS = ("1920x1080", "390x844", "1366x768", "412x915", "")
HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 10, 9, 9, 9, 8, 8, 9, 10, 10, 8, 5, 3)

Deltas = dict[tuple[Any, ...], list[int]]


class Weighted:
    """Values of a list in proportion to their weights."""

    def __init__(self, values: Sequence[Any], weights: Sequence[float]) -> None:
        self._values = values
        self._cumulative = list(accumulate(weights))

    def pick(self, chance: random.Random) -> Any:
        return chance.choices(self._values, cum_weights=self._cumulative)[0]

    def several(self, chance: random.Random, count: int) -> list[Any]:
        return chance.choices(self._values, cum_weights=self._cumulative, k=count)


def zipf(count: int, power: float = 1.0) -> list[float]:
    """Weights that fall as the rank to a power."""
    return [1 / (rank + 1) ** power for rank in range(count)]


class Site:
    """One site's visits, a seeded day at a time."""

    def __init__(self, paths: int, networks: int, seed: int = SEED) -> None:
        """`networks` is how many each country has."""
        self.chance = random.Random(seed)
        self.networks = networks
        names = [f"/{self.chance.choice(('shop', 'blog', 'docs', 'news'))}/{self._words()}-{n}" for n in range(paths)]
        self.pages = Weighted(names, zipf(paths))
        self.hours = Weighted(range(24), HOURS)
        self.places = self._places()
        self.devices = self._devices()
        self.acquisitions = self._acquisitions()

    def visits(self, pageviews: int) -> Iterator[tuple[Any, ...]]:
        """(hour, acquisition, place, device, screen, language, pages seen) until that many pages are seen."""
        pick, chance = Weighted.pick, self.chance
        while pageviews > 0:
            place = pick(self.places, chance)
            length = min(pageviews, 1 if chance.random() < 0.45 else 1 + int(chance.expovariate(0.35)) + 1)
            pageviews -= length
            language = LANGUAGES[hash_of(place.country) % len(LANGUAGES)] if chance.random() < 0.8 else "en"
            seen = [pick(self.pages, chance) for _ in range(length)]
            device = pick(self.devices, chance)
            screen = SCREENS[(hash_of(device.os) + (chance.random() < 0.3)) % len(SCREENS)]
            yield pick(self.hours, chance), pick(self.acquisitions, chance), place, device, screen, language, seen

    def _words(self) -> str:
        return "-".join("".join(self.chance.choices("aeiklmnoprstuvy", k=self.chance.randint(3, 8))) for _ in range(2))

    def _places(self) -> Weighted:
        places, weights = [], []
        for country, country_weight in enumerate(zipf(COUNTRIES, 1.4)):
            for network, network_weight in enumerate(zipf(self.networks, 1.2)):
                places.append(Place(f"{chr(65 + country % 26)}{chr(65 + country // 26)}", "", "", f"Network {country}-{network} Ltd"))
                weights.append(country_weight * network_weight)
        return Weighted(places, weights)

    def _devices(self) -> Weighted:
        systems = (("Windows", "10", "Desktop"), ("iOS", "26", "Mobile"), ("Android", "16", "Mobile"), ("Mac OS X", "", "Desktop"))
        devices = [
            Device(f"Browser {n % 8}", f"Browser {n % 8} {140 + n}", name, f"{name} {version}-{minor}", kind)
            for n in range(BROWSERS)
            for name, version, kind in systems
            for minor in range(3)
        ]
        return Weighted(devices, zipf(len(devices), 1.3))

    def _acquisitions(self) -> Weighted:
        direct = [Acquisition()]
        sites = [Acquisition(f"site{n}.example", "Referral", f"site{n}.example") for n in range(REFERRERS)]
        campaigns = [Acquisition("news", "Email", "", "news", "email", f"letter-{n}") for n in range(20)]
        return Weighted([*direct, *sites, *campaigns], [4.0, *zipf(REFERRERS), *(0.05 for _ in campaigns)])


def hash_of(text: str) -> int:
    """The same number in every run, unlike `hash`."""
    return sum(text.encode())


class Batches:
    """Deltas summed into batches of about BATCH_ROWS rows."""

    def __init__(self) -> None:
        self.rows: dict[FactName, Deltas] = {"visits": {}, "pages": {}}
        self.later: list[tuple[tuple[Any, ...], list[int]]] = []

    def add(self, fact: FactName, key: tuple[Any, ...], measures: list[int]) -> None:
        deltas = self.rows[fact]
        present = deltas.get(key)
        deltas[key] = measures if present is None else [a + b for a, b in zip(present, measures, strict=True)]

    def full(self) -> bool:
        return len(self.rows["visits"]) + len(self.rows["pages"]) >= BATCH_ROWS

    def take(self) -> Rows:
        """The batch so far; the corrections kept for later begin the next one."""
        taken, later = self.rows, self.later
        self.rows, self.later = {"visits": {}, "pages": {}}, []
        for key, measures in later:
            self.add("visits", key, measures)
        return taken


def batches_of(site: Site, day: int, pageviews: int) -> Iterator[Rows]:
    """One day's batches."""
    batches = Batches()
    for visit in site.visits(pageviews):
        add_visit(batches, site.chance, day, *visit)
        if batches.full():
            yield batches.take()
    yield batches.take()
    yield batches.take()


def add_visit(
    batches: Batches,
    chance: random.Random,
    day: int,
    hour: int,
    acquisition: Acquisition,
    place: Place,
    device: Device,
    screen: str,
    language: str,
    seen: list[str],
) -> None:
    """One visit's deltas: its first page's, and what its further pages change."""
    head, tail = (1, day, hour, "example.com"), (acquisition, place, device, screen, language)
    new = int(chance.random() < 0.8)
    seconds = int(chance.expovariate(1 / 70)) if len(seen) > 1 else 0
    first = (*head, seen[0], seen[0], *tail)
    last = (*head, seen[0], seen[-1], *tail)
    whole = [new, 1, int(len(seen) == 1), int(seconds > 10 or len(seen) > 1), len(seen), seconds]
    if len(seen) > 1 and chance.random() < 0.5:
        batches.add("visits", first, [new, 1, 1, 0, 1, 0])
        batches.later += [(first, [-new, -1, -1, 0, -1, 0]), (last, whole)]
    else:
        batches.add("visits", last, whole)
    for page in seen:
        fresh = seen.index(page) == 0
        engaged = int(chance.expovariate(1 / 30))
        batches.add("pages", (*head, seen[0], *tail, page), [1, 1, new if fresh else 0, engaged, 5 * chance.randint(2, 20), 1])


def key_order_is_that_of_facts() -> None:
    """`add_visit` writes keys by position; this says so where it would break."""
    from collector.facts import keys_of

    assert keys_of("visits")[3:8] == ("hostname", "entry_page", "exit_page", "acquisition", "place")
    assert keys_of("pages")[3:] == ("hostname", "entry_page", "acquisition", "place", "device", "screen", "language", "page")


def file_bytes(store: DuckDBStore) -> int:
    """The file's size once everything in it lies as it should."""
    store.rewrite()
    return store.sizes()["file_bytes"]


def fill(store: DuckDBStore, site: Site, days: int, pageviews: int) -> None:
    """Append and close day after day; prints what that cost."""
    batch, rows, append_s, closes = 0, 0, 0.0, []
    for day in range(FIRST_DAY, FIRST_DAY + days):
        for deltas in batches_of(site, day, pageviews // days):
            batch += 1
            rows += sum(len(fact) for fact in deltas.values())
            start = time.process_time()
            store.append(deltas, Position(batch))
            append_s += time.process_time() - start
        closes.append(timed(partial(closed, store, day)))
    print(f"append            {append_s / rows * 1e6:8.2f} µs CPU a row ({rows:,} rows in {batch} batches, all threads)")
    print(f"                  {append_s / pageviews * 1e6:8.2f} µs CPU a pageview")
    print(
        f"close of a day    {said(min(closes))} at best, {said(max(closes))} at worst, {pageviews // days:,} pageviews, checkpoint included"
    )


def closed(store: DuckDBStore, day: int) -> None:
    """Close a day and have it in the file."""
    store.close_day(1, day)
    store.checkpoint()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall, CPU of all threads) seconds of a piece of work. On a machine that is shared only the second says much."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


def said(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:8.2f} s ({seconds[1]:.2f} s CPU)"


def sizes(store: DuckDBStore, days: int, pageviews: int) -> None:
    """Print what is on disk a pageview, of detail and of daily rows."""
    print(f"rewrite           {said(timed(store.rewrite))}")
    rows = store.sizes()
    whole = rows["file_bytes"]
    with tempfile.TemporaryDirectory() as folder:
        took = timed(lambda: store.backup(Path(folder) / "backup"))
        backup = sum(path.stat().st_size for path in (Path(folder) / "backup").iterdir())
    print(f"backup            {said(took)}, {backup / pageviews:.2f} B a pageview")
    took = timed(lambda: deque(store.seal(1, FIRST_DAY, FIRST_DAY + days - 1, 10), maxlen=0))
    print(f"sealing           {said(took)}")
    daily = file_bytes(store)
    sealed = store.sizes()
    store.forget(1, FIRST_DAY + days + 31)  # whole months go
    nothing = file_bytes(store)
    daily_rows = sum(sealed[f"{fact}_{kind}"] for fact in ("visits", "pages") for kind in ("daily", "monthly", "pairs"))
    detail_rows = rows["visits_detail"] + rows["pages_detail"]
    print(f"detail            {(whole - daily) / pageviews:8.2f} B a pageview ({detail_rows:,} rows, groups' tables included)")
    each = (daily - nothing) / daily_rows
    print(f"one and two facts {(daily - nothing) / pageviews:8.2f} B a pageview ({daily_rows:,} rows of {each:.2f} B)")
    print(f"file              {whole:8,} B; an empty one {nothing:,} B")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pageviews", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, help="default: 111,111 pageviews a day")
    parser.add_argument("--memory", type=int, default=MEMORY_MB, help="the database's memory limit, MB")
    parser.add_argument("--paths", type=int, default=PATHS)
    parser.add_argument("--networks", type=int, default=NETWORKS, help="of each country")
    arguments = parser.parse_args()
    key_order_is_that_of_facts()
    days = arguments.days or max(1, round(arguments.pageviews / PAGEVIEWS_A_DAY))
    with tempfile.TemporaryDirectory() as folder:
        store = DuckDBStore(Path(folder) / "footfall.duckdb", memory_mb=arguments.memory)
        fill(store, Site(arguments.paths, arguments.networks), days, arguments.pageviews)
        sizes(store, days, arguments.pageviews)
        store.close()
    print(f"memory            {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB at most, the generator's included")


if __name__ == "__main__":
    main()
