"""What a URL becomes, by the tables of docs/pages.md, by ordinary paths and by paths with secrets in them."""

import random
import re
import string
import uuid
from pathlib import Path

import pytest

from collector.enrich.page import CUT, PAGE_MAX, Pages, PageUrl, clean_host, clean_page, clean_path, clean_text
from collector.enrich.redact import PLACEHOLDERS, redact
from collector.enrich.source import Sources

HERE = Path(__file__).parent
DOC = (HERE.parent.parent / "docs" / "pages.md").read_text()
ORDINARY = (HERE / "ordinary_paths.txt").read_text().split()
URL_ROWS = re.findall(r"^\| `(https?://[^`]+)` \| `([^`]+)` \|$", DOC, re.MULTILINE)
RULE_ROWS = re.findall(r"^\| [^`|][^|]*\| `(/[^`]+)` \| `([^`]+)` \|$", DOC.replace("(a handle such as `/@name` stays)", ""), re.MULTILINE)


@pytest.mark.parametrize(("url", "page"), URL_ROWS)
def test_the_page_of_a_url_is_as_documented(url: str, page: str) -> None:
    found = clean_page(url)
    assert found is not None
    assert (found.hostname, found.page) == ("example.com", page)


def test_every_row_of_the_document_was_read() -> None:
    assert len(URL_ROWS) == 12
    assert len(RULE_ROWS) >= 12


@pytest.mark.parametrize(("path", "page"), RULE_ROWS)
def test_secrets_are_replaced_as_documented(path: str, page: str) -> None:
    assert clean_path(path) == page


@pytest.mark.parametrize(("path", "page"), [
    ("/reset/x7Kp2Q", "/reset/:token"),
    ("/verify/482913", "/verify/:token"),
    ("/login/from-the-start", "/login/from-the-start"),
    ("/token/economy", "/token/economy"),
    ("/cart;jsessionid=abc;color=red", "/cart;jsessionid=:token;color=red"),
    ("/list;id=550e8400-e29b-41d4-a716-446655440000", "/list;id=:uuid"),
    ("/users/ada%2540example.com", "/users/:email"),
    ("/@ada", "/@ada"),
    ("/@ada@example.social", "/:email"),
    ("/package/@scope/name", "/package/@scope/name"),
])  # fmt: skip
def test_words_that_give_a_code_away_are_heeded(path: str, page: str) -> None:
    assert clean_path(path) == page


def test_ordinary_paths_stay_as_they_are() -> None:
    assert len(ORDINARY) >= 150
    assert [path for path in ORDINARY if clean_path(path) != path] == []


@pytest.mark.parametrize(
    "url",
    [
        "data:text/html,hi",
        "javascript:alert(1)",
        "ftp://example.com/",
        "",
        "/only/a/path",
        "http://",
        "https://:80/",
        "http://a b/",
        "http://exa%6Dple.com/",
        f"http://{'a' * 300}.com/",
    ],
)
def test_what_is_no_web_page_has_no_page(url: str) -> None:
    assert clean_page(url) is None


