"""The audit finds each broken promise in a database and in a backup, and finds nothing where all are kept."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from collector.enrich.page import clean_page
from collector.ops.audit import DATABASE, WAIT_S_MAX, Audit, audit
from collector.ops.promises import PROMISES
from collector.store import backup
from collector.store.audit_sql import PLACES_MAX
from collector.store.backup import Manifest
from collector.store.connection import Connection
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import QueryTimeout
from collector.store.locked_store import parquet_shop
from collector.store.schema import TABLES
from tests.ops.audited import BUSY, QUIET, clean, daily, insert, monthly, pair, single

NOW_S = 1_800_000_000
MEMORY_MB = 64
ORDINARY = (Path(__file__).parents[1] / "enrich" / "ordinary_paths.txt").read_text(encoding="utf-8").split()
CELL = "country browser"
Breaking = Callable[[Connection], object]

# What breaks one promise and no other.
MUTANTS: dict[str, tuple[str, Breaking]] = {
    "a pair of 9 visits": ("groups", lambda to: pair(to, CELL, "SE Safari", 9)),
    "a pair of 9 visits with many page views": ("groups", lambda to: pair(to, "country page", "FI /b", 9, "pages_pairs", pageviews=12)),
    "a pair below a larger smallest group": (
        "groups months segments",
        lambda to: to.execute("UPDATE sealed SET k = 13 WHERE last = '2026-02-28'"),
    ),
    "a pair in the other order": ("pairs", lambda to: pair(to, "browser country", "Safari SE", 10)),
    "a pair that is not in the list": ("pairs", lambda to: pair(to, "country city", "FI Oulu", 80) or daily(to, BUSY, "city", Oulu=80)),
    "a pair of a period that is not sealed": (
        "pairs",
        lambda to: pair(to, CELL, "FI Firefox", 50, first="2026-03-01", last="2026-03-31"),
    ),
    "half a month": ("pairs", lambda to: insert(to, "sealed", site=1, first="2026-03-01", last="2026-03-15", k=10, visits=10)),
    "a period sealed without a smallest group": (
        "pairs",
        lambda to: insert(to, "sealed", site=3, first="2026-03-01", last="2026-03-01", k=1, visits=10),
    ),
    "a row's remainder of 5": ("remainders", lambda to: pair(to, CELL, "SE Safari", 15)),
    "a column's remainder of 5": ("remainders", lambda to: pair(to, CELL, "FI Safari", 15) or pair(to, CELL, "SE Safari", 20)),
    "more in pairs than there was": ("remainders", lambda to: pair(to, CELL, "FI Firefox", 10) or pair(to, CELL, "FI Safari", 40)),
    "a pair of a value that nobody had": ("remainders", lambda to: pair(to, CELL, "NO Safari", 20)),
    "a remainder of page views": ("remainders", lambda to: pair(to, "country page", "FI /b", 10, "pages_pairs", pageviews=10)),
    "a remainder of a property's value": (
        "remainders",
        lambda to: (
            pair(to, "event value", "Order plan=free", 15, "events_pairs", events=15)
            or single(to, "events", BUSY, "value", "plan=free", events=20)
        ),
    ),
    "a remainder by month": ("remainders", lambda to: monthly(to, "2026-02-01", "country", FI=5, rare=-5)),
    "a remainder of a day within a month": (
        "remainders",
        lambda to: (
            insert(to, "sealed", site=1, first=BUSY, last=BUSY, k=10, visits=15) or pair(to, CELL, "SE Safari", 15, first=BUSY, last=BUSY)
        ),
    ),
    "steps with a country": ("flows columns", lambda to: to.execute("ALTER TABLE steps ADD COLUMN country VARCHAR")),
    "live rows of yesterday": ("flows", lambda to: insert(to, "live", site=1, minute=28_999_000, page="/", visitors=1)),
    "a visitor's country on a quiet day": ("days", lambda to: daily(to, QUIET, "country", FI=3, rare=-3)),
    "the hour of a quiet day": ("days", lambda to: daily(to, QUIET, "hour", **{"09": 3})),
    "a country of a day that had no visit": (
        "days",
        lambda to: single(to, "events", "2026-01-09", "country", "FI", events=1),
    ),
    "a month for less than a group": ("months", lambda to: monthly(to, "2026-01-01", "country", FI=3, rare=-3)),
    "a month that does not add up": ("months", lambda to: monthly(to, "2026-02-01", "country", SE=10)),
    "a month of pages": ("months", lambda to: monthly(to, "2026-02-01", "entry_page", **{"/": 12, "rare": -12})),
    "a month that is not sealed": ("months", lambda to: monthly(to, "2026-05-01", "country", FI=12, rare=-12)),
    "a segment of 9": ("segments", lambda to: daily(to, BUSY, "segment", few=9)),
    "a segment of all but 9": ("segments", lambda to: daily(to, BUSY, "segment", most=91)),
    "a segment of more than all": ("segments", lambda to: daily(to, BUSY, "segment", more=120)),
    "a month's segment of 9": ("segments", lambda to: monthly(to, "2026-02-01", "segment", few=9)),
    "a column more": ("columns", lambda to: to.execute('ALTER TABLE live ADD COLUMN "visitor" BIGINT')),
    "a column of another type": ("columns", lambda to: to.execute("ALTER TABLE sealed ALTER COLUMN visits TYPE VARCHAR")),
    "a table more": ("columns", lambda to: to.execute('CREATE TABLE "keys" ("key" BLOB)')),
    "a secret among what is known of the database": ("columns", lambda to: insert(to, "meta", name="salt", value="1")),
    "an address in a page": ("texts", lambda to: insert(to, "steps", site=1, day=BUSY, from_page="/", to_page="/from/192.0.2.0", visits=1)),
    "a page that is an address": ("texts", lambda to: insert(to, "live", site=1, minute=29_000_000, page="2001:db8:1::", visitors=1)),
    "a whole address": ("texts", lambda to: daily(to, BUSY, "language", **{"2001:0db8:0001:0002:0003:0004:0005:0006": 50})),
    "an address behind a referrer's host": ("texts", lambda to: insert(to, "acquisition", id=2, referrer="example.org/u/198.51.100.17")),
    "a browser's signature": (
        "texts",
        lambda to: insert(to, "device", id=2, browser="Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"),
    ),
    "a browser's signature for a hostname": ("texts", lambda to: daily(to, BUSY, "hostname", **{"Opera/9.80 (Windows NT 6.1)": 50})),
    "a key in a pair": (
        "texts",
        lambda to: (
            pair(to, "entry_page browser", "9f86d081884c7d65 Firefox", 60) or daily(to, BUSY, "entry_page", **{"9f86d081884c7d65": 60})
        ),
    ),
    "a key in an open day": ("texts", lambda to: insert(to, "visits_today", site=1, day="2026-03-21", screen="9F86D081884C7D65", visits=1)),
}


def breaks(made: Audit) -> str:
    """The names of the promises that are not kept, in order."""
    return " ".join(dict.fromkeys(check.promise for looked in made.looked for check in looked.checks if check.verdict != "kept"))


def back_up(to: Connection, folder: Path) -> Path:
    """A backup of the rows, as the server makes them."""
    backup.write(to, folder / "20260401T000000Z", parquet_shop, "20260401T000000Z")
    return folder


def stars(to: Connection) -> None:
    """What February's small days told together, as it stood before there were monthly rows."""
    for dimension, value in (("country", "FI"), ("browser", "Firefox")):
        for told, visits in ((value, 12), ("(rare)", -12)):
            insert(to, "visits_daily", site=1, dimension=f"*{dimension}", day="2026-02-01", value=told, visits=visits)
    insert(to, "visits_daily", site=1, dimension="*segment", day="2026-02-01", value="regulars", visits=12)


