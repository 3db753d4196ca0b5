"""What the front hands to the back: everything a page needs, streamed both ways, and nothing of who asks."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from collector.ingest.gate import Gate
from collector.ops import passthrough
from tests.ingest.house import BROWSER, SHOP, URL, House, read, until

MARK = "203.0.113.77"
FORWARDING = (
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded", "via", "x-real-ip", "cf-connecting-ip",
    "true-client-ip", "fastly-client-ip", "x-client-ip",
)  # fmt: skip


class Back:
    """A back that only records. `/echo` answers with what it was asked; `/drip` answers piece by piece as it is told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[dict[str, Any]] = []
        self.pieces: list[bytes] = []
        self.next_piece = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        asked = {"method": scope["method"], "path": scope["raw_path"].decode(), "query": scope["query_string"].decode(), "headers": headers}
        self.asked.append({**asked, "client": scope["client"]})
        if scope["path"] == "/early":
            await send({"type": "http.response.start", "status": 405, "headers": [(b"content-length", b"5")]})
            await send({"type": "http.response.body", "body": b"early"})
            return
        if scope["path"] == "/drip":
            await self._drip(send)
            return
        if scope["path"] == "/broken":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise ConnectionError
        more = True
        size = 0
        while more:
            message = await receive()
            self.pieces.append(message.get("body", b""))
            size += len(self.pieces[-1])
            more = message.get("more_body", False)
        answer = json.dumps({**asked, "size": size}).encode()
        sent = [(b"content-type", b"application/json"), (b"x-own", b"1"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        await send({"type": "http.response.start", "status": 201, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    async def _drip(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in (b"one", b"two"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.to_thread(self.next_piece.wait, 10)
            self.next_piece.clear()
        await send({"type": "http.response.body", "body": b"three"})

    def header(self, name: str) -> list[str]:
        return [value for given, value in self.asked[-1]["headers"] if given == name]


@pytest.fixture(scope="module")
def running_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Back]:
    back = Back(tmp_path_factory.mktemp("back") / "back.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(back.path))
    listener.listen()
    config = uvicorn.Config(
        back, lifespan="off", ws="none", log_config=None, log_level="critical", server_header=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield back
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="module")
def running_front(tmp_path_factory: pytest.TempPathFactory, whole_gate: Gate, running_back: Back) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("front"), whole_gate, back=running_back.path) as opened:
        yield opened


@pytest.fixture
def back(running_back: Back) -> Back:
    running_back.asked.clear()
    running_back.pieces.clear()
    return running_back


@pytest.fixture
def passing(running_front: House) -> House:
    running_front.forget()
    return running_front


def test_a_request_reaches_the_back_whole_and_its_answer_comes_back_whole(passing: House, back: Back) -> None:
    answer = passing.request("POST", "/api/v2/query?a=1&b=%20", {"authorization": "Bearer key", "cookie": "s=1"}, b'{"x": 1}')
    found = json.loads(answer.body)
    assert (answer.status, answer.headers["x-own"]) == (201, "1")
    assert (found["method"], found["path"], found["query"], found["size"]) == ("POST", "/api/v2/query", "a=1&b=%20", 8)
    assert back.header("authorization") == ["Bearer key"]
    assert back.header("cookie") == ["s=1"]
    assert back.header("host") == ["stats.example"]
    assert back.header("content-length") == ["8"]


def test_every_cookie_of_an_answer_comes_back(passing: House, back: Back) -> None:
    with passing.connect() as connection:
        connection.sendall(b"GET /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.count(b"set-cookie: ") == 2


@pytest.mark.parametrize("header", FORWARDING)
def test_the_back_never_learns_an_address(passing: House, back: Back, header: str) -> None:
    passing.request("GET", "/echo", {header: MARK})
    assert MARK not in json.dumps(back.asked)
    assert back.asked[0]["client"] is None or back.asked[0]["client"][0] == ""
    assert "127.0.0.1" not in json.dumps(back.asked)


def test_the_back_never_learns_the_user_agent(passing: House, back: Back) -> None:
    passing.request("GET", "/echo")
    assert back.header("user-agent") == []
    assert BROWSER not in json.dumps(back.asked)


def test_the_front_vouches_for_this_machine_alone(passing: House, back: Back) -> None:
    passing.request("GET", "/echo", {"host": "localhost:8000"})
    assert back.header("x-footfall-local") == ["1"]
    for header in FORWARDING:
        passing.request("GET", "/echo", {"host": "localhost:8000", header: MARK})
        assert back.header("x-footfall-local") == [], header


# client address as the server sees it, further headers | is it this machine?
PEERS = [
    (("127.0.0.1", 5), {}, True),
    (("127.9.9.9", 5), {}, True),
    (("::1", 5), {}, True),
    (("::1%lo", 5), {}, True),
    (("::ffff:127.0.0.1", 5), {}, False),
    (("192.0.2.1", 5), {}, False),
    (("10.0.0.1", 5), {}, False),
    (("", 0), {}, False),
    (("unix:", 0), {}, False),
    (None, {}, False),
    (("127.0.0.1", 5), {"x-forwarded-for": "127.0.0.1"}, False),
    (("127.0.0.1", 5), {"user-agent": "curl"}, True),
    (("127.0.0.1", 5), {"host": "127.0.0.1:8000"}, True),
    (("127.0.0.1", 5), {"host": "LOCALHOST"}, True),
    (("::1", 5), {"host": "[::1]:8000"}, True),
    (("127.0.0.1", 5), {"host": "stats.example"}, False),
    (("127.0.0.1", 5), {"host": "127.0.0.1.evil.example:8000"}, False),
    (("127.0.0.1", 5), {"host": "evil.example@127.0.0.1"}, True),
    (("127.0.0.1", 5), {"host": "127.0.0.1@evil.example"}, False),
    (("127.0.0.1", 5), {"host": "[::1"}, False),
    (("127.0.0.1", 5), {"host": ""}, False),
]


@pytest.mark.parametrize(("client", "headers", "expected"), PEERS)
def test_a_peer_is_local_where_it_is_loopback_and_speaks_for_itself(client: Any, headers: dict[str, str], expected: bool) -> None:
    scope = {"client": client, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    assert passthrough.is_local(scope) is expected


@pytest.mark.parametrize("name", ["x-footfall-local", "X-Footfall-Local", "x-footfall-anything"])
def test_a_forged_mark_is_stripped(passing: House, back: Back, name: str) -> None:
    passing.request("GET", "/echo", {name: "1", "x-forwarded-for": MARK})
    assert [given for given, _ in back.asked[0]["headers"] if given.startswith("x-footfall-")] == []
    passing.request("GET", "/echo", {name: "forged", "host": "127.0.0.1"})
    assert back.header("x-footfall-local") == ["1"]


def test_headers_of_one_hop_end_there(passing: House, back: Back) -> None:
    passing.request("GET", "/echo", {"te": "trailers", "keep-alive": "5", "proxy-authorization": "x", "upgrade": "h2c", "trailer": "x"})
    names = {name for name, _ in back.asked[0]["headers"]}
    assert not names & {"te", "keep-alive", "proxy-authorization", "upgrade", "trailer"}
    assert back.header("connection") == ["close"]


def test_a_large_body_streams_to_the_back(passing: House, back: Back) -> None:
    body = b"x" * 1_000_000
    answer = passing.request("POST", "/echo", {}, body)
    assert json.loads(answer.body)["size"] == len(body)
    assert len(back.pieces) > 1


def test_a_chunked_body_reaches_the_back_before_it_ends(passing: House, back: Back) -> None:
    with passing.connect() as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert until(lambda: b"first" in back.pieces)
        connection.sendall(b"6\r\nsecond\r\n0\r\n\r\n")
        assert json.loads(read(connection).body)["size"] == 11


@pytest.mark.parametrize("size", [1, 100_000, 5_000_000])
def test_an_answer_that_comes_before_the_body_is_read_comes_back(passing: House, back: Back, size: int) -> None:
    for _ in range(3):
        answer = passing.request("POST", "/early", {}, b"x" * size)
        assert (answer.status, answer.body) == (405, b"early")
    passing.still_counts()


def test_a_trailer_does_not_reach_the_back(passing: House, back: Back) -> None:
    body = b"3\r\nabc\r\n0\r\ncookie: s=1\r\nhost: y\r\n\r\n"
    answer = passing.raw(b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + body)
    assert json.loads(answer.body)["size"] == 3
    assert (back.header("cookie"), back.header("host")) == ([], ["x"])


def test_an_answer_streams_before_it_ends(passing: House, back: Back) -> None:
    with passing.connect() as connection:
        connection.sendall(b"GET /drip HTTP/1.1\r\nhost: x\r\n\r\n")
        received = b""
        while b"one" not in received:
            received += connection.recv(65_536)
        assert b"two" not in received
        back.next_piece.set()
        while b"two" not in received:
            received += connection.recv(65_536)
        assert b"three" not in received
        back.next_piece.set()
        while b"three" not in received:
            received += connection.recv(65_536)


def test_an_answer_that_breaks_off_is_broken_off(passing: House, back: Back) -> None:
    with passing.connect() as connection, pytest.raises((ConnectionError, AssertionError)):
        connection.sendall(b"GET /broken HTTP/1.1\r\nhost: x\r\n\r\n")
        assert len(read(connection).body) == 100
    passing.still_counts()


def test_head_and_get_with_a_body_work(passing: House, back: Back) -> None:
    with passing.connect() as connection:
        connection.sendall(b"HEAD /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert answer.endswith(b"\r\n\r\n")
    assert json.loads(passing.request("GET", "/echo", {"content-length": "3"}, b"abc").body)["size"] == 3


ODD = [
    b"GET /echo HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    b"GET /a\xffb HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /echo HTTP/1.1\r\nhost: x\r\nodd: a\x01b\r\n\r\n",
    b"GET /echo HTTP/1.1\r\n\r\n",
    b"GET http://stats.example/echo HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET //echo HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /echo?a=\xc3\xa9 HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /echo HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /echo HTTP/1.1\r\nhost: x\r\nx-y: caf\xe9\r\n\r\n",
    b"GET /echo HTTP/1.1\r\nhost: x\r\nx-y:\r\n\r\n",
    b"M-SEARCH /echo HTTP/1.1\r\nhost: x\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 0\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", ODD)
def test_an_odd_request_is_answered_and_breaks_nothing(
    passing: House, back: Back, request_bytes: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert passing.raw(request_bytes).status in (201, 400, 404, 405)
    passing.still_counts()
    assert capfd.readouterr().err == ""


def test_without_a_back_there_is_a_sentence_and_counting_goes_on(house: House) -> None:
    for path in ("/", "/site/x", "/api/v2/query", "/nothing"):
        answer = house.request("GET", path)
        assert (answer.status, answer.headers["retry-after"], answer.headers["refresh"]) == (503, "3", "3")
        assert answer.body == b"The dashboard is starting or restarting. Counting goes on meanwhile; this page tries again by itself.\n"
        assert "etag" not in answer.headers and "set-cookie" not in answer.headers
    house.still_counts()


def test_a_back_that_does_not_answer_is_away(tmp_path: Path, whole_gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passthrough, "FIRST_BYTE_S_MAX", 0.2)
    with closing(socket.socket(socket.AF_UNIX)) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen(5)
        with House(tmp_path, whole_gate, back=tmp_path / "silent.sock") as front:
            front.forget()
            started = time.monotonic()
            assert front.request("GET", "/").status == 503
            assert time.monotonic() - started < 5
            front.still_counts()


def test_a_back_that_ends_before_it_answers_is_away(tmp_path: Path, whole_gate: Gate) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as dying:
        dying.bind(str(tmp_path / "dying.sock"))
        dying.listen(5)
        thread = threading.Thread(target=lambda: dying.accept()[0].close())
        thread.start()
        with House(tmp_path, whole_gate, back=tmp_path / "dying.sock") as front:
            front.forget()
            assert front.request("POST", "/sign-in", {}, b"x" * 1000).status == 503
            front.still_counts()
        thread.join()


def test_the_script_and_the_pixel_need_no_back(house: House) -> None:
    script = house.request("GET", "/script.js", {"accept-encoding": "br"})
    assert (script.status, script.headers["content-encoding"]) == (200, "br")
    assert "etag" not in script.headers
    assert house.request("HEAD", "/script.js").body == b""
    assert house.request("GET", f"/pixel.gif?d={SHOP}&u={URL}").status == 200
    assert house.request("POST", "/script.js").status == 503
