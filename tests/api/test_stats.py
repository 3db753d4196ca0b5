"""The Stats API over HTTP: answers, refusals of one shape, limits."""

from datetime import date
from typing import Any

import httpx
import pytest

from collector.api.body import BODY_BYTES_MAX
from collector.api.rate import BUCKETS_MAX, REQUESTS_PER_HOUR, RateLimit
from collector.query import SiteView, ask
from collector.store.errors import QueryTimeout
from tests.api.conftest import FINNS, KEY, Api
from tests.query.database import NOW_S, SIGNED_IN, SITE

BEARER = {"authorization": f"Bearer {KEY}"}
QUESTION: dict[str, Any] = {
    "site_id": SITE.domain,
    "metrics": ["visitors", "bounce_rate"],
    "date_range": "7d",
    "dimensions": ["visit:source"],
}


def post(api: Api, body: Any = None, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    if body is not None:
        more["json"] = body
    return api.ask("POST", "/api/v2/query", headers={**BEARER, **(headers or {})}, **more)


def assert_refused(response: httpx.Response, status: int, words: str = "") -> None:
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    assert words in response.json()["error"]
    assert response.json()["error"].endswith(".")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"


def test_a_question_is_answered_as_query_answers_it(api: Api) -> None:
    response = post(api, QUESTION)
    assert response.status_code == 200
    assert response.json() == ask(QUESTION, SITE, NOW_S, api.database.run, SIGNED_IN)
    assert response.json()["results"]
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


def test_a_saved_segment_is_asked_for_by_its_name(api: Api) -> None:
    named = post(api, {**QUESTION, "filters": [["is", "segment", ["Finns on phones"]]]})
    assert named.json()["results"] == post(api, {**QUESTION, "filters": FINNS}).json()["results"] != []
    assert_refused(post(api, {**QUESTION, "filters": [["is", "segment", ["Swedes"]]]}), 400, "Swedes")


def test_a_site_is_named_and_belongs_to_the_key(api: Api) -> None:
    assert_refused(post(api, {**QUESTION, "site_id": "other.example"}), 401, "site_id")
    assert_refused(post(api, QUESTION, {"authorization": "Bearer ff_bad"}), 401)
    assert_refused(post(api, {**QUESTION, "site_id": 7}), 400, "site_id")
    assert_refused(post(api, {"metrics": ["visitors"]}), 400, "site_id")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", f"Basic {KEY}", KEY, "Bearer " + "x" * 500])
def test_without_a_bearer_key_nothing_is_answered(api: Api, header: str) -> None:
    response = post(api, QUESTION, {"authorization": header})
    assert_refused(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"text"', b'{"a": NaN}', b"[" * 60_000, b'{"a": "\xff"}', b'{"site_id":"example.com"} x']
)
def test_a_body_that_is_no_json_object_is_refused(api: Api, body: bytes) -> None:
    assert_refused(post(api, content=body, headers={"content-type": "application/json"}), 400)


def test_a_wrong_question_is_refused_in_words(api: Api) -> None:
    assert_refused(post(api, {**QUESTION, "metrics": ["people"]}), 400, "people")
    assert_refused(post(api, {**QUESTION, "sql": "x"}), 400, "sql")


def test_a_body_over_the_limit_is_refused_whether_declared_or_not(api: Api) -> None:
    large = b" " * (BODY_BYTES_MAX + 1)

    async def chunks() -> Any:
        for start in range(0, len(large), 1_000):
            yield large[start : start + 1_000]

    headers = {"content-type": "application/json"}
    assert_refused(post(api, content=large, headers=headers), 413)
    assert_refused(post(api, content=chunks(), headers=headers), 413)
    assert (
        post(
            api, content=b'{"site_id":"example.com","metrics":["visits"],"date_range":"day"}'.ljust(BODY_BYTES_MAX), headers=headers
        ).status_code
        == 200
    )


@pytest.mark.parametrize(
    "headers", [{"content-type": "text/plain"}, {"content-type": ""}, {"content-type": "application/json", "content-encoding": "gzip"}]
)
def test_a_body_of_another_type_is_refused(api: Api, headers: dict[str, str]) -> None:
    assert_refused(post(api, content=b"{}", headers=headers), 415)


def test_a_wrong_method_is_refused_in_the_same_shape(api: Api) -> None:
    response = api.ask("GET", "/api/v2/query", headers=BEARER)
    assert_refused(response, 405)
    assert response.headers["allow"] == "POST"


def test_a_key_may_ask_3600_times_at_once_and_then_once_a_second() -> None:
    limit = RateLimit()
    assert [limit.wait_s(b"a", 0.0) for _ in range(REQUESTS_PER_HOUR)] == [0] * REQUESTS_PER_HOUR
    assert limit.wait_s(b"a", 0.5) == 1
    assert limit.wait_s(b"b", 0.5) == 0
    assert limit.wait_s(b"a", 1.0) == 0
    assert limit.wait_s(b"a", 1.0) == 1


def test_the_rate_limit_remembers_no_more_keys_than_it_may() -> None:
    limit = RateLimit(1)
    for number in range(BUCKETS_MAX + 10):
        limit.wait_s(str(number).encode(), 0.0)
    assert limit.wait_s(str(BUCKETS_MAX).encode(), 0.0) > 0
    assert limit.wait_s(b"0", 0.0) == 0


def test_past_its_limit_a_key_is_told_when_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RateLimit, "wait_s", lambda *_: 17)
    response = post(api, QUESTION)
    assert_refused(response, 429)
    assert response.headers["retry-after"] == "17"


def test_an_error_of_the_store_is_answered_and_logged_without_its_words(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("marked-secret-value")

    api.services.run = broken
    response = post(api, QUESTION)
    assert_refused(response, 500)
    assert "RuntimeError" in caplog.text
    assert "marked-secret-value" not in caplog.text + response.text


def test_a_question_that_takes_too_long_is_told_so(api: Api) -> None:
    def slow(*_: Any) -> Any:
        raise QueryTimeout("20 s")

    api.services.run = slow
    response = post(api, QUESTION)
    assert_refused(response, 503)
    assert response.headers["retry-after"]


def test_days_whose_detail_is_deleted_are_named_as_missing(api: Api) -> None:
    api.database.note_sealed(date(2026, 2, 1), date(2026, 2, 28))
    days = post(api, {**QUESTION, "date_range": "40d", "dimensions": ["visit:source", "visit:region"]}).json()["meta"]["days"]
    assert days["missing"] == [["2026-02-20", "2026-02-28"]]
    assert days["detail"] == ["2026-03-01", "2026-03-30"]


def test_visitors_now_is_a_bare_number(api: Api) -> None:
    response = api.ask("GET", "/api/v1/stats/realtime/visitors", headers=BEARER, params={"site_id": SITE.domain})
    assert (response.status_code, response.json()) == (200, 3)
    assert_refused(api.ask("GET", "/api/v1/stats/realtime/visitors", params={"site_id": SITE.domain}), 401)
    assert_refused(api.ask("GET", "/api/v1/stats/realtime/visitors", headers=BEARER), 400)


def test_figures_of_another_site_never_appear(api: Api) -> None:
    elsewhere = SiteView(99, SITE.domain, SITE.timezone)
    found = ask({**QUESTION, "dimensions": []}, elsewhere, NOW_S, api.database.run, SIGNED_IN)
    assert found["results"] == [{"metrics": [0, None], "dimensions": []}]
