"""No byte of an address, a User-Agent, a query's secret or a visitor key in any file, log, backup or answer.

Thousands of marked hits go through a real server: counted, dropped and malformed ones, while its processes are killed.
Then every byte is searched that was written or answered. Only the runtime folder, which is RAM, may hold keys and salts.
"""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from collector import facts
from collector.privacy.address import packed, truncated
from collector.privacy.key import visitor_key
from collector.store.duckdb_store import DuckDBStore
from collector.store.locked_store import parquet_shop
from collector.store.schema import TABLES
from tests.promise.bait import SITE, WORD, Hit, hit
from tests.promise.salt import salt_of
from tests.promise.scanner import Scanner
from tests.server import Answer, Server, midday_zone, until

HITS = 3_000
SENDERS = 4
PAUSE_S = 0.002
COMPRESSED = (".duckdb", ".wal", ".parquet")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Seen(NamedTuple):
    """What the run has left: the stopped server, what it answered, and what to look for."""

    server: Server
    answers: dict[str, bytes]
    statuses: Counter[int]
    unchanged: dict[Path, str]
    scanner: Scanner


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """The whole run, once for all questions below."""
    with Server(tmp_path_factory.mktemp("bait") / "data", sites={SITE: midday_zone()}, metrics_token="for-the-test") as server:
        unchanged = {path: digest(path) for path in files(server.folder)}
        statuses: Counter[int] = Counter()
        answers: dict[str, bytes] = {}
        under_fire(server, statuses)
        hostile(server, answers)
        ask_everything(server, answers, statuses[202])
        server.command("backup")
        salt = salt_of(server.runtime)
        hits = [hit(number) for number in range(HITS)]
        scanner = Scanner([one.address for one in hits], [key_of(one, salt) for one in hits], [salt])
        runtime = b"".join(path.read_bytes() for path in server.runtime.glob("visits-*"))
        assert "visitor key (raw)" in scanner.found(runtime), "these are not the keys that the server computes"
        answers["running"] = b"".join(path.read_bytes() for path in files(server.folder) if path.name.endswith("wal"))
        assert server.stop() == 0
        yield Seen(server, answers, statuses, unchanged, scanner)


