"""uvicorn's HTTP protocol, with the limits it lacks, and a short way for events.

The limits are on the size of a request's head and on how long a request may take. The short way: an event is taken and
answered right where the parser hands over its last byte, without a task, a scope and messages for each
(docs/decisions/0009). Every other request goes the ordinary way to the ASGI application.

Events sent one behind the other without waiting are answered in order. Another request behind an event that is not
answered yet (no browser and no common proxy does that) is not read: the connection is closed behind the event's answer.
"""

import asyncio
from collections import deque
from functools import partial
from typing import Any, Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from collector.ingest.answers import COUNTED, FULL, refusal
from collector.ingest.hit import Given, Refused, given_headers
from collector.ingest.plausible import BODY_BYTES_MAX

HEAD_BYTES_MAX = 32 * 1024
# Around a body: chunk sizes, their extensions, trailers. An event of 8 KiB in chunks of one byte has 40 KiB of it; the parser
# glues a trailer's pieces together again and again, so that 50 MB of one would keep a core busy for seconds.
FRAMING_BYTES_MAX = 64 * 1024
REQUEST_S_MAX = 10.0  # from a connection's opening, or a further request's first byte, to the request's last byte
LOOKS = 4  # in REQUEST_S_MAX: a late request is cut between 7.5 and 10 s after it began
CONNECTIONS_MAX = 4_000
PIPELINED_MAX = 20  # requests that wait behind one not answered yet; about 5 kB each, and 50,000 come in a second

EVENT_URL = b"/api/event"
IDLE_S_MAX = 30.0  # between two requests; without a byte taken of an answer

_HEAD_END = b"\r\n\r\n"
_TOO_SLOW = f"the request took longer than {REQUEST_S_MAX:.0f} seconds"
_NO_REQUEST = "Invalid HTTP request received."
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class EventTaker(Protocol):
    """What the application does for the protocol, as `Ingest` does it, and without ever raising."""

    def check(self, given: Given) -> bytes | None: ...
    def take(self, given: Given, data: bytes, peer: str) -> "bytes | asyncio.Future[bool]": ...
    def refuse(self, refused: Refused) -> bytes: ...


