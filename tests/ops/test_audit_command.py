"""`footfall audit` answers people and machines, beside a running server and without one, with the statements that the page prints."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from collector.cli import main
from collector.ops.audit import AUDIT_FILE, DATABASE, audit_and_keep, last_audit
from collector.ops.audit_text import PLACES_SHOWN_MAX, statements
from collector.ops.promises import PROMISES
from collector.settings import Settings, load
from collector.store.locked_store import open_locked
from tests.docs.pages import blocks, page, section
from tests.ops.audited import BUSY, JANUARY, clean, daily, insert, pair
from tests.server import Server

SHARED = section(page("docs/privacy-model.md"), "## Check it yourself")


def stopped(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["audit", "--data", str(folder), *words])


def filled(folder: Path) -> Settings:
    """The settings of a data folder with a database that keeps every promise."""
    with clean(folder):
        pass
    loaded = load({"FOOTFALL_DATA_DIR": str(folder)}, folder)
    (folder / "audited.duckdb").rename(loaded.store_path)
    return loaded


def test_the_statements_that_run_are_those_of_the_page() -> None:
    assert blocks(SHARED, "sql") == [f"{promise.sql};\n" for promise in PROMISES]
    assert "\n".join(blocks(SHARED, "sql")) == statements()


def test_the_page_has_each_promise_in_the_same_words() -> None:
    told = " ".join(SHARED.split())
    assert all(f"### {number}. {promise.says} {promise.means} ```sql" in told for number, promise in enumerate(PROMISES, 1))


def test_kept_promises_are_a_line_each_and_exit_code_0(tmp_path: Path) -> None:
    filled(tmp_path)
    answer = stopped(tmp_path)
    assert answer.exit_code == 0
    assert "Every promise is kept." in answer.output
    assert f"rows were looked at: {DATABASE}." in answer.output
    assert answer.output.count("\nkept ") == len(PROMISES)


def test_a_broken_promise_tells_where_and_is_exit_code_1(tmp_path: Path) -> None:
    to = open_locked(filled(tmp_path).store_path, 160)
    pair(to, "country browser", "SE Safari", 9)
    to.close()
    answer = stopped(tmp_path)
    assert answer.exit_code == 1
    assert f"{DATABASE}: visits_pairs, site 1, 2026-01-01 to 2026-01-31, country × browser: 1 row\n" in answer.output


def test_long_lists_of_places_are_cut_for_people_and_whole_for_machines(tmp_path: Path) -> None:
    to = open_locked(filled(tmp_path).store_path, 160)
    for site in range(5, 20):
        insert(to, "sealed", site=site, **{**JANUARY, "last": "2026-01-15"}, k=10, visits=10)
    to.close()
    assert f"and {15 - PLACES_SHOWN_MAX} places more" in stopped(tmp_path).output
    told = json.loads(stopped(tmp_path, "--json").stdout)
    assert told["verdict"] == "broken"
    assert [len(check["places"]) for check in told["looked"][0]["checks"] if check["promise"] == "pairs"] == [15]


def test_nothing_to_look_at_is_exit_code_2_and_makes_no_database(tmp_path: Path) -> None:
    answer = stopped(tmp_path)
    assert answer.exit_code == 2
    assert "no database and no backup" in answer.output
    assert not load({"FOOTFALL_DATA_DIR": str(tmp_path)}, tmp_path).store_path.exists()


def test_a_file_that_is_no_database_is_exit_code_2(tmp_path: Path) -> None:
    load({"FOOTFALL_DATA_DIR": str(tmp_path)}, tmp_path).store_path.write_bytes(b"no database" * 1000)
    assert stopped(tmp_path).exit_code == 2


def test_the_statements_alone_can_be_printed(tmp_path: Path) -> None:
    answer = stopped(tmp_path, "--sql")
    assert (answer.exit_code, answer.output) == (0, statements())


def test_the_latest_result_is_kept_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    loaded = filled(tmp_path)
    stopped(tmp_path)
    kept = last_audit(tmp_path)
    assert kept is not None and kept.verdict == "kept"
    assert (tmp_path / AUDIT_FILE).stat().st_mode & 0o077 == 0
    (tmp_path / AUDIT_FILE).write_bytes(b"{")
    assert last_audit(tmp_path) is None
    assert audit_and_keep(None, loaded, 5).made_s == 5
    assert last_audit(tmp_path) == audit_and_keep(None, loaded, 5)


def test_rows_that_wait_since_an_earlier_audit_are_a_breach_in_the_end(tmp_path: Path) -> None:
    loaded = filled(tmp_path)
    to = open_locked(loaded.store_path, 160)
    insert(to, "visits_detail", site=1, day=BUSY, hour=9, visits=1)
    daily(to, BUSY, "", total=1)
    assert audit_and_keep(to.execute, loaded, 1).verdict == "waiting"
    assert audit_and_keep(to.execute, loaded, 300_000).verdict == "broken"
    to.close()


def test_a_running_server_answers_for_its_database_and_its_backups(tmp_path: Path) -> None:
    with Server(tmp_path / "data", sites={"shop.example": "UTC"}) as server:
        assert server.send("https://shop.example/").counted
        server.settled("pageviews", 1)
        backup = Path(server.command("backup").strip()).name
        told = json.loads(server.command("audit", "--json"))
        names = [looked["name"] for looked in told["looked"]]
        assert names[0] == DATABASE and backup in names  # the server makes one of its own accord, too
        assert told["verdict"] == "kept"
        assert (server.folder / AUDIT_FILE).exists()