def under_fire(server: Server, statuses: Counter[int]) -> None:
    """Send every hit, from some connections at once, while front and back are killed."""
    sent = Counter[int]()
    threads = [threading.Thread(target=send_some, args=(server, number, sent, statuses)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for share, role in ((4, "back"), (2, "front"), (1.5, "back")):
        assert until(lambda goal=HITS / share: sum(sent.values()) >= goal, 60)  # type: ignore[misc]  # a lambda with a default
        server.kill(role)
    for thread in threads:
        thread.join()
    server.wait_live()


def send_some(server: Server, first: int, sent: Counter[int], statuses: Counter[int]) -> None:
    """One connection's share of the hits; what a kill leaves unanswered is not sent again."""
    sender = server.sender()
    pause = threading.Event()
    for number in range(first, HITS, SENDERS):
        one = hit(number)
        with suppress(OSError):
            answer = sender.send(json.dumps(one.body).encode(), one.headers)
            statuses[answer.status if answer.counted or answer.status != 202 else 0] += 1
        sent[first] += 1
        pause.wait(PAUSE_S)
    sender.close()


def hostile(server: Server, answers: dict[str, bytes]) -> None:
    """Marked hits that are not counted, each for its own reason, and marked requests to everything else."""
    one = hit(7)
    mark = f"{WORD}7x"
    good = json.dumps(one.body).encode()
    bodies = {
        "cut off": good[:-5],
        "no json": mark.encode(),
        "large": good + mark.encode() * 4000,
        "surrogate": good[:-1] + rb', "p": {"a": "\ud800"}}',
        "twice": good[:-1] + good[-2:-1] + b', "u": "https://' + mark.encode() + b'.example/"}',
        "no page": json.dumps({**one.body, "u": f"javascript:{mark}"}).encode(),
        "strange site": json.dumps({**one.body, "d": f"{mark}.example"}).encode(),
        "strange host": json.dumps({**one.body, "u": f"https://{mark}.example/", "d": SITE}).encode(),
        "wrong type": json.dumps({**one.body, "w": mark}).encode(),
        "wrong money": json.dumps({**one.body, "$": {"currency": mark, "amount": mark}}).encode(),
    }
    for name, body in bodies.items():
        answers[name] = posted(server, body, one.headers)
    for name, value in {"Sec-GPC": "1", "DNT": "1", "Purpose": f"prefetch {mark}", "Content-Encoding": mark}.items():
        answers[name] = posted(server, good, {**one.headers, name: value})
    for path in (f"/pixel.gif?d={SITE}&u=https://{SITE}/?s={mark}", f"/pixel.gif?u={mark}", f"/{mark}?{mark}", f"/sign-in?{mark}", "/"):
        answers[path] = server.get(path, one.headers).body
    for path in (f"/api/v2/query?{mark}", f"/health/ready?{mark}", f"/metrics?{mark}"):
        answers[path] = server.get(path, {**one.headers, "Authorization": f"Bearer {mark}"}).body


def posted(server: Server, body: bytes, headers: dict[str, str]) -> bytes:
    """The answer; that of a connection cut off is empty."""
    sender = server.sender()
    try:
        answer = sender.send(body, headers)
        return whole(answer)
    except OSError:
        return b""
    finally:
        sender.close()


def ask_everything(server: Server, answers: dict[str, bytes], expected: int) -> None:
    """Every breakdown of every fact, every page, health and metrics, as those who may ask are answered."""
    assert server.settled("pageviews", 1) > 0
    until(lambda: server.total("events") >= expected, 20, 0.2)
    for dimension in facts.DIMENSIONS:
        question = {"dimensions": [dimension.api], "pagination": {"limit": 10_000}}
        metrics = ["events"] if dimension.facts == ("events",) else ["visitors", "visits"]
        with suppress(OSError):  # steps and drops are no questions of this API
            answers[f"by {dimension.api}"] = json.dumps(server.ask({"metrics": metrics, **question})).encode()
    cookie = server.session()
    for path in ("/", f"/site/{SITE}", f"/site/{SITE}/csv?panel=pages", f"/site/{SITE}/live"):
        page = server.get(path, cookie)
        assert page.status == 200, (path, page)
        answers[f"page {path}"] = whole(page)
    for path in ("/health/live", "/health/ready", "/metrics", "/script.js"):
        found = server.get(path, {"Authorization": "Bearer for-the-test"})
        assert found.status == 200, found
        answers[path] = whole(found)


def whole(answer: Answer) -> bytes:
    """An answer's headers and body."""
    return str(answer.headers).encode() + answer.body


def key_of(one: Hit, salt: bytes) -> bytes:
    """The visitor key of a hit's sender at the one site there is."""
    return visitor_key(salt, 1, truncated(packed(one.address)), one.user_agent.encode())


def files(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def digest(path: Path) -> str:
    """What changes when a file does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_hits_were_counted_dropped_and_refused(seen: Seen) -> None:
    """Else the searches below say nothing."""
    assert seen.statuses[202] > HITS / 2
    assert seen.statuses[0] > 0, "nothing was dropped"
    assert b'"dimensions": ["/p' in seen.answers["by event:page"]
    assert b'"dimensions": ["Firefox' in seen.answers["by visit:browser"]
    names = {path.suffix for path in files(seen.server.folder)}
    assert {".journal", ".duckdb", ".parquet", ".sqlite", ".json"} <= names


def test_no_byte_of_a_visitor_is_in_any_file(seen: Seen) -> None:
    changed = [path for path in files(seen.server.folder) if seen.unchanged.get(path) != digest(path)]
    assert len(changed) > 10
    for path in changed:
        assert seen.scanner.found(path.read_bytes(), path.suffix in COMPRESSED) == set(), path
        assert seen.scanner.found(str(path).encode()) == set()


def test_no_byte_of_a_visitor_is_in_any_value_of_the_database_or_a_backup(seen: Seen) -> None:
    store = DuckDBStore(seen.server.settings.store_path)
    try:
        tables = {name: store.query(f'SELECT * FROM "{name}"') for name in TABLES}
    finally:
        store.close()
    backup = max(seen.server.settings.backup_dir.glob("*Z"))
    with parquet_shop(backup) as shop:
        tables |= {str(path): shop.execute(f"SELECT * FROM '{path}'") for path in sorted(backup.rglob("*.parquet"))}
    assert sum(map(len, tables.values())) > 1000
    for name, rows in tables.items():
        assert seen.scanner.found("\n".join(str(value) for row in rows for value in row).encode()) == set(), name


def test_no_byte_of_a_visitor_is_in_what_the_server_says(seen: Seen) -> None:
    said = seen.server.log.read_bytes()
    assert b"Dashboard" in said and b"process ended (-9)" in said
    assert seen.scanner.found(said) == set()


def test_no_byte_of_a_visitor_is_in_any_answer(seen: Seen) -> None:
    assert len(seen.answers) > 40
    for name, answer in seen.answers.items():
        assert seen.scanner.found(answer) == set(), name