def test_a_database_that_keeps_every_promise_is_found_to(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        made = audit(to.execute, tmp_path, NOW_S, MEMORY_MB)
    assert (made.verdict, breaks(made)) == ("kept", "")
    assert made.rows > 40


def test_days_that_were_sealed_by_themselves_are_no_remainder_of_their_month(tmp_path: Path) -> None:
    alone = "2026-01-06"
    with clean(tmp_path) as to:
        insert(to, "sealed", site=1, first=alone, last=alone, k=10, visits=53)
        daily(to, alone, "", total=53)
        daily(to, alone, "country", FI=50, SE=3)  # the month has kept all Swedes with their browsers, this day none
        daily(to, alone, "browser", Firefox=50, Safari=3)
        pair(to, CELL, "SE Safari", 20)
        made = audit(to.execute, tmp_path, NOW_S, MEMORY_MB)
        assert breaks(made) == ""
        pair(to, CELL, "FI Safari", 15)  # of the month's Finns without that day, 15 are left; 5 Safaris are
        assert breaks(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)) == "remainders"


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_broken_promise_is_found_and_no_other(mutant: str, tmp_path: Path) -> None:
    promise, broken = MUTANTS[mutant]
    with clean(tmp_path) as to:
        broken(to)
        made = audit(to.execute, tmp_path, NOW_S, MEMORY_MB)
    assert (made.verdict, breaks(made)) == ("broken", promise)


@pytest.mark.parametrize("mutant", {promise: name for name, (promise, _) in MUTANTS.items() if "columns" not in promise}.values())
def test_each_broken_promise_is_found_in_a_backup(mutant: str, tmp_path: Path) -> None:
    promise, broken = MUTANTS[mutant]
    with clean(tmp_path) as to:
        broken(to)
        made = audit(None, back_up(to, tmp_path / "backups"), NOW_S, MEMORY_MB)
    assert [looked.name for looked in made.looked] == ["20260401T000000Z"]
    assert (made.verdict, breaks(made)) == ("broken", promise)


