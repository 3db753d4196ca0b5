"""What the front does not answer itself goes to the back over a Unix socket, streaming both ways; addresses stay here.

The back is told neither who asks nor from where: forwarding headers and User-Agent end at this point. It learns only
whether the asker sits on this machine.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import h11

from collector.ops.links import is_loopback

READ_BYTES = 64 * 1024
CONNECT_S_MAX = 2.0
FIRST_BYTE_S_MAX = 40.0  # past the store's own limit on a question
ANSWER_S_MAX = 120.0  # between two pieces of an answer
LOCAL_HEADER = b"x-footfall-local"

_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"upgrade"})
_TELLING = frozenset(
    {b"user-agent", b"forwarded", b"via", b"x-real-ip", b"cf-connecting-ip", b"true-client-ip", b"fastly-client-ip", b"x-client-ip"}
)
_PLAIN = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _Away(Exception):
    """The back is gone, and has answered nothing."""


class Passthrough:
    """Streams requests to the back. Holds no connection open between them."""

    def __init__(self, socket_path: Path) -> None:
        self._socket = str(socket_path)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request and its answer.

        503 with a plain sentence, which a browser shows until the back is there again; 400 for what may not be passed on.
        """
        connection = h11.Connection(h11.CLIENT)
        try:
            with await self._connected() as back:
                async with asyncio.timeout(FIRST_BYTE_S_MAX):
                    await _send_request(connection, back, scope, receive)
                await _send_answer(connection, back, send)
        except (_Away, TimeoutError):
            await _away(send)
        except h11.LocalProtocolError:  # the parser in front is more lenient, about two Host headers for one
            await _refuse(send)

    async def _connected(self) -> socket.socket:
        try:
            back = socket.socket(socket.AF_UNIX)
        except OSError:  # no descriptor left
            raise _Away from None
        back.setblocking(False)
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                await asyncio.get_running_loop().sock_connect(back, self._socket)
        except OSError:
            back.close()
            raise _Away from None
        return back


def is_local(scope: Message) -> bool:
    """Whether the asker sits on this machine: a loopback peer that asks for it by such a name, and no sign of a proxy.

    The name counts because a page of any site may have its own name lead to 127.0.0.1, and then reads what is answered.
    """
    client = scope.get("client")
    if not client or any(name.startswith(b"x-forwarded-") or name in _TELLING - {b"user-agent"} for name, _ in scope["headers"]):
        return False
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return is_loopback(client[0].partition("%")[0]) and all(is_loopback(_hostname(host)) for host in hosts)


def _hostname(host: str) -> str:
    """The name in a Host header, without its port; "" where there is none to be found."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _headers(scope: Message) -> list[tuple[bytes, bytes]]:
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in _HOP_BY_HOP and name not in _TELLING and not name.startswith((b"x-forwarded-", b"x-footfall-"))
    ]
    sizes = {value for name, value in kept if name == b"content-length"}
    kept = [(name, value) for name, value in kept if name not in (b"transfer-encoding", b"content-length", b"expect")]
    if len(sizes) == 1:
        kept.append((b"content-length", sizes.pop()))
    elif scope["method"] in ("POST", "PUT", "PATCH"):
        kept.append((b"transfer-encoding", b"chunked"))
    kept.append((b"connection", b"close"))
    if is_local(scope):
        kept.append((LOCAL_HEADER, b"1"))
    return kept


async def _send_request(connection: h11.Connection, back: socket.socket, scope: Message, receive: Receive) -> None:
    """Send it, or as much of it as the back wants: one that answers early ends the connection, and its answer is there to read."""
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    headers = _headers(scope)
    if not any(name == b"host" for name, _ in headers):
        headers.insert(0, (b"host", b"localhost"))
    wanted = await _sent(back, connection.send(h11.Request(method=scope["method"], target=target, headers=headers)))
    more = any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)
    while more and wanted:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the browser went away inside its request")
        if message.get("body"):
            wanted = await _sent(back, connection.send(h11.Data(data=message["body"])))
        more = bool(message.get("more_body"))
    if wanted:
        await _sent(back, connection.send(h11.EndOfMessage()))


async def _sent(back: socket.socket, data: bytes | None) -> bool:
    try:
        await asyncio.get_running_loop().sock_sendall(back, data or b"")
    except OSError:
        return False
    return True


async def _send_answer(connection: h11.Connection, back: socket.socket, send: Send) -> None:
    started = False
    while True:
        event = await _next_event(connection, back, ANSWER_S_MAX if started else FIRST_BYTE_S_MAX)
        if isinstance(event, h11.Response):
            started = True
            headers = [(name, value) for name, value in event.headers if name not in _HOP_BY_HOP and name != b"transfer-encoding"]
            await send({"type": "http.response.start", "status": event.status_code, "headers": headers})
        elif isinstance(event, h11.Data):
            await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
        elif isinstance(event, h11.EndOfMessage):
            await send({"type": "http.response.body", "body": b""})
            return
        elif started:
            raise ConnectionError("the back stopped in the middle of its answer")
        else:
            raise _Away


async def _next_event(connection: h11.Connection, back: socket.socket, seconds: float) -> h11.Event | None:
    """What the back says next; None if it says no more in time."""
    try:
        while (event := connection.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(seconds):
                connection.receive_data(await asyncio.get_running_loop().sock_recv(back, READ_BYTES))
    except (OSError, h11.RemoteProtocolError):
        return None
    return event if isinstance(event, h11.Event) else None


async def _away(send: Send) -> None:
    body = b"The dashboard is starting or restarting. Counting goes on meanwhile; this page tries again by itself.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"3"), (b"refresh", b"3"), *_PLAIN]
    await send({"type": "http.response.start", "status": 503, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send) -> None:
    body = b'{"error":"this is no valid HTTP request"}'
    headers = [(b"content-type", b"application/json"), *_PLAIN, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
