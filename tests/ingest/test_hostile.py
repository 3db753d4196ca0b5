"""Hostile input over real sockets: a clear 4xx in the one shape, and the next ordinary event counts as if nothing had happened."""

import gzip
import json
import socket
import struct
import time
from contextlib import suppress

import pytest

from collector.ingest import protocol
from collector.ingest.hit import HEADERS_MAX
from collector.ingest.plausible import BODY_BYTES_MAX
from tests.ingest.house import SHOP, URL, House, read, until

HEAD = b"POST /api/event HTTP/1.1\r\nhost: x\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0\r\n"
QUICK_S = 0.4


def sized(size: int) -> bytes:
    """An ordinary event of exactly so many bytes."""
    empty = json.dumps({"n": "pageview", "u": URL, "d": SHOP, "x": ""}).encode()
    return empty[:-2] + b"y" * (size - len(empty)) + b'"}'


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [BODY_BYTES_MAX - 1, BODY_BYTES_MAX])
def test_a_body_up_to_the_limit_counts(house: House, size: int) -> None:
    assert house.post(sized(size)).status == 202
    assert house.raw(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(sized(size), 1000)).status == 202
    assert len(house.entered) == 2


def test_a_byte_over_the_limit_is_refused(house: House) -> None:
    body = sized(BODY_BYTES_MAX + 1)
    for answer in (house.post(body), house.raw(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(body, 1000))):
        assert (answer.status, answer.error) == (413, "the body is over 8192 bytes")
        assert answer.headers["connection"] == "close"
    assert house.refused == {(0, "over-limit"): 2}
    assert house.entered == []
    house.still_counts()


@pytest.mark.parametrize("length", ["8193", "999999999", "1" * 18])
def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(house: House, length: str) -> None:
    answer = house.raw(HEAD + f"content-length: {length}\r\n\r\n".encode())
    assert answer.status == 413
    house.still_counts()


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "1, 2", ""])
def test_a_length_that_is_no_number_is_refused(house: House, length: str) -> None:
    assert house.raw(HEAD + f"content-length: {length}\r\n\r\n".encode()).status == 400
    house.still_counts()


def test_an_endless_chunked_body_is_cut_off(house: House) -> None:
    with house.connect() as connection:
        connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n" + b"2000\r\n" + b"x" * 0x2000 + b"\r\n" + b"2000\r\n" + b"x" * 100)
        assert read(connection).status == 413
    house.still_counts()


def test_a_length_and_chunks_at_once_are_refused(house: House) -> None:
    smuggled = HEAD + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(sized(200), 100)
    assert house.raw(smuggled).status == 400
    house.still_counts()


def test_a_length_that_promises_more_than_comes_counts_nothing(house: House) -> None:
    with house.connect() as connection:
        connection.sendall(HEAD + b"content-length: 500\r\n\r\n" + sized(200))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000) == b""
    assert until(lambda: house.refused == {(0, "malformed"): 1})
    house.still_counts()


def test_what_follows_a_length_that_promised_less_is_no_part_of_the_event(house: House) -> None:
    body = sized(200)
    with house.connect() as connection:
        connection.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body + b"\x00garbage\r\n\r\n")
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answers.startswith((b"HTTP/1.1 202 ", b"HTTP/1.1 400 "))
    assert b"HTTP/1.1 400 " in answers
    house.still_counts()


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "gzip, br", "x-unknown"])
def test_a_compressed_body_is_refused_unread(house: House, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 1_000_000)
    answer = house.post(bomb, {"content-encoding": encoding})
    assert (answer.status, answer.error) == (415, "send the body as it is, not compressed")
    house.still_counts()


def test_a_body_that_is_said_to_be_itself_counts(house: House) -> None:
    assert house.post({"n": "pageview", "u": URL}, {"content-encoding": "Identity"}).status == 202


# Heads.


def test_a_head_of_64_headers_counts_and_one_more_is_refused(house: House) -> None:
    mine = {f"x-{n}": "1" for n in range(HEADERS_MAX - 4)}
    assert house.post({"n": "pageview", "u": URL}, mine).status == 202
    answer = house.post({"n": "pageview", "u": URL}, {**mine, "x-more": "1"})
    assert (answer.status, answer.error) == (431, "more than 64 headers")
    assert house.refused == {(0, "over-limit"): 1}
    house.still_counts()