def test_every_promise_has_a_mutant() -> None:
    named = {name for promise, _ in MUTANTS.values() for name in promise.split()}
    assert named | {"detail"} == {promise.name for promise in PROMISES}


@pytest.mark.parametrize("table", ["visits_detail", "pages_today"])
def test_late_rows_wait_two_days_and_are_a_breach_then(table: str, tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        insert(to, table, site=1, day=BUSY, hour=9, visits=1)
        first = audit(to.execute, tmp_path, NOW_S, MEMORY_MB)
        again = audit(to.execute, tmp_path, NOW_S + WAIT_S_MAX, MEMORY_MB, first)
        too_long = audit(to.execute, tmp_path, NOW_S + WAIT_S_MAX + 1, MEMORY_MB, again)
        insert(to, table, site=1, day=BUSY, hour=10, visits=1)
        others = audit(to.execute, tmp_path, NOW_S + WAIT_S_MAX + 1, MEMORY_MB, again)
    assert [made.verdict for made in (first, again, too_long, others)] == ["waiting", "waiting", "broken", "waiting"]
    assert breaks(first) == "detail"


def test_sums_of_days_for_which_late_rows_wait_are_not_judged_yet(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        insert(to, "visits_detail", site=1, day=QUIET, hour=9, visits=1)
        daily(to, QUIET, "", total=1)
        daily(to, QUIET, "country", FI=1)
        assert breaks(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)) == "detail"


def test_deleted_rows_wait_for_the_file_to_be_written_anew(tmp_path: Path) -> None:
    """What a quiet day gives up is taken back by rows of its own, until the rewrite sums them up."""
    with clean(tmp_path) as to:
        daily(to, QUIET, "country", FI=3)
        daily(to, QUIET, "country", FI=-3)
        assert breaks(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)) == "days"
        insert(to, "meta", name="deleted", value="")
        made = audit(to.execute, tmp_path, NOW_S, MEMORY_MB)
    assert (made.verdict, breaks(made)) == ("waiting", "detail")


def test_single_days_are_periods_too(tmp_path: Path) -> None:
    day = {"first": "2026-03-02", "last": "2026-03-02"}
    with clean(tmp_path) as to:
        insert(to, "sealed", site=1, **day, k=10, visits=30)
        daily(to, "2026-03-02", "", total=30)
        daily(to, "2026-03-02", "country", FI=30)
        daily(to, "2026-03-02", "browser", Firefox=18, Safari=12)
        pair(to, CELL, "FI Firefox", 18, **day)
        assert breaks(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)) == ""
        pair(to, CELL, "FI Safari", 11, **day)
        assert breaks(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)) == "remainders"


def test_what_pages_and_sites_may_be_called_is_no_address_and_no_key(tmp_path: Path) -> None:
    pages = [found.page for path in ORDINARY if (found := clean_page(f"https://example.com{path}"))]
    with clean(tmp_path) as to:
        for page in [
            *pages,
            "/download/app-1.2.3.4567",
            "/wiki/Mozilla/Firefox",
            "/std::add",
            "/feed/cafe",
            "/2026:10:05",
            "/AS1/2.0 (draft)",
        ]:
            insert(to, "steps", site=1, day=BUSY, from_page="/", to_page=page, visits=1)
        for dimension, value in {"hostname": "192.0.2.7", "source": "9f86d081884c7d65.example.org", "referrer": "198.51.100.1/a"}.items():
            daily(to, BUSY, dimension, **{value: 50})
        single(to, "events", BUSY, "value", "order=9f86d081884c7d659a2f", events=50)
        insert(to, "place", id=2, network="AS64500 Example 2001")
        assert breaks(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)) == ""