@pytest.mark.parametrize(("authority", "host"), [
    ("WWW.Example.COM.", "www.example.com"),
    ("user:p@ss@example.com:8080", "example.com"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("xn--BCHER-kva.example", "xn--bcher-kva.example"),
    ("straße.example", "xn--strae-oqa.example"),
    ("Räksmörgås.example.", "xn--rksmrgs-5wao1o.example"),
    ("☕.example", "xn--53h.example"),
    ("[2001:DB8::1]:443", "[2001:db8::1]"),
    ("127.0.0.1:9", "127.0.0.1"),
    ("a..b", ""),
    ("é" * 300, ""),
])  # fmt: skip
def test_a_host_is_lower_case_ascii_without_user_and_port(authority: str, host: str) -> None:
    assert clean_host(authority) == host


def test_listed_parameters_stay_sorted_and_cleaned() -> None:
    kept = frozenset({"q", "page", "email", "size"})
    found = clean_page("https://example.com/s?size=M&utm_source=x&q=red+shoes%26bags&email=ada%40example.com&page=7", kept)
    assert found == PageUrl(
        "example.com",
        "/s?email=:token&page=7&q=red+shoes%26bags&size=M",
        "size=M&utm_source=x&q=red+shoes%26bags&email=ada%40example.com&page=7",
    )


def test_a_route_stays_in_hash_mode_only() -> None:
    url = "https://example.com/app#/users/ada@example.com?tab=1"
    assert clean_page(url) == PageUrl("example.com", "/app", "")
    assert clean_page(url, hash_mode=True) == PageUrl("example.com", "/app#/users/:email", "")
    assert clean_page("https://example.com/#access_token=abc", hash_mode=True) == PageUrl("example.com", "/", "")


def test_a_long_page_is_cut_at_a_part_and_marked() -> None:
    page = clean_path("/a-part-of-it" * 100)
    assert len(page) <= PAGE_MAX
    assert page.endswith(f"/a-part-of-it/{CUT}")
    assert len(clean_path("/" + "word-" * 100)) <= 201


def test_a_url_that_is_cut_off_in_a_token_shows_nothing_of_it() -> None:
    token = "Zk3vQ9xLp2RtYw8n"
    for filler in range(1960, 2000):
        url = "https://example.com/" + "a/" * (filler // 2) + token
        found = clean_page(url)
        assert found is not None
        assert token[:4] not in found.page


def test_equal_hosts_and_pages_are_one_object() -> None:
    pages = Pages()
    one, other = pages.lookup("https://example.com/a?x=1"), pages.lookup("https://example.com/a?x=2")
    assert one is not None
    assert other is not None
    assert one.page is other.page
    assert one.hostname is other.hostname
    assert one.query != other.query


def _secrets() -> list[str]:
    """More than 200 secrets and marks of persons, seeded: the shapes that leak from real sites."""
    rng = random.Random(20261122)

    def text(alphabet: str, length: int) -> str:
        return "".join(rng.choice(alphabet) for _ in range(length))

    base62, base64url = string.ascii_letters + string.digits, string.ascii_letters + string.digits + "-_"
    found: list[str] = []
    for _ in range(20):
        found += [
            str(uuid.UUID(int=rng.getrandbits(128))),
            text("0123456789abcdef", rng.choice((16, 24, 32, 40, 64))),
            text(base62, rng.choice((24, 32, 43))),
        ]
        found += [
            text(base64url, rng.choice((43, 64))),
            text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26),
            text(string.ascii_lowercase + string.digits, 28),
        ]
        found += [
            f"{text(string.ascii_lowercase, 6)}.{text(string.ascii_lowercase, 5)}@example.{rng.choice(('com', 'fi'))}",
            text(string.digits, rng.randint(7, 16)),
        ]
        found += [f"eyJ{text(base62, 33)}.eyJ{text(base62, 40)}.{text(base64url, 43)}", f"+358{text(string.digits, 9)}"]
        found += [f"sk_live_{text(base62, 24)}", f"ghp_{text(base62, 36)}", f"xoxb-{text(string.digits, 12)}-{text(base62, 24)}"]
    return found


SECRETS = _secrets()
FRAMES = ("/{}", "/reset/{}", "/a/{}/edit", "/file-{}.pdf", "/x;id={}", "/x;sid={};y=1", "/list,{},1", "/%25/{}", "/{}/{}")


def _pieces(secret: str) -> set[str]:
    """Parts of a secret that would still tell it: its runs of letters and digits of eight or more."""
    return {*re.findall(r"[A-Za-z0-9]{8,}", secret.partition("@")[0]), secret}


def test_no_secret_survives_in_a_page() -> None:
    assert len(SECRETS) >= 200
    for number, secret in enumerate(SECRETS):
        for written in (secret, secret.replace("@", "%40").replace("-", "%2D"), "".join(f"%{ord(character):02x}" for character in secret)):
            page = clean_path(FRAMES[number % len(FRAMES)].format(written, written))
            assert not [piece for piece in _pieces(secret) if piece in page], (secret, page)
            assert any(placeholder in page for placeholder in PLACEHOLDERS)


def test_no_secret_survives_in_a_referrer_or_a_campaign() -> None:
    sources = Sources(cache_max=100)
    for number, secret in enumerate(SECRETS):
        query = f"utm_campaign={secret}&utm_source=a+{secret}&utm_term=x%20{secret}&ref={secret}&gclid={secret}&token={secret}"
        found = sources.acquisition(
            query, "https://other.example" + FRAMES[number % len(FRAMES)].format(secret, secret) + f"?key={secret}#{secret}", "example.com"
        )
        assert found.utm_campaign
        for piece in _pieces(secret):
            assert not [value for value in found if piece in value], (secret, found)


def test_the_time_is_linear_by_construction() -> None:
    """Every pattern is one run, or bounded; the adversarial texts only have to come back."""
    for text in (
        "a" * 8000,
        "-" * 8000,
        "eyJ-" * 2000,
        "@" * 8000,
        "a@" * 4000,
        "%25" * 2700,
        "%2" * 4000,
        "0-" * 4000,
        "1." * 4000,
        "+1" * 4000,
        "a;" * 4000,
        "aB3" * 2700,
    ):
        assert len(clean_text(text, 100)) <= 100
        assert len(clean_path("/" + text)) <= PAGE_MAX
        assert redact(text) is not None