def test_thousands_of_headers_cost_no_time(house: House) -> None:
    many = b"".join(b"%x:\r\n" % n for n in range(5_000)) + b"0:\r\n"
    for path in (b"POST /api/event", b"GET /pixel.gif"):
        started = time.process_time()
        answer = house.raw(path + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n" + many + b"\r\n")
        assert answer.status == (431 if b"POST" in path else 200)
        assert time.process_time() - started < 0.5  # of the whole process, the client's part included
    house.still_counts()


@pytest.mark.parametrize("step", [100_000, 1_000])
def test_a_head_over_32_kib_is_refused(house: House, step: int) -> None:
    head = HEAD + b"x-long: " + b"y" * 40_000 + b"\r\n\r\n"
    with house.connect() as connection:
        for at in range(0, len(head), step):
            try:
                connection.sendall(head[at : at + step])
            except OSError:
                break
        answer = read(connection)
    assert (answer.status, answer.error) == (431, "the request's head is over 32768 bytes")
    house.still_counts()


def test_a_long_address_is_refused(house: House) -> None:
    assert house.raw(b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n").status == 431
    house.still_counts()


def test_a_large_body_that_comes_with_its_head_is_no_large_head(house: House) -> None:
    """What is passed through to the back may be larger than an event."""
    body = b"x" * 60_000
    answer = house.raw(b"POST /api/v2/query HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    assert answer.status == 503


def send_and_read_all(house: House, one: bytes, times: int) -> None:
    """Send an event so many times in one piece, and read until each of them is answered 202."""
    with house.connect() as connection:
        connection.sendall(one * times)
        found = b""
        while found.count(b"HTTP/1.1 202 ") < times:
            piece = connection.recv(65_536)
            assert piece, found[-300:]
            found += piece


def test_many_requests_in_one_piece_are_no_large_head(house: House) -> None:
    body = sized(300)
    one = HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
    send_and_read_all(house, one, 150)
    assert len(house.entered) == 150


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,  # the first bytes of TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /api/event HTTP/9.9\r\nhost: x\r\n\r\n",
        b"POST /api/event HTTP/1.1\r\nhost: x\r\nbad header: 1\r\n\r\n",
        b"POST /api/event HTTP/1.1\r\nhost: x\r\n: nameless\r\n\r\n",
        b"POST /api/event HTTP/1.1\r\nhost: x\r\nx: a\x00b\r\n\r\n",
        b"POST /api/event HTTP/1.1\r\nhost: x\r\n folded: 1\r\n\r\n",
        b"GET /caf\xc3\xa9 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x00" * 1000,
    ],
)
def test_what_is_no_request_is_refused(house: House, request_bytes: bytes) -> None:
    assert house.raw(request_bytes).status == 400
    house.still_counts()


# Other protocols, and what stands around a body.

WISHES = [
    b"connection: upgrade\r\nupgrade: websocket\r\n",
    b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AA\r\n",
]


@pytest.mark.parametrize("wish", WISHES, ids=["websocket", "h2c"])
@pytest.mark.parametrize("in_pieces", [False, True])
def test_an_event_that_asks_for_another_protocol_counts_in_this_one(house: House, wish: bytes, in_pieces: bool) -> None:
    body = sized(200)
    pieces = [HEAD[:20], HEAD[20:] + wish + b"content-length: 200\r\n\r\n", body[:50], body[50:]]
    with house.connect() as connection:
        for _ in range(2):
            for piece in pieces if in_pieces else [b"".join(pieces)]:
                connection.sendall(piece)
                time.sleep(0.01 * in_pieces)
            assert read(connection).status == 202
    chunks = HEAD + wish + b"transfer-encoding: chunked\r\n\r\n" + chunked(body, 70)
    assert house.raw(chunks).status == 202
    assert len(house.entered) == 3
    house.still_counts()


@pytest.mark.parametrize("wish", WISHES, ids=["websocket", "h2c"])
@pytest.mark.parametrize("path", [b"/api/event", b"/sign-in"])
def test_a_body_behind_a_wish_for_another_protocol_is_no_request_of_its_own(house: House, wish: bytes, path: bytes) -> None:
    hidden = b"GET /script.js HTTP/1.1\r\nhost: x\r\n\r\n"
    with house.connect() as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nhost: x\r\n" + wish + b"content-length: %d\r\n\r\n" % len(hidden))
        time.sleep(0.05)
        connection.sendall(hidden)
        assert read(connection).status == (400 if path == b"/api/event" else 503)
        connection.sendall(b"OPTIONS /api/event HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert b"".join(iter(lambda: connection.recv(65_536), b"")).startswith(b"HTTP/1.1 204 ")


def test_thousands_of_wishes_for_another_protocol_are_answered_one_by_one(house: House) -> None:
    one = HEAD + WISHES[0] + b"content-length: 200\r\n\r\n" + sized(200)
    send_and_read_all(house, one, 500)
    house.still_counts()


@pytest.mark.parametrize("path", [b"/api/event", b"/sign-in"])
@pytest.mark.parametrize("around", [b"1;", b"0\r\nx: "], ids=["a chunk's extension", "a trailer"])
def test_what_stands_around_a_body_has_a_limit(house: House, path: bytes, around: bytes) -> None:
    """The first bytes of it may come with the head, so a piece more than the limit is let through."""
    with house.connect() as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + around)
        sent = 0
        with pytest.raises(OSError):
            while sent < 50_000_000:
                sent += connection.send(b"y" * 16_384)
    assert sent < 10_000_000  # what the sockets' buffers took
    house.still_counts()


def test_an_event_in_chunks_of_a_byte_counts(house: House) -> None:
    assert house.raw(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(sized(BODY_BYTES_MAX), 1)).status == 202


def test_a_trailer_is_no_header(house: House) -> None:
    trailed = HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(sized(200), 100)[:-2] + b"sec-gpc: 1\r\n\r\n"
    assert "x-footfall" not in house.raw(trailed).headers
    assert len(house.entered) == 1
    house.still_counts()


# Time.


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "REQUEST_S_MAX", QUICK_S)


