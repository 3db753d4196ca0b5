"""The raw hit: one request as it arrived. The only type that can hold an address or a User-Agent, and it never leaves ingest."""

import msgspec


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


# Header name -> RawHit field; whatever else a browser sends is not even looked at.
HEADERS = {
    b"user-agent": "user_agent",
    b"accept-language": "language",
    b"x-forwarded-for": "forwarded_for",
    b"sec-gpc": "gpc",
    b"dnt": "dnt",
    b"sec-purpose": "purpose",
    b"purpose": "purpose",
    b"x-moz": "purpose",
}


def raw_hit(body: Body, peer: str, headers: list[tuple[bytes, bytes]]) -> RawHit:
    """The hit of one request. A header sent twice is joined with a comma, as HTTP says."""
    hit = RawHit(body, peer)
    wanted = HEADERS
    for name, value in headers:
        field = wanted.get(name)
        if field is not None:
            earlier = getattr(hit, field)
            text = value.decode("latin-1")
            setattr(hit, field, f"{earlier}, {text}" if earlier else text)
    return hit
