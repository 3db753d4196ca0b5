"""What the front does not answer itself goes to the back over a Unix socket, streaming both ways; addresses stay here.

The back is told neither who asks nor from where: forwarding headers and User-Agent end at this point. It learns only
whether the asker sits on this machine, and whether the connection to the visitor's browser was TLS.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import h11

READ_BYTES = 64 * 1024
CONNECT_S_MAX = 2.0
FIRST_BYTE_S_MAX = 40.0  # past the store's own limit on a question
ANSWER_S_MAX = 120.0  # between two pieces of an answer
LOCAL_HEADER = b"x-footfall-local"
PROTO_HEADER = b"x-forwarded-proto"

_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"upgrade"})
_TELLING = frozenset(
    {b"user-agent", b"forwarded", b"via", b"x-real-ip", b"cf-connecting-ip", b"true-client-ip", b"fastly-client-ip", b"x-client-ip"}
)

Message = MutableMapping[str, Any]


class Passthrough:
    """Streams requests to the back. Holds no connection open between them."""

    def __init__(self, socket_path: Path) -> None:
        self._socket = str(socket_path)

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        """One request and its answer. 503 with a plain sentence while the back is away; 400 for what may not be passed on."""
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_unix_connection(self._socket), CONNECT_S_MAX)
        except (OSError, TimeoutError):
            await _away(send)
            return
        connection = h11.Connection(h11.CLIENT)
        try:
            await _send_request(connection, writer, scope, receive)
            await _send_answer(connection, reader, send)
        except TimeoutError:
            await _away(send)
        except h11.LocalProtocolError:  # the parser in front is more lenient, about two Host headers for one
            await _refuse(send)
        finally:
            writer.close()


def is_local(scope: Message) -> bool:
    """Whether the asker sits on this machine: a loopback peer, and no sign of a proxy that speaks for somebody else."""
    client = scope.get("client")
    if not client or any(name.startswith(b"x-forwarded-") or name in _TELLING - {b"user-agent"} for name, _ in scope["headers"]):
        return False
    try:
        return ipaddress.ip_address(client[0].partition("%")[0]).is_loopback
    except ValueError:
        return False


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
    kept += [(b"connection", b"close"), (PROTO_HEADER, scope.get("scheme", "http").encode())]
    if is_local(scope):
        kept.append((LOCAL_HEADER, b"1"))
    return kept


async def _send_request(
    connection: h11.Connection, writer: asyncio.StreamWriter, scope: Message, receive: Callable[[], Awaitable[Message]]
) -> None:
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    headers = _headers(scope)
    if not any(name == b"host" for name, _ in headers):
        headers.insert(0, (b"host", b"localhost"))
    request = connection.send(h11.Request(method=scope["method"], target=target, headers=headers))
    writer.write(request or b"")
    has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)
    while has_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the browser went away inside its request")
        if message.get("body"):
            writer.write(connection.send(h11.Data(data=message["body"])) or b"")
            await writer.drain()
        has_body = bool(message.get("more_body"))
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()


async def _send_answer(connection: h11.Connection, reader: asyncio.StreamReader, send: Callable[[Message], Awaitable[None]]) -> None:
    started = False
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            try:
                data = await asyncio.wait_for(reader.read(READ_BYTES), ANSWER_S_MAX if started else FIRST_BYTE_S_MAX)
            except TimeoutError:
                if not started:
                    raise
                raise ConnectionError("the back stopped in the middle of its answer") from None
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            started = True
            headers = [(name, value) for name, value in event.headers if name not in _HOP_BY_HOP and name != b"transfer-encoding"]
            await send({"type": "http.response.start", "status": event.status_code, "headers": headers})
        elif isinstance(event, h11.Data):
            await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
        elif isinstance(event, h11.EndOfMessage):
            await send({"type": "http.response.body", "body": b""})
            return
        else:
            raise ConnectionError("the back ended its answer early")


async def _away(send: Callable[[Message], Awaitable[None]]) -> None:
    body = b"The dashboard is starting or restarting. Counting goes on meanwhile; try again in a few seconds.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"3"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Callable[[Message], Awaitable[None]]) -> None:
    body = b'{"error":"this is no valid HTTP request"}'
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
