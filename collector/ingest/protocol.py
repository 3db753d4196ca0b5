"""uvicorn's HTTP protocol with the limits it lacks: on the size of a request's head and on how long it may take."""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 32 * 1024
REQUEST_S_MAX = 10.0  # from a connection's opening, or its last answer, to the end of a request's head
CONNECTIONS_MAX = 4_000


class FrontProtocol(HttpToolsProtocol):
    """One connection of the public port."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse a connection over CONNECTIONS_MAX at once, and start the clock on the others."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._head_bytes = 0
        self._heads = 0
        self._heads_before = -1
        self._in_body = False
        if len(self.connections) > CONNECTIONS_MAX:
            cast(asyncio.Transport, transport).close()
            return
        self._deadline = self.loop.call_later(REQUEST_S_MAX / 2, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        if hasattr(self, "_deadline"):
            self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count a head's bytes: the parser underneath has no limit of its own."""
        if not self._in_body:
            self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES_MAX:
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()
            return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is body, which the endpoints limit themselves."""
        self._head_bytes = 0
        self._heads += 1
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes begin another head."""
        self._in_body = False
        super().on_message_complete()

    def _check(self) -> None:
        """Once each REQUEST_S_MAX: close a connection that has been in the middle of one head all that time."""
        if self._head_bytes > 0 and self._heads == self._heads_before:
            self.transport.close()
            return
        self._heads_before = self._heads
        self._deadline = self.loop.call_later(REQUEST_S_MAX / 2, self._check)