SLOW = {
    "says nothing": b"",
    "stops inside its first line": b"POST /api/ev",
    "stops inside its head": HEAD,
    "sends no body": HEAD + b"content-length: 100\r\n\r\n",
    "stops inside its body": HEAD + b"content-length: 100\r\n\r\n{",
    "stops inside its chunks": HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nab",
    "stops inside the body of what is passed on": b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nt",
}


@pytest.mark.parametrize("said", SLOW.values(), ids=SLOW.keys())
def test_a_connection_is_closed_in_time_that(quick: None, house: House, said: bytes) -> None:
    with house.connect() as connection:
        started = time.monotonic()
        connection.sendall(said)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert time.monotonic() - started < QUICK_S + 1.5
    assert answer == b"" if not said else answer.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 503 "))
    assert house.entered == []


def test_a_slow_body_is_told_so_in_the_one_shape(quick: None, house: House) -> None:
    answer = house.raw(HEAD + b"content-length: 100\r\n\r\n{")
    assert (answer.status, answer.error) == (408, "the request took longer than 10 seconds")
    assert until(lambda: bool(house.refused))
    house.still_counts()


@pytest.mark.parametrize("trickled", [b"POST /api/event HTTP/1.1\r\nx: " + b"y" * 1000, b"{" * 1000], ids=["head", "body"])
def test_a_byte_now_and_then_does_not_keep_a_connection(quick: None, house: House, trickled: bytes) -> None:
    with house.connect() as connection:
        if trickled.startswith(b"{"):
            connection.sendall(HEAD + b"content-length: 1000\r\n\r\n")
        started = time.monotonic()
        with pytest.raises(OSError):
            for at in range(1000):
                connection.sendall(trickled[at : at + 1])
                time.sleep(0.01)
        assert time.monotonic() - started < QUICK_S + 1.5
    house.still_counts()


def test_a_kept_connection_is_not_cut_between_its_requests(quick: None, house: House) -> None:
    body = sized(200)
    one = HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
    with house.connect() as connection:
        for _ in range(3):
            connection.sendall(one)
            assert read(connection).status == 202
            time.sleep(QUICK_S * 0.9)
    assert len(house.entered) == 3


def test_a_second_request_that_stops_is_cut_too(quick: None, house: House) -> None:
    body = sized(200)
    one = HEAD + b"content-length: %d\r\n\r\n" % len(body)
    with house.connect() as connection:
        connection.sendall(one + body + one)
        assert read(connection).status == 202
        assert read(connection).status == 408
    house.still_counts()


@pytest.mark.parametrize("path", [b"GET /script.js", b"POST /sign-in"])
def test_requests_that_wait_behind_one_are_few(house: House, path: bytes) -> None:
    one = path + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
    with house.connect() as connection:
        connection.sendall(one * 500)
        found = b""
        with suppress(ConnectionError):  # what is not read resets the connection
            while piece := connection.recv(65_536):
                found += piece
    assert 0 < found.count(b"HTTP/1.1 ") <= protocol.PIPELINED_MAX + 1
    house.still_counts()


