"""The native dialect: the Plausible events body, long and short keys. Bytes in, `Body` out, or a clear refusal."""

import json
import re
from typing import Any

import msgspec

from collector.enrich.page import clean_link
from collector.ingest.hit import Body, Refused
from collector.query.money import DECIMALS, DECIMALS_DEFAULT

BODY_BYTES_MAX = 8 * 1024
NAME_CHARS_MAX = 120
URL_CHARS_MAX = 2_000
PROPS_MAX = 30
PROP_NAME_CHARS_MAX = 300
PROP_VALUE_CHARS_MAX = 2_000
PROP_KEPT_CHARS = 200  # what is stored of a value: longer ones are texts, not categories
ENGAGED_MS_MAX = 24 * 3600 * 1000  # a visit ends at midnight
REVENUE_MINOR_MAX = 10**12
LINKS = frozenset({"Outbound Link: Click", "File Download"})  # sent by the snippet itself, with the link's address as `url`
_STRING = re.compile(rb'"([^"]*)"(\s*:)?')  # of JSON without a backslash: each string, and whether it is a key
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,6})?")

Text = str | None
Number = int | float | None


class _Wire(msgspec.Struct, gc=False):
    """Every key of the dialect, long and short."""

    n: str | int | float | None = None
    name: str | int | float | None = None
    u: Text = None
    url: Text = None
    d: Text = None
    domain: Text = None
    r: Text = None
    referrer: Text = None
    p: dict[str, Any] | str | None = None
    m: dict[str, Any] | str | None = None
    props: dict[str, Any] | str | None = None
    meta: dict[str, Any] | str | None = None
    revenue: Any = None
    i: bool | None = None
    interactive: bool | None = None
    h: bool | int | None = None
    hash_mode: bool | int | None = msgspec.field(default=None, name="hashMode")
    w: Number = None
    screen_width: Number = None
    sd: Number = None
    scroll_depth: Number = None
    e: Number = None
    engagement_time: Number = None
    b: bool | int | None = None
    dollar: Any = msgspec.field(default=None, name="$")


_decode = msgspec.json.Decoder(_Wire).decode
_decode_props = msgspec.json.Decoder(dict[str, Any]).decode


def body_of(data: bytes) -> Body:
    """The body of one event. Raises Refused(400) with a sentence that names what is wrong; revenue that is wrong is left out."""
    wire = _wire(data)
    name = _text(wire.n if wire.n is not None else wire.name, "name", NAME_CHARS_MAX)
    url = wire.u if wire.u is not None else wire.url
    if not url:
        raise Refused(400, "url is missing")
    domains = wire.d if wire.d is not None else wire.domain
    referrer = wire.r if wire.r is not None else wire.referrer
    body = Body(name, url[:URL_CHARS_MAX], domains or "", (referrer or "")[:URL_CHARS_MAX])
    _extras(wire, body)
    if name in LINKS:
        body.props = tuple((key, clean_link(value)[:PROP_KEPT_CHARS] if key == "url" else value) for key, value in body.props)
    if name == "engagement":
        _engagement(wire, body)
    return body


def _wire(data: bytes) -> _Wire:
    try:
        wire = _decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Refused(400, f"not a JSON event: {error}"[:200]) from None
    _check_keys(data)
    return wire


def _check_keys(data: bytes) -> None:
    """Refuse duplicate keys: JSON decoders let the last of two win, so two readers may see two events.

    Without a backslash every key stands in the bytes as it is, so distinct bytes are distinct keys.
    """
    keys = [key for key, colon in _STRING.findall(data) if colon]
    if b"\\" in data or len(set(keys)) != len(keys):
        _look_closely(data)