class FrontProtocol(HttpToolsProtocol):
    """One connection of the public port."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ):
        super().__init__(config, server_state, app_state, _loop)
        self._taker = cast(EventTaker, self.app)
        self._event: Given | None = None  # the headers of the event whose body is being read
        self._event_body = bytearray()
        self._due: deque[list[bytes]] = deque()  # answers in order, each empty until the journal has its event
        self._last = False  # the connection ends behind the answers that are due
        self._deaf = False  # nothing further is read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse a connection over CONNECTIONS_MAX at once, and start the clock on the others."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._head_bytes = 0
        self._last_bytes = b""
        self._in_body = False
        self._framing_bytes = 0
        self._waiting = True  # for the first request, or for the rest of one
        self._idle_looks = 0
        self._unsent = 0
        self._stuck_looks = 0
        self._began_s = self.loop.time()
        if len(self.connections) > CONNECTIONS_MAX:
            cast(asyncio.Transport, transport).close()
            return
        self._next_look = self.loop.call_later(REQUEST_S_MAX / LOOKS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock; an event cut short counts as malformed."""
        if hasattr(self, "_next_look"):
            self._next_look.cancel()
        if self._event is not None:
            self._taker.refuse(Refused(400, "the connection ended inside the body"))
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count a head's bytes: the parser underneath has no limit of its own."""
        self._begin()
        if not self._in_body:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX and not self._ends_in_time(data):
                self._end(refusal(431, f"the request's head is over {HEAD_BYTES_MAX} bytes"))
                return
            self._last_bytes = data[-3:]
        self._framing_bytes += len(data)
        self._parse(data)
        if self._in_body and self._framing_bytes > FRAMING_BYTES_MAX:
            self._refuse(431, f"there are over {FRAMING_BYTES_MAX} bytes around the body")

    def _parse(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            while data:
                data = self._parsed(data)
        except HttpParserError:
            self.send_400_response(_NO_REQUEST)

    def _parsed(self, data: bytes) -> bytes:
        """Parse these bytes; returns what is to be parsed next.

        A request that asks for another protocol is taken as one that does not (RFC 9110, 7.8): Java's client asks with
        each first request. The parser takes what follows such a head for the other protocol. Left at that, a body would be
        lost, or read as a request of its own where a proxy has passed it on as a body. So another parser is told the head
        without the wish.
        """
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
        else:
            return b""
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise HttpParserError
        lines = [b"%s %s HTTP/%s" % (method, self.url, self.parser.get_http_version().encode())]
        lines += [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        return b"\r\n".join((*lines, b"", rest))

    def _ends_in_time(self, data: bytes) -> bool:
        """Whether the head ends within its limit: what follows it in the same piece is body."""
        room = HEAD_BYTES_MAX - (self._head_bytes - len(data))
        return _HEAD_END in self._last_bytes + data[: max(room, 0)]

    def on_message_begin(self) -> None:
        """A request begins. What only the ordinary way needs (a scope) is made when it turns out to go that way."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head. One behind the body (a trailer) is nobody's: it must not pass for a header."""
        if self._in_body:
            return
        name = name.lower()  # as uvicorn does; asking it to would cost another microsecond an event
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is body, which the endpoints limit themselves."""
        self._head_bytes = 0
        self._in_body = True
        self._framing_bytes = 0
        self._begin()  # a pipelined request comes in the same piece as the one before it
        if self.parser.should_upgrade():
            return
        free = self.cycle is None or self.cycle.response_complete
        if self._deaf or self.transport.is_closing():
            return
        if free and self.url.partition(b"?")[0] == EVENT_URL and self.parser.get_method() == b"POST":
            self._begin_event()
        elif self._due:
            self._deaf = self._last = True
        else:
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expects
            self.headers.extend(headers)
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body: an event's is kept up to its limit."""
        self._framing_bytes -= len(body)
        if self._event is not None:
            self._event_body += body
            if len(self._event_body) > BODY_BYTES_MAX:
                self._refuse(413, f"the body is over {BODY_BYTES_MAX} bytes")
        elif self._passed_on():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The next bytes begin another head."""
        self._in_body = False
        if self.parser.should_upgrade():
            return
        self._waiting = False
        if self._event is not None:
            self._take_event(self._event)
        elif self._passed_on():
            super().on_message_complete()
            if len(self.pipeline) >= PIPELINED_MAX:  # the connection ends behind the answer to this one
                self.cycle.keep_alive, self._deaf = False, True

    def _passed_on(self) -> bool:
        """Whether the request being read goes the ordinary way."""
        return not self._deaf and not self.transport.is_closing()

    def shutdown(self) -> None:
        """The server stops: an answer that is due still goes out."""
        if self._due or self._event is not None:
            self._last = True
        else:
            super().shutdown()

    def _begin_event(self) -> None:
        try:
            self._event = given_headers(self.headers)
            refused = self._taker.check(self._event)
        except Refused as error:
            refused = self._taker.refuse(error)
        if refused is not None:
            self._end(refused)
        elif self.expect_100_continue:
            self.transport.write(_CONTINUE)

    def _take_event(self, given: Given) -> None:
        data, self._event, self._event_body = bytes(self._event_body), None, bytearray()
        if self.transport.is_closing():
            return
        if not self.parser.should_keep_alive():
            self._last = True
        result = self._taker.take(given, data, self.client[0] if self.client else "")
        if isinstance(result, bytes) and not self._due:
            self._answer(result)
            return
        slot = [result] if isinstance(result, bytes) else [b""]
        self._due.append(slot)
        if not isinstance(result, bytes):
            result.add_done_callback(partial(self._written, slot))

    def _written(self, slot: list[bytes], done: "asyncio.Future[bool]") -> None:
        slot[0] = COUNTED if done.result() else FULL
        while self._due and self._due[0][0]:
            self._answer(self._due.popleft()[0])

    def _answer(self, answer: bytes) -> None:
        if self.transport.is_closing():
            return
        self.server_state.total_requests += 1
        self.transport.write(answer)
        if self._last and not self._due:
            self.transport.close()

    def _begin(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._idle_looks = 0
            self._began_s = self.loop.time()

    def _look(self) -> None:
        """End a connection whose request is late, or that never began one, has been idle for long, or takes no answer.

        Until it is lost: closing one waits for its client to read what is still to be sent.
        """
        self._next_look = self.loop.call_later(REQUEST_S_MAX / LOOKS, self._look)
        self._idle_looks += 1
        answering = bool(self._due) or (self.cycle is not None and not self.cycle.response_complete)
        if self._is_stuck():
            self.transport.abort()
        elif self._waiting and self.loop.time() - self._began_s > REQUEST_S_MAX * (LOOKS - 1) / LOOKS:
            self._refuse(408, _TOO_SLOW)
        elif not answering and self._idle_looks * REQUEST_S_MAX / LOOKS > IDLE_S_MAX:
            self.transport.close()

    def _is_stuck(self) -> bool:
        """Whether the client has taken nothing of what is to be sent for IDLE_S_MAX."""
        before, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        self._stuck_looks = self._stuck_looks + 1 if 0 < before <= self._unsent else 0
        return self._stuck_looks * REQUEST_S_MAX / LOOKS > IDLE_S_MAX

    def pause_writing(self) -> None:
        """Who does not read the answers is not read either: they would pile up here."""
        super().pause_writing()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        """The answers are read again."""
        super().resume_writing()
        self.flow.resume_reading()

    def _refuse(self, status: int, message: str) -> None:
        """End the connection over the request that is being read; an event among them is counted as refused."""
        self._end(refusal(status, message) if self._event is None else self._taker.refuse(Refused(status, message)))

    def _end(self, answer: bytes) -> None:
        """Close the connection, with an answer where one is due."""
        if self._may_answer():
            self.transport.write(answer)
        self._event = None
        self.transport.close()

    def _may_answer(self) -> bool:
        """Whether a request has begun, and no answer to it or to one before it is under way."""
        if self._due or self.transport.is_closing():
            return False
        if self._event is not None:
            return True
        free = self.cycle is None or self.cycle.response_complete
        if self._in_body:
            return free or (not self.pipeline and not self.cycle.response_started)
        return self._head_bytes > 0 and free
