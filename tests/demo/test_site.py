"""The demo site is whole: each link leads somewhere, each page carries the snippet, nothing is stored or sent elsewhere."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette

from collector.demo.catalogue import POSTS, PRODUCTS, TABS
from collector.demo.pdf import text_pdf
from collector.demo.site import CARD_PATH, OUTBOUND, demo_app

COLLECTOR = "http://127.0.0.1:8000"
DOMAIN = "demo-shop.localhost"


class Client:
    """Asks the app in this process, without a port."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str, host: str = f"{DOMAIN}:8001") -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=f"http://{host}") as client:
                return await client.get(path)

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(demo_app(COLLECTOR, DOMAIN))


def crawl(client: Client) -> dict[str, str]:
    """Every page that can be reached from the start, by path and query."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        assert answer.status_code == 200, path
        found[path] = answer.text if "html" in answer.headers["content-type"] else ""
        links = re.findall(r'(?:href|src|action)="(/[^"#]*)', found[path])
        waiting += [link.replace("&amp;", "&") for link in links]
    return found


def test_every_page_can_be_reached_and_every_link_leads_somewhere(client: Client) -> None:
    paths = {path.split("?")[0] for path in crawl(client)}
    assert {"/", "/products", "/cart", "/thank-you", "/sign-up", "/welcome", "/blog", "/guide", CARD_PATH} <= paths
    assert {item.path for items in (PRODUCTS, POSTS, TABS) for item in items} <= paths


def test_every_page_carries_the_snippet_and_says_it_is_a_demo(client: Client) -> None:
    pages = [text for text in crawl(client).values() if text]
    assert len(pages) > 15
    for text in pages:
        assert f'<script defer data-domain="{DOMAIN}" data-api="{COLLECTOR}/api/event" src="{COLLECTOR}/script.js" data-local>' in text
        assert "Footfall’s demo" in text and f'href="{COLLECTOR}/site/{DOMAIN}"' in text
        assert text.count("<h1>") == 1
        assert len(re.findall(r"<title>[^<]+ – Kettle &amp; Leaf</title>", text)) == 1


def test_pages_name_only_themselves_the_collector_and_one_outbound_link(client: Client) -> None:
    for text in crawl(client).values():
        for address in re.findall(r"""https?://[^"'\s<]+""", text):
            assert address.startswith(COLLECTOR) or address == OUTBOUND


def test_nothing_is_stored_on_the_device(client: Client) -> None:
    for path in ("/", "/cart?item=enamel-kettle", "/static/demo.css", "/static/demo.js", CARD_PATH, "/nowhere"):
        headers = client.get(path).headers
        assert not {"set-cookie", "etag", "last-modified"} & set(headers), path
        assert headers["cache-control"] == "no-cache"
    script = client.get("/static/demo.js").text
    assert not re.search(r"cookie|localStorage|sessionStorage|indexedDB|caches|window\.name", script)


def test_the_policy_allows_the_site_and_the_collector_alone(client: Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in policy and "*" not in policy
    assert set(re.findall(r"https?://[^; ]+", policy)) == {COLLECTOR}
    for text in crawl(client).values():
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script>", text), "nothing inline, so nothing the policy would block"


def test_the_cart_is_in_the_address(client: Client) -> None:
    text = client.get("/cart?item=stoneware-cup").text
    assert 'data-product="Stoneware cup" data-amount="24.00" data-currency="EUR"' in text
    for path in ("/cart", "/cart?item=<script>"):
        assert "Nothing yet." in client.get(path).text


def test_an_unknown_address_is_a_page_that_says_so(client: Client) -> None:
    for path in ("/nowhere", "/products/none", "/blog/none", "/guide/none", "/static/none.css"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Nothing here" in answer.text


def test_the_site_has_one_name_so_that_hits_count(client: Client) -> None:
    answer = client.get("/blog?x=1", "127.0.0.1:8001")
    assert (answer.status_code, answer.headers["location"]) == (307, f"http://{DOMAIN}:8001/blog?x=1")
    assert client.get("/", "localhost:8001").status_code == 200


def test_the_download_is_a_pdf_whose_table_points_at_its_objects(client: Client) -> None:
    data = client.get(CARD_PATH).content
    assert data.startswith(b"%PDF-1.4") and data.endswith(b"%%EOF\n")
    start = int(data.split(b"startxref\n")[1].split()[0])
    assert data[start:].startswith(b"xref\n")
    places = [int(line.split()[0]) for line in data[start:].split(b"\n")[3:8]]
    assert [data[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, 1)] == [True] * 5


def test_marks_of_the_format_are_escaped_in_a_pdf() -> None:
    assert rb"(a \(b\) \\ c) Tj" in text_pdf(["a (b) \\ c"])