def _look_closely(data: bytes) -> None:
    """Refuse duplicate keys, NUL, lone surrogates and endless numbers, which only a slower reader sees."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused(400, "a key is given twice")
        return found

    try:
        text = json.dumps(json.loads(data, object_pairs_hook=once), ensure_ascii=False)
        text.encode()
    except (RecursionError, ValueError):  # of ValueError: a lone surrogate has no UTF-8, a number has at most 4,300 digits
        raise Refused(400, "nested too deeply, a lone surrogate or a number without end") from None
    if "\\u0000" in text:
        raise Refused(400, "a NUL character is not allowed")


def _text(value: str | int | float | None, what: str, longest: int) -> str:
    if value is None or value == "":
        raise Refused(400, f"{what} is missing")
    text = value if isinstance(value, str) else str(value)
    if len(text) > longest:
        raise Refused(400, f"{what} is longer than {longest} characters")
    return text


def _extras(wire: _Wire, body: Body) -> None:
    """What most page views do not carry."""
    for props in (wire.p, wire.props, wire.m, wire.meta):
        if props is not None:
            body.props = _props(props)
            break
    revenue = wire.dollar if wire.dollar is not None else wire.revenue
    if revenue is not None:
        body.currency, body.revenue = _revenue(revenue)
    if wire.i is False or wire.interactive is False:
        body.interactive = False
    if wire.h or wire.hash_mode:
        body.hash_mode = True
    if wire.b:
        body.webdriver = True
    width = wire.w if wire.w is not None else wire.screen_width
    if width is not None and 0 < width < 100_000:
        body.width = int(width)


def _engagement(wire: _Wire, body: Body) -> None:
    depth = wire.sd if wire.sd is not None else wire.scroll_depth
    engaged = wire.e if wire.e is not None else wire.engagement_time
    if depth is None and engaged is None:
        raise Refused(400, "an engagement event needs scroll_depth or engagement_time")
    if depth is not None:
        if not 0 <= depth < 1_000_000:
            raise Refused(400, "scroll_depth must be a percentage from 0 to 100")
        body.scroll = min(int(depth), 100) if depth != 255 else -1  # 255 is "none" in Plausible's script
    if engaged is not None:
        if not 0 <= engaged < 30 * ENGAGED_MS_MAX:
            raise Refused(400, "engagement_time must be milliseconds below 30 days")
        body.engaged_ms = min(int(engaged), ENGAGED_MS_MAX)


def _props(given: dict[str, Any] | str) -> tuple[tuple[str, str], ...]:
    """At most 30 (name, value) pairs, sorted by name; null, empty, list and object values are left out."""
    if isinstance(given, str):
        data = given.encode()
        try:
            given = _decode_props(data)
        except (msgspec.MsgspecError, RecursionError):
            raise Refused(400, "props is not a JSON object") from None
        _check_keys(data)
    if len(given) > PROPS_MAX:
        raise Refused(400, f"more than {PROPS_MAX} props")
    pairs = []
    for name, value in given.items():
        if value is None or value == "" or isinstance(value, list | dict):
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if len(name) > PROP_NAME_CHARS_MAX or len(text) > PROP_VALUE_CHARS_MAX:
            raise Refused(400, f"a prop is longer than {PROP_NAME_CHARS_MAX} (name) or {PROP_VALUE_CHARS_MAX} (value) characters")
        pairs.append((name, text[:PROP_KEPT_CHARS]))
    return tuple(sorted(pairs))


def _revenue(given: Any) -> tuple[str, int]:
    """(ISO 4217 code, amount in minor units), or ("", 0) if it is no amount of money: the event still counts."""
    if isinstance(given, str):
        try:
            given = _decode_props(given)
        except (msgspec.MsgspecError, RecursionError):
            return "", 0
    if not isinstance(given, dict):
        return "", 0
    currency, amount = given.get("currency"), str(given.get("amount"))
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isalpha() and _AMOUNT.fullmatch(amount)):
        return "", 0
    currency = currency.upper()
    digits = DECIMALS.get(currency, DECIMALS_DEFAULT)
    minor = round(float(amount) * 10**digits)
    return (currency, minor) if abs(minor) <= REVENUE_MINOR_MAX else ("", 0)
