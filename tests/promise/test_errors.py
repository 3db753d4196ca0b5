"""An error tells its type and place, never a value from a visitor; and it costs the request that it met, and no other.

In a served Footfall every step of a visitor's way, and every handler, is made to fail with a message that quotes the
visitor, as a library's would (KeyError(user_agent)). Then every byte that was written, said or answered is searched.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from collector.ingest.gate import STEPS
from tests.faults.hooks import hooked
from tests.promise.bait import SITE
from tests.promise.breaking import HOOK, PLACES, SEEN, STEP, Place, error_of, found
from tests.promise.salt import salt_of
from tests.promise.scanner import Scanner
from tests.promise.test_bytes import COMPRESSED, files, key_of, whole
from tests.promise.visitor import METRICS_TOKEN, QUOTED, Visitor
from tests.server import Server, midday_zone, until

ROOT = Path(__file__).parents[2]
HEALED_S_MAX = 10.0
PAGE = "/p9"  # of the event, without its secrets
BREAKABLE = {**PLACES, **{STEP + step.__name__: Place("", SEEN) for step in STEPS}}
TROUBLES = [(name, kind) for name, place in BREAKABLE.items() for kind in place.raises]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


class Seen(NamedTuple):
    """What the run has left: the stopped server, what it answered, which places broke, and what did not go on afterwards."""

    server: Server
    answers: dict[str, bytes]
    raised: set[tuple[str, str]]
    silent: list[str]
    lasting: dict[str, str]
    counted: int
    stored: int
    scanner: Scanner


class Run:
    """One server, in which place after place breaks and is mended again."""

    def __init__(self, server: Server, flags: Path) -> None:
        self._flags = flags
        self._server = server
        self._visitor = Visitor(server)
        self._children = server.children()
        self.answers: dict[str, bytes] = {}
        self.raised: set[tuple[str, str]] = set()
        self.silent: list[str] = []
        self.lasting: dict[str, str] = {}

    @property
    def counted(self) -> int:
        """How many page views were acknowledged."""
        return self._visitor.counted

    def stored(self) -> int:
        """How many of the event's page view the store has: nobody else sends that page."""
        found = self._server.ask({"metrics": ["pageviews"], "dimensions": ["event:page"]})["results"]
        return sum(row["metrics"][0] for row in found if row["dimensions"] == [PAGE])

    def trouble(self, name: str, kind: str) -> None:
        """Break one place, ask for what comes past it, mend it, and note what is still wrong then."""
        flag, raised = self._flags / name, self._flags / f"{name}.raised"
        raised.unlink(missing_ok=True)
        flag.write_text(kind)
        for asked in (*BREAKABLE[name].asked, "ready", "metrics"):
            self._ask(asked, f"{name}, {kind}: {asked}")
        if until(raised.exists, HEALED_S_MAX):
            self.raised.add((name, kind))
        self._ask("ready", f"{name}, {kind}: ready then")
        flag.unlink()
        wrong = until(lambda: self._sound() and not self._wrong(), HEALED_S_MAX, 0.1)
        if not wrong:
            self.lasting[f"{name}, {kind}"] = self._wrong() or self._server.said()[-500:]

    def _ask(self, asked: str, said: str) -> None:
        try:
            self.answers[said] = whole(self._visitor.ask(asked))
        except TimeoutError:
            self.silent.append(said)

    def _sound(self) -> bool:
        return self._visitor.ask("ready").status == 200

    def _wrong(self) -> str:
        """What does not go on: a process, or a request."""
        if self._server.children() != self._children:
            return "a process has ended"
        statuses = {asked: self._visitor.ask(asked).status for asked in ("event", "home", "query", "pixel")}
        return "" if set(statuses.values()) <= {200, 202, 303} else str(statuses)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Every place broken with every error of its kind, one after the other, in one server."""
    folder = tmp_path_factory.mktemp("errors")
    flags = folder / "flags"
    flags.mkdir()
    environment = hooked(folder / "hook", HOOK.format(root=str(ROOT), folder=str(flags)))
    with Server(folder / "data", {SITE: midday_zone()}, environment, metrics_token=METRICS_TOKEN) as server:
        run = Run(server, flags)
        for name, kind in TROUBLES:
            run.trouble(name, kind)
        stored = until(lambda: run.stored() if run.stored() >= run.counted else 0, HEALED_S_MAX, 0.2)
        salt = salt_of(server.runtime)
        scanner = Scanner([QUOTED.address], [key_of(QUOTED, salt)], [salt])
        assert server.stop() == 0
        yield Seen(server, run.answers, run.raised, run.silent, run.lasting, run.counted, stored, scanner)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_place_is_still_there(place: Place) -> None:
    """Else nothing at all breaks in the run."""
    found(place)


def test_every_place_broke_with_every_error(seen: Seen) -> None:
    assert seen.raised == set(TROUBLES)


def test_every_request_is_answered_even_where_its_way_breaks(seen: Seen) -> None:
    assert seen.silent == []


def test_all_goes_on_behind_an_error_without_a_restart(seen: Seen) -> None:
    assert seen.lasting == {}


def test_what_was_acknowledged_beside_the_errors_is_counted_once(seen: Seen) -> None:
    assert seen.stored == seen.counted > 0


def test_an_error_is_told_by_type_and_place(seen: Seen) -> None:
    said = seen.server.said()
    for kind in {kind for _, kind in TROUBLES}:
        assert kind in said, kind
    assert "breaking.py" in said
    assert all(seen.scanner.found(str(error_of(kind)).encode()) for kind in ("KeyError", "OSError")), "the errors quote nobody"


def test_no_error_tells_a_value_from_a_visitor_to_the_log(seen: Seen) -> None:
    for line in seen.server.said().splitlines():
        assert seen.scanner.found(line.encode()) == set(), line


def test_no_error_tells_a_value_from_a_visitor_in_an_answer(seen: Seen) -> None:
    assert len(seen.answers) > 2 * len(TROUBLES)
    for name, answer in seen.answers.items():
        assert seen.scanner.found(answer) == set(), name


def test_no_error_leaves_a_value_from_a_visitor_in_a_file(seen: Seen) -> None:
    for path in files(seen.server.folder):
        if "geo" not in path.parts:  # unpacked from the package
            assert seen.scanner.found(path.read_bytes(), path.suffix in COMPRESSED) == set(), path