def test_places_are_told_and_never_values(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        insert(to, "steps", site=1, day=BUSY, from_page="/", to_page="/from/192.0.2.0", visits=1)
        pair(to, CELL, "SE Safari", 9)
        text = msgspec.json.encode(audit(to.execute, tmp_path, NOW_S, MEMORY_MB)).decode()
    assert "steps" in text and CELL.replace(" ", " × ") in text
    assert not any(value in text for value in ("192.0.2.0", "Safari", '"SE'))


def test_no_more_places_are_told_than_anybody_reads(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        to.execute(
            "INSERT INTO sealed (site, first, last, k, visits) SELECT site, '2026-01-01', '2026-01-15', 10, 1 FROM range(9, 300) r (site)"
        )
        made = audit(to.execute, tmp_path, NOW_S, MEMORY_MB)
    assert [len(check.places) for _, check in made.of("pairs")] == [PLACES_MAX]


def test_what_cannot_be_asked_is_unchecked_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    def slow(sql: str, parameters: object) -> list[tuple[object, ...]]:
        if sql.startswith("/* groups */"):
            raise QueryTimeout("That took too long.")
        return to.execute(sql)

    with clean(tmp_path) as to:
        made = audit(slow, tmp_path, NOW_S, MEMORY_MB)
    assert (made.verdict, breaks(made)) == ("unchecked", "groups")
    assert made.of("groups")[0][1].why == "That took too long."


def test_a_backup_without_its_files_is_unchecked_and_the_others_are_looked_at(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        folder = back_up(to, tmp_path / "backups")
        (folder / "20260401T000000Z").rename(folder / "20260330T000000Z")
        back_up(to, folder)
        (folder / "20260330T000000Z" / "visits_pairs.parquet").unlink()
        made = audit(to.execute, folder, NOW_S, MEMORY_MB)
    assert [looked.name for looked in made.looked] == [DATABASE, "20260330T000000Z", "20260401T000000Z"]
    assert [{check.verdict for check in looked.checks} for looked in made.looked] == [{"kept"}, {"unchecked"}, {"kept"}]
    assert "visits_pairs.parquet is missing" in made.looked[1].checks[0].why


def test_a_backup_of_before_a_table_or_a_column_is_looked_at(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        to.execute("DELETE FROM visits_daily WHERE dimension = 'segment'")
        folder = back_up(to, tmp_path) / "20260401T000000Z"
    older = {f"{fact}_{table}" for fact in ("visits", "pages", "events") for table in ("pairs", "monthly")} | {"sealed"}
    rewrite_manifest(folder, older)
    with parquet_shop(folder) as shop, parquet_shop(folder) as other:
        listed = ", ".join(column.quoted for column in TABLES["steps"] if column.name != "to_page")
        path = str(folder / "steps.parquet")
        rows = shop.stream(f"SELECT {listed} FROM read_parquet(?)", [path])
        other.execute("COPY (SELECT * FROM source) TO ? (FORMAT parquet)", [str(folder / "steps.new")], source=rows)
    (folder / "steps.new").replace(folder / "steps.parquet")
    assert audit(None, tmp_path, NOW_S, MEMORY_MB).verdict == "kept"


def test_a_backup_of_before_there_were_monthly_rows_is_held_to_what_its_days_say_of_them(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        stars(to)
        pair(to, CELL, "SE Safari", 15)  # leaves 5
        folder = back_up(to, tmp_path) / "20260401T000000Z"
    rewrite_manifest(folder, {f"{fact}_monthly" for fact in ("visits", "pages", "events")})
    made = audit(None, tmp_path, NOW_S, MEMORY_MB)
    assert [(check.promise, {place.first for place in check.places}) for check in made.looked[0].checks if check.places] == [
        ("remainders", {date(2026, 1, 1)})
    ]


def test_a_store_of_before_there_were_monthly_rows_keeps_every_promise_when_it_was_opened(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        stars(to)
        expected = to.execute(
            "SELECT dimension, day, value, sum(visits) FROM visits_monthly GROUP BY ALL HAVING sum(visits) <> 0 ORDER BY ALL"
        )
        for fact in ("visits", "pages", "events"):
            to.execute(f"DROP TABLE {fact}_monthly")
    store = DuckDBStore(tmp_path / "audited.duckdb", MEMORY_MB)
    found = store.query("SELECT dimension, day, value, sum(visits) FROM visits_monthly GROUP BY ALL HAVING sum(visits) <> 0 ORDER BY ALL")
    assert found == expected
    assert breaks(audit(store.query, tmp_path, NOW_S, MEMORY_MB)) == ""
    store.close()


def test_a_backup_with_a_column_more_is_a_breach(tmp_path: Path) -> None:
    with clean(tmp_path) as to:
        folder = back_up(to, tmp_path) / "20260401T000000Z"
    with parquet_shop(folder) as shop:
        shop.execute("COPY (SELECT 1::BIGINT AS visitor, '/' AS page) TO ? (FORMAT parquet)", [str(folder / "live.parquet")])
    assert "columns" in breaks(audit(None, tmp_path, NOW_S, MEMORY_MB))


def rewrite_manifest(folder: Path, without: set[str]) -> None:
    """The manifest of a backup that lacks some tables."""
    manifest = msgspec.json.decode((folder / backup.MANIFEST).read_bytes(), type=Manifest)
    kept = tuple(entry for entry in manifest.tables if entry.table not in without)
    (folder / backup.MANIFEST).write_bytes(backup.encoded(msgspec.structs.replace(manifest, tables=kept)))
    for table in without:
        (folder / f"{table}.parquet").unlink()