@pytest.mark.parametrize("path", [b"GET /script.js", b"OPTIONS /api/event", b"POST /api/event"])
def test_who_takes_no_answer_is_not_read_on_and_cut(quick: None, monkeypatch: pytest.MonkeyPatch, house: House, path: bytes) -> None:
    monkeypatch.setattr(protocol, "IDLE_S_MAX", QUICK_S)
    asked = path + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", house.port))
        deaf.settimeout(5.0)
        started = time.monotonic()
        with pytest.raises(ConnectionError):  # a reset: the server has let go of it
            while time.monotonic() - started < 10:
                deaf.sendall(asked * 1000)
    assert until(lambda: not house.connections())
    house.still_counts()


def test_connections_over_the_limit_are_closed_and_the_others_live(monkeypatch: pytest.MonkeyPatch, house: House) -> None:
    monkeypatch.setattr(protocol, "CONNECTIONS_MAX", 3)
    held = [house.connect() for _ in range(3)]
    time.sleep(0.05)
    try:
        with house.connect() as fourth:
            assert fourth.recv(100) == b""
        held[0].sendall(HEAD + b"content-length: 0\r\n\r\n")
        assert read(held[0]).status == 400
    finally:
        for connection in held:
            connection.close()


def test_clients_that_go_away_inside_a_request_leave_nothing_behind(house: House) -> None:
    house.still_counts()
    for cut in range(0, 220, 20):
        whole = HEAD + b"content-length: 60\r\n\r\n" + b"{" * 30
        connection = house.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close as a reset
        connection.sendall(whole[:cut])
        connection.close()
    assert until(lambda: len(house.connections()) == 0 and len(house.tasks()) == 0)
    house.still_counts()


# Bodies.

