"""uvicorn's HTTP protocol with the limits it lacks: on the size of a request's head and on how long a request may take."""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 32 * 1024
REQUEST_S_MAX = 10.0  # from a connection's opening, or a further request's first byte, to the request's last byte
LOOKS = 4  # in REQUEST_S_MAX: a late request is cut between 7.5 and 10 s after it began
CONNECTIONS_MAX = 4_000

_HEAD_END = b"\r\n\r\n"


def _refusal(status: str, message: str) -> bytes:
    """A whole answer in the one shape of errors, for requests that never reach the application."""
    body = b'{"error":"%s"}' % message.encode()
    head = f"HTTP/1.1 {status}\r\naccess-control-allow-origin: *\r\ncache-control: no-store\r\ncontent-type: application/json\r\n"
    return b"%sconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (head.encode(), len(body), body)


_HEAD_TOO_LARGE = _refusal("431 Request Header Fields Too Large", f"the request's head is over {HEAD_BYTES_MAX} bytes")
_TOO_SLOW = _refusal("408 Request Timeout", f"the request took longer than {REQUEST_S_MAX:.0f} seconds")


class FrontProtocol(HttpToolsProtocol):
    """One connection of the public port."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse a connection over CONNECTIONS_MAX at once, and start the clock on the others."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._head_bytes = 0
        self._last_bytes = b""
        self._in_body = False
        self._waiting = True  # for the first request, or for the rest of one
        self._began_s = self.loop.time()
        if len(self.connections) > CONNECTIONS_MAX:
            cast(asyncio.Transport, transport).close()
            return
        self._next_look = self.loop.call_later(REQUEST_S_MAX / LOOKS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        if hasattr(self, "_next_look"):
            self._next_look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count a head's bytes: the parser underneath has no limit of its own."""
        self._begin()
        if not self._in_body:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX and not self._ends_in_time(data):
                self._end(_HEAD_TOO_LARGE)
                return
            self._last_bytes = data[-3:]
        super().data_received(data)

    def _ends_in_time(self, data: bytes) -> bool:
        """Whether the head ends within its limit: what follows it in the same piece is body."""
        room = HEAD_BYTES_MAX - (self._head_bytes - len(data))
        return _HEAD_END in self._last_bytes + data[: max(room, 0)]

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is body, which the endpoints limit themselves."""
        self._head_bytes = 0
        self._in_body = True
        self._begin()  # a pipelined request comes in the same piece as the one before it
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes begin another head."""
        self._in_body = self._waiting = False
        super().on_message_complete()

    def _begin(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._began_s = self.loop.time()

    def _look(self) -> None:
        """End a connection whose request is late, or that never began one; between two requests uvicorn's own limit holds."""
        if self._waiting and self.loop.time() - self._began_s > REQUEST_S_MAX * (LOOKS - 1) / LOOKS:
            self._end(_TOO_SLOW)
            return
        self._next_look = self.loop.call_later(REQUEST_S_MAX / LOOKS, self._look)

    def _end(self, answer: bytes) -> None:
        """Close the connection, with an answer where one is due."""
        if self._may_answer():
            self.transport.write(answer)
        self.transport.close()

    def _may_answer(self) -> bool:
        """Whether a request has begun, and no answer to it or to one before it is under way."""
        if self._in_body:
            return not self.pipeline and not self.cycle.response_started
        return self._head_bytes > 0 and (self.cycle is None or self.cycle.response_complete)
