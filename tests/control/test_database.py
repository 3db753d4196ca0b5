"""Sites and keys: kept whole, found by what a person writes, safe under concurrent commands, secrets never at rest."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_mock_engine

from collector.control import schema
from collector.control.database import Control
from collector.control.errors import BadDomain, BadTimezone, ControlError, DatabaseUnusable, DuplicateSite, UnknownKey, UnknownSite
from tests.control.conftest import NOW_S, StillClock


def test_a_site_is_found_by_its_domain_however_it_is_written(control: Control) -> None:
    added = control.add_site("WWW.Example.com", "Europe/Helsinki", ["*.example.net", "example.org"])
    assert added == (1, "example.com", "Europe/Helsinki", ("*.example.net", "example.org"), NOW_S)
    assert control.site("www.EXAMPLE.com.") == added
    assert control.site("example.org") is None
    assert control.site("no site at all") is None
    assert control.sites() == [added]


def test_sites_are_listed_by_domain(control: Control) -> None:
    for domain in ("c.example", "a.example", "b.example"):
        control.add_site(domain)
    assert [site.domain for site in control.sites()] == ["a.example", "b.example", "c.example"]


def test_what_cannot_be_a_site_is_refused_and_nothing_is_written(control: Control) -> None:
    control.add_site("example.com")
    for error, domain, zone in [
        (DuplicateSite, "www.example.com", "UTC"),
        (BadDomain, "https://a.example", "UTC"),
        (BadTimezone, "a.example", "Nowhere"),
    ]:
        with pytest.raises(error):
            control.add_site(domain, zone)
    assert len(control.sites()) == 1


def test_a_removed_site_takes_its_keys_along_and_its_number_is_never_given_again(control: Control) -> None:
    first = control.add_site("a.example")
    token = control.add_key("a.example")
    assert control.remove_site("a.example") == first
    again = control.add_site("a.example")
    assert again.id > first.id
    assert control.site_for_key(token, "a.example") is None
    assert control.keys() == []
    with pytest.raises(UnknownSite, match=r"no site b\.example"):
        control.remove_site("b.example")


def test_of_many_commands_that_add_the_same_site_one_succeeds(url: str) -> None:
    def add(_: int) -> str:
        own = Control(url)  # each with connections of its own, as another process has; the first start races too
        try:
            return str(own.add_site("example.com").id)
        except ControlError as error:
            return type(error).__name__
        finally:
            own.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(add, range(12)))
    assert sorted(answers) == sorted(["1"] + ["DuplicateSite"] * 11)


def test_a_key_opens_its_own_site_only(control: Control) -> None:
    site = control.add_site("a.example")
    control.add_site("b.example")
    token = control.add_key("a.example", "the  weekly\nreport")
    assert token.startswith("ff_")
    assert control.site_for_key(token, "www.a.example") == site
    for wrong_token, domain in [(token, "b.example"), (token, "?"), (token[:-1], "a.example"), ("", "a.example"), ("\ud800", "a.example")]:
        assert control.site_for_key(wrong_token, domain) is None
    with pytest.raises(UnknownSite):
        control.add_key("c.example")


def test_a_key_says_the_day_it_was_last_used_and_no_more(control: Control, clock: StillClock) -> None:
    control.add_site("a.example")
    token = control.add_key("a.example", "the  weekly\nreport")
    assert control.keys("a.example") == [(1, "a.example", "the weekly report", NOW_S, "")]
    control.site_for_key(token, "a.example")
    assert control.keys()[0].last_used == "2026-09-21"
    clock.now_s += 86400
    control.site_for_key(token, "a.example")
    assert control.keys()[0].last_used == "2026-09-22"


def test_a_removed_key_opens_nothing(control: Control) -> None:
    control.add_site("a.example")
    token = control.add_key("a.example")
    assert control.remove_key(1).domain == "a.example"
    assert control.site_for_key(token, "a.example") is None
    with pytest.raises(UnknownKey, match="no key 1"):
        control.remove_key(1)


def test_no_secret_is_on_disk(control: Control, tmp_path: Path) -> None:
    control.add_site("a.example")
    marks = [control.add_key("a.example"), control.new_sign_in(NOW_S)]
    session = control.use_sign_in(marks[1], NOW_S)
    assert session is not None
    files = [path.read_bytes() for path in (tmp_path / "data").iterdir()]
    assert b"a.example" in b"".join(files)
    for mark in (*marks, session):
        assert not any(mark.encode() in data or mark.removeprefix("ff_").encode() in data for data in files)


def test_every_file_of_the_database_is_private(control: Control, tmp_path: Path) -> None:
    control.add_site("a.example")
    files = list((tmp_path / "data").iterdir())
    assert {path.name for path in files} >= {"control.sqlite", "control.sqlite-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_database_of_a_newer_version_is_left_untouched(url: str, tmp_path: Path) -> None:
    Control(url).close()
    with sqlite3.connect(tmp_path / "data" / "control.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    connection.close()
    with pytest.raises(DatabaseUnusable, match="newer Footfall"):
        Control(url)


@pytest.mark.parametrize("bad", ["nonsense", "oracle9://x", "sqlite:////proc/none/control.sqlite"])
def test_a_database_that_cannot_be_opened_is_one_clear_sentence(bad: str) -> None:
    with pytest.raises(DatabaseUnusable, match=r"(database_url|control database)"):
        Control(bad)


def test_a_file_that_is_no_database_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "control.sqlite"
    path.write_bytes(b"no database at all, and long enough to be read as a header of one" * 100)
    with pytest.raises(DatabaseUnusable, match="cannot be used: file is not a database"):
        Control(f"sqlite:///{path}")


def test_a_lock_that_is_never_let_go_is_one_clear_sentence(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "BUSY_TIMEOUT_S", 0.05)
    control = Control(url)
    other = sqlite3.connect(tmp_path / "data" / "control.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnusable, match="database is locked"):
        control.add_site("a.example")
    assert control.sites() == [], "reading goes on beside a writer"
    other.execute("COMMIT")
    other.close()
    assert control.add_site("a.example").id == 1
    control.close()


def test_the_tables_can_be_made_in_postgres_too() -> None:
    made: list[str] = []
    dialect = create_mock_engine("postgresql://", print).dialect
    engine = create_mock_engine("postgresql://", lambda sql, *_args, **_kw: made.append(str(sql.compile(dialect=dialect))))
    schema.metadata.create_all(engine, checkfirst=False)
    assert sum("CREATE TABLE" in text for text in made) == len(schema.metadata.tables)
    assert all("SERIAL" in text for text in made if "\tid " in text)


def test_a_password_of_the_database_is_in_no_message() -> None:
    with pytest.raises(DatabaseUnusable) as caught, schema.one_sentence("postgresql+psycopg://footfall:hush@db.example/footfall"):
        raise OSError(111, "Connection refused")
    assert "hush" not in str(caught.value) and "db.example" in str(caught.value)


def test_a_removed_site_is_remembered_as_removed(control: Control) -> None:
    kept, gone = control.add_site("kept.example"), control.add_site("gone.example")
    control.remove_site("gone.example")
    assert control.removed_sites() == [gone.id]
    assert [site.id for site in control.sites()] == [kept.id]


def test_on_a_disk_that_takes_nothing_sessions_and_keys_are_known_all_the_same(control: Control) -> None:
    control.add_site("example.com")
    key = control.add_key("example.com")
    session = control.use_sign_in(control.new_sign_in(NOW_S), NOW_S)
    assert session is not None
    with control._engine.connect() as connection:  # the pool's only one: it is handed out again
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(DatabaseUnusable):
        control.add_site("other.example")
    assert control.session(session, NOW_S + 3600)
    found = control.site_for_key(key, "example.com")
    assert found is not None and found.domain == "example.com"
