"""The page about the latest audit says whether the promises are kept, since when, and how to check them by oneself."""

from pathlib import Path

import httpx
import msgspec
import pytest

from collector.ops.audit import DATABASE, Audit, Check, Looked, Place, Verdict
from collector.ops.promises import PROMISES, PromiseName
from dashboard.privacy_page import NEVER, STALE_S, PrivacyPage, privacy_page
from tests.dashboard.harness import NOW_S, house, served


def made(promise: PromiseName = "groups", verdict: Verdict = "kept", why: str = "", places: tuple[Place, ...] = ()) -> Audit:
    """An audit of the database and a backup, in which one promise has another verdict."""
    checks = tuple(Check(p.name, verdict, places, why) if p.name == promise else Check(p.name, "kept") for p in PROMISES)
    return Audit(NOW_S, (Looked(DATABASE, 1_234_000, checks), Looked("20261122T031500Z", 567, checks)))


def verdicts(page: PrivacyPage) -> set[str]:
    return {row.word for row in page.rows}


def test_a_kept_audit_says_so_with_its_date_and_what_was_looked_at() -> None:
    page = privacy_page(made(), NOW_S)
    assert (page.heading, page.when) == ("Every promise is kept", "22 November 2026, 13:40 UTC")
    assert page.looked_at == "1,234,567 rows were looked at: the database and the backup of 22 November 2026 at 03:15 UTC."
    assert [row.says for row in page.rows] == [promise.says for promise in PROMISES]
    assert verdicts(page) == {"Kept"}


def test_a_broken_promise_is_an_alarm_and_tells_where() -> None:
    page = privacy_page(made("pairs", "broken", places=(Place("sealed", 3, None, None, "period", 1),)), NOW_S)
    assert page.is_broken and page.heading == "A promise is broken"
    assert next(row.places for row in page.rows if row.word == "Broken") == [
        "the database: sealed, site 3, period: 1 row",
        "the backup of 22 November 2026 at 03:15 UTC: sealed, site 3, period: 1 row",
    ]


@pytest.mark.parametrize(("verdict", "word"), [("waiting", "Waiting"), ("unchecked", "Not checked")])
def test_what_waits_or_could_not_be_checked_is_no_alarm(verdict: Verdict, word: str) -> None:
    page = privacy_page(made("detail", verdict, why="Out of memory."), NOW_S)
    assert not page.is_broken
    assert verdicts(page) == {"Kept", word}


def test_an_old_result_says_that_the_daily_check_did_not_run() -> None:
    assert not privacy_page(made(), NOW_S + STALE_S).stale
    assert privacy_page(made(), NOW_S + STALE_S + 1).stale


def test_the_page_answers_before_the_first_audit_and_shows_the_latest(tmp_path: Path) -> None:
    with house(tmp_path) as home, served(home.app) as address:
        home.add("example.com")
        home.add("shop.example")
        assert httpx.get(f"{address}/privacy").headers["location"].startswith("/sign-in")
        with httpx.Client(base_url=address, cookies={"footfall_session": home.session()}) as member:
            assert NEVER[0] in member.get("/privacy").text
            (tmp_path / "audit.json").write_bytes(msgspec.json.encode(made("groups", "broken", why="<b>&")))
            text = member.get("/privacy").text
            assert "A promise is broken" in text and "footfall audit" in text
            assert "&lt;b&gt;&amp;" in text
            assert 'href="/privacy"' in member.get("/").text
            assert 'href="/privacy"' not in member.get("/sign-in").text
