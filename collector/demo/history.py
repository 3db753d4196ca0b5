"""Fills the demo: adds its two sites, and sends a made-up year through the real pipeline, day by day, in simulated time."""

from contextlib import closing

import msgspec
from rich.console import Console
from rich.progress import Progress

from collector.clock import Clock
from collector.control.database import Control
from collector.control.picture import SiteEntry, publish
from collector.demo.generator import DAY_S, GeneratedHit, history
from collector.demo.site import DOMAIN as SHOP_DOMAIN
from collector.event import Drop
from collector.ingest.gate import Gate, admit, open_gate
from collector.ingest.hit import raw_hit
from collector.ingest.plausible import body_of
from collector.journal.writer import JournalWriter
from collector.ops.jobs import Jobs
from collector.privacy.salts import Salts
from collector.recorder import Recorder
from collector.settings import Settings
from collector.store.duckdb_store import DuckDBStore
from collector.visits.change import Change
from collector.visits.machine import apply
from collector.visits.payload import JournalBatch, encode
from collector.visits.table import VisitTable

HISTORY_DOMAIN = "generated-history.example"
TIMEZONE = "Europe/Helsinki"
DAYS = 365
VISITS_PER_DAY = 200
SEED = 20
BATCH = 500  # changes a journal record
RECORD_EACH_S = 7 * DAY_S  # of simulated time: a week is recorded and closed in one go
DONE_FILE = "demo-history-is-complete"


class SimulatedClock(Clock):
    """A clock that stands where the made-up history has come to."""

    def __init__(self) -> None:
        self.now_s = 0

    def time(self) -> float:
        """Seconds since 1970 UTC, in the story."""
        return float(self.now_s)


def fill(settings: Settings) -> None:
    """Add the demo's sites and history to a data folder that is not in use; does nothing where that was done before."""
    with closing(Control(settings.control_url)) as control:
        if control.site(SHOP_DOMAIN) is None:
            control.add_site(SHOP_DOMAIN, TIMEZONE, ("localhost",))
        done = settings.data_dir / DONE_FILE
        if not done.exists():
            if control.site(HISTORY_DOMAIN) is not None:  # an earlier try was cut off: its rows go with its site
                control.remove_site(HISTORY_DOMAIN)
            site = control.add_site(HISTORY_DOMAIN, TIMEZONE)
            _Telling(settings, SiteEntry(site.id, site.domain, site.timezone)).run(int(Clock().time()))
            done.touch()
        publish(control, settings.sites_path)


class _Telling:
    """One pass of the story through gate, visits, journal, recorder and store."""

    def __init__(self, settings: Settings, site: SiteEntry) -> None:
        self._site = site
        self._clock = SimulatedClock()
        self._settings = settings
        self._visits = VisitTable(settings.visitors_max)
        self._changes: list[Change] = []
        self._journal = JournalWriter(settings.journal_dir, int(Clock().time() * 1000), settings.journal_bytes_max)
        self._store = DuckDBStore(settings.store_path, settings.database_memory_mb)
        self._recorder = Recorder(self._store, settings.journal_dir, self._clock, lambda: {site.id: site.timezone})

    def run(self, end_s: int) -> None:
        """The whole year up to `end_s`."""
        console = Console(stderr=True)
        next_record_s = 0
        with closing(Salts(None)) as salts, closing(self._store), closing(self._journal), Progress(console=console) as progress:
            gate = open_gate(self._settings, salts)
            told = progress.add_task("Generating a year of visits for the demo", total=DAYS)
            for hit in history(DAYS, end_s, SEED, VISITS_PER_DAY, HISTORY_DOMAIN):
                self._count(gate, hit)
                if hit.time_s >= next_record_s:
                    self._record(hit.time_s)
                    next_record_s = hit.time_s + RECORD_EACH_S
                    progress.update(told, completed=DAYS - (end_s - hit.time_s) / DAY_S)
            self._record(end_s)
            Jobs(self._store, self._settings, self._clock, lambda: {self._site.id: self._site.timezone}).tend()
            progress.update(told, completed=DAYS)

    def _count(self, gate: Gate, hit: GeneratedHit) -> None:
        """What the endpoint does with a request, without the network."""
        body = body_of(msgspec.json.encode(hit.body))
        page = gate.pages.lookup(body.url)
        if page is None:
            return
        headers = {b"user-agent": hit.user_agent.encode(), b"accept-language": hit.accept_language.encode()}
        event = admit(gate, raw_hit(body, hit.address, headers), self._site, page, hit.time_s)
        if isinstance(event, Drop):
            return
        visits = self._visits.of(event.site, event.day)
        result = apply(visits.get(event.key), event)
        if isinstance(result, Drop):
            return
        visits[event.key], change = result
        self._changes.append(change)
        if len(self._changes) >= BATCH:
            self._write()

    def _write(self) -> None:
        if self._changes:
            self._journal.append(encode(JournalBatch(self._changes, [])))
            self._changes = []
        self._visits.tend()

    def _record(self, time_s: int) -> None:
        self._write()
        self._clock.now_s = time_s
        while self._recorder.step():
            pass
        self._recorder.tend()