VIEW = b'"n":"pageview","u":"https://shop.example/","d":"shop.example"'
BODIES = {
    "nothing": b"",
    "no JSON": b"hello",
    "a list": b"[]",
    "a text": b'"pageview"',
    "null": b"null",
    "cut": b"{" + VIEW,
    "something after it": b"{" + VIEW + b"} {}",
    "no name": b'{"u":"https://shop.example/"}',
    "no url": b'{"n":"pageview"}',
    "an empty name": b'{"n":"","u":"https://shop.example/"}',
    "a long name": b'{"n":"' + b"x" * 121 + b'","u":"https://shop.example/"}',
    "a list for a name": b'{"n":["pageview"],"u":"https://shop.example/"}',
    "a flag for a url": b'{"n":"pageview","u":true}',
    "a number for a domain": b'{"n":"pageview","u":"https://shop.example/","d":5}',
    "a number for interactive": b"{" + VIEW + b',"i":1}',
    "a text for a width": b"{" + VIEW + b',"w":"1300"}',
    "NaN": b"{" + VIEW + b',"w":NaN}',
    "Infinity": b"{" + VIEW + b',"w":-Infinity}',
    "1e400": b"{" + VIEW + b',"w":1e400}',
    "1e400 in a prop": b"{" + VIEW + b',"p":{"a":1e400}}',
    "5,000 digits": b"{" + VIEW + b',"p":{"a":' + b"9" * 5000 + b"}}",
    "5,000 digits where nobody looks": b"{" + VIEW + b',"x":"\\\\","y":' + b"9" * 5000 + b"}",
    "a depth bomb": b"{" + VIEW + b',"p":{"a":' + b"[" * 4000 + b"]" * 4000 + b"}}",
    "a depth bomb where nobody looks": b"{" + VIEW + b',"x":' + b"[" * 3900 + b"]" * 3900 + b',"y":"\\\\"}',
    "a depth bomb of objects": b"{" + VIEW + b',"p":' + b'{"a":' * 1300 + b"1" + b"}" * 1300 + b"}",
    "a key twice": b"{" + VIEW + b',"n":"purchase"}',
    "a key twice, once escaped": b"{" + VIEW + b',"\\u006e":"purchase"}',
    "a prop twice": b"{" + VIEW + b',"p":{"a":1,"a":2}}',
    "a prop twice in a text": b"{" + VIEW + b',"p":"{\\"a\\":1,\\"a\\":2}"}',
    "a prop with a colon before it twice": b"{" + VIEW + b',"p":{"x":"v",":k":1,":k":2}}',
    "a NUL": b'{"n":"page\\u0000view","u":"https://shop.example/"}',
    "a bare NUL": b'{"n":"page\x00view","u":"https://shop.example/"}',
    "a NUL in a prop": b"{" + VIEW + b',"p":{"a":"\\u0000"}}',
    "a NUL in a text of props": b"{" + VIEW + b',"p":"{\\"a\\":\\"\\\\u0000\\"}"}',
    "a lone surrogate": b'{"n":"\\ud800","u":"https://shop.example/"}',
    "a lone low surrogate": b'{"n":"pageview","u":"https://shop.example/\\udc00x"}',
    "a lone surrogate in a prop": b"{" + VIEW + b',"p":{"a":"\\udfff"}}',
    "a lone surrogate in a text of props": b"{" + VIEW + b',"p":"{\\"a\\":\\"\\\\ud800\\"}"}',
    "a lone surrogate where nobody looks": b"{" + VIEW + b',"x":"\\ud800"}',
    "a byte order mark": b"\xef\xbb\xbf{" + VIEW + b"}",
    "UTF-16": ("{" + VIEW.decode() + "}").encode("utf-16"),
    "UTF-16 without a mark": ("{" + VIEW.decode() + "}").encode("utf-16-le"),
    "UTF-32": ("{" + VIEW.decode() + "}").encode("utf-32"),
    "overlong UTF-8": b'{"n":"pageview","u":"https://shop.example/\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"n":"pageview","u":"https://shop.example/\xed\xa0\x80"}',
    "cut UTF-8": b'{"n":"pageview","u":"https://shop.example/\xf0\x9f"}',
    "Latin-1": b'{"n":"pageview","u":"https://shop.example/caf\xe9"}',
    "31 props": b"{" + VIEW + b',"p":{' + b",".join(b'"k%d":1' % n for n in range(31)) + b"}}",
    "a list for props": b"{" + VIEW + b',"p":[1]}',
    "a text of a list for props": b"{" + VIEW + b',"p":"[1]"}',
    "an engagement that says nothing": b'{"n":"engagement","u":"https://shop.example/"}',
    "a negative engagement": b'{"n":"engagement","u":"https://shop.example/","e":-1}',
    "an engagement of a year": b'{"n":"engagement","u":"https://shop.example/","e":31536000000}',
    "a negative depth": b'{"n":"engagement","u":"https://shop.example/","sd":-1}',
    "a form": b"n=pageview&u=https://shop.example/",
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_is_refused_with_one_sentence_that_is(house: House, body: bytes) -> None:
    answer = house.post(body)
    assert answer.status == 400, answer
    assert 0 < len(answer.error) <= 200
    assert "traceback" not in answer.error.lower()
    assert house.entered == []
    assert house.refused == {(0, "malformed"): 1}
    house.still_counts()


def test_an_error_repeats_nothing_that_was_sent(house: House) -> None:
    for body in (
        b'{"n":"marked-secret',
        b'{"n":"x","u":{"marked-secret":1}}',
        b'{"n":"x","u":"u","p":{"marked-secret":{}},"i":"marked-secret"}',
    ):
        assert b"marked-secret" not in house.post(body).body


ODD = ["\u202egnp.exe", "e\u0301", "é", "😀", "\ufeff", "a\u200bb", "ß", "\u2028", "\U0010ffff"]


@pytest.mark.parametrize("text", ODD, ids=[ascii(text) for text in ODD])
def test_odd_but_whole_text_counts(house: House, text: str) -> None:
    answer = house.view(n=f"Buy {text}", u=f"{URL}{text}", p={text: text})
    assert answer.status == 202
    assert house.entered[0].name == f"Buy {text}"
    house.still_counts()


def test_an_attack_of_bodies_costs_under_a_millisecond_each() -> None:
    from collector.ingest.hit import Refused
    from collector.ingest.plausible import body_of

    worst = 0.0
    for name, body in BODIES.items():
        best = 1.0
        for _ in range(5):
            started = time.thread_time()
            with pytest.raises(Refused):
                body_of(body)
            best = min(best, time.thread_time() - started)
        assert best < 0.001, name
        worst = max(worst, best)


def test_a_full_disk_answers_503_counts_nothing_and_heals_by_itself(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    house.view()
    house.full = True
    answer = house.view()
    assert (answer.status, answer.error) == (503, "the journal takes no events just now")
    assert answer.headers["retry-after"] == "5"
    assert house.request("GET", f"/pixel.gif?d={SHOP}&u={URL}").status == 200
    house.full = False
    house.view()
    (visit,) = house.visits()
    assert visit.pageviews == 2
    assert "It heals by itself." in capfd.readouterr().err
