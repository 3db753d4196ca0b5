"""The raw hit: one request as it arrived. The only type that can hold an address or a User-Agent, and it never leaves ingest."""

import msgspec

HEADERS_MAX = 64  # a browser behind two proxies sends about 30


class Refused(Exception):
    """A request that is malformed or over a limit: what is answered, with which status (4xx)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Body(msgspec.Struct, gc=False):
    """What the page said, in every dialect alike. `domains` is a comma list; `scroll` is -1 for none.

    `engaged_ms` is what an engagement report tells; `webdriver` the browser's own word that it is driven by a program.
    """

    name: str
    url: str
    domains: str = ""
    referrer: str = ""
    props: tuple[tuple[str, str], ...] = ()
    currency: str = ""
    revenue: int = 0
    interactive: bool = True
    hash_mode: bool = False
    width: int | None = None
    scroll: int = -1
    engaged_ms: int = 0
    webdriver: bool = False


class RawHit(msgspec.Struct, gc=False):
    """One request: the body, the peer's address, and the headers that counting needs (each "" if absent)."""

    body: Body
    peer: str
    user_agent: str = ""
    language: str = ""
    forwarded_for: str = ""
    gpc: str = ""
    dnt: str = ""
    purpose: str = ""


Given = dict[bytes, bytes]


def given_headers(headers: list[tuple[bytes, bytes]]) -> Given:
    """The headers by name. One sent twice is joined with a comma, as HTTP says (RFC 9110, 5.3). Raises Refused(431)."""
    if len(headers) > HEADERS_MAX:  # before the joining, whose cost grows with the square
        raise Refused(431, f"more than {HEADERS_MAX} headers")
    given = dict(headers)
    if len(given) != len(headers):
        for name in given:
            given[name] = b", ".join(value for other, value in headers if other == name)
    return given


def raw_hit(body: Body, peer: str, given: Given) -> RawHit:
    """The hit of one request; whatever else a browser sends is not even looked at."""
    get = given.get
    return RawHit(
        body,
        peer,
        get(b"user-agent", b"").decode("latin-1"),
        get(b"accept-language", b"").decode("latin-1"),
        get(b"x-forwarded-for", b"").decode("latin-1"),
        get(b"sec-gpc", b"").decode("latin-1"),
        get(b"dnt", b"").decode("latin-1"),
        (get(b"sec-purpose") or get(b"purpose") or get(b"x-moz") or b"").decode("latin-1"),
    )
